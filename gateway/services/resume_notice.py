"""Resuming a suspended notice: speaking again takes a judge who did not suspend it."""

from gateway.models import Notice
from gateway.services.notice_guards import GUARDS
from gateway.services.notice_life import Event, step
from gateway.services.work import Work, expect_version, require_reason


def resume_notice(work: Work, notice_id: str, reason: str, seen_version: int | None = None) -> Notice:
    """Resume; the law is asked again as of today. Raises NotAllowed for whoever suspended or submitted."""
    work.actor.must(GUARDS[Event.RESUME].action)
    notice = work.find(Notice, notice_id)
    expect_version(notice, seen_version)
    work.actor.must_differ_from(*GUARDS[Event.RESUME].others(notice))
    if step(notice, Event.RESUME):
        GUARDS[Event.RESUME].refuse(work, notice)
        remark = work.remark(require_reason(reason))
        notice.suspended_by = notice.suspended_because = None
        notice.remark_id = remark
        work.changed("resumed", notice, {}, remark)
    return notice
