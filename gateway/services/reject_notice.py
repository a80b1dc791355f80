"""Rejecting a submitted notice, with a reason for the clerk who submitted it."""

from gateway.models import Notice
from gateway.services.notice_guards import GUARDS
from gateway.services.notice_life import Event, step
from gateway.services.work import Work, expect_version, require_reason


def reject_notice(work: Work, notice_id: str, reason: str, seen_version: int | None = None) -> Notice:
    """Send a submitted notice back."""
    work.actor.must(GUARDS[Event.REJECT].action)
    notice = work.find(Notice, notice_id)
    expect_version(notice, seen_version)
    step(notice, Event.REJECT)
    remark = work.remark(require_reason(reason))
    notice.remark_id = remark
    work.changed("rejected", notice, {}, remark)
    return notice
