"""Submitting a notice for approval."""

from gateway.models import Decision, EnforcementCase, Notice
from gateway.services.draft_notice import listing_decision
from gateway.services.notice_guards import GUARDS
from gateway.services.notice_life import Event, step
from gateway.services.work import Work, expect_version


def submit_notice(
    work: Work, notice_id: str, reason: str | None = None, seen_version: int | None = None
) -> Notice:
    """Submit a draft or rejected notice, after asking the law; nothing plays before a judge approves."""
    work.actor.must(GUARDS[Event.SUBMIT].action)
    notice = work.find(Notice, notice_id)
    expect_version(notice, seen_version)
    if not step(notice, Event.SUBMIT):
        return notice
    bind_decision(work, notice)
    GUARDS[Event.SUBMIT].refuse(work, notice)
    notice.submitted_by = work.actor.user_id
    remark = work.remark(reason.strip()) if reason and reason.strip() else None
    notice.remark_id = remark
    work.changed("submitted", notice, {}, remark)
    return notice


def bind_decision(work: Work, notice: Notice) -> Decision:
    """Bind the notice to the decision on which the listing rests today."""
    decision = listing_decision(work, work.session.get_one(EnforcementCase, notice.case_id))
    notice.decision_id, notice.decision_complete = decision.id, decision.complete
    return decision
