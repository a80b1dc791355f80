"""Closing a case: every notice of it is silent before the answer; the formal record follows its own clock."""

from sqlalchemy import select

from gateway.jurisdictions import profile_named
from gateway.models import CreditHandoff, EnforcementCase, Notice
from gateway.services.calendar import calendar_of
from gateway.services.end_notice import finish, hold_lines
from gateway.services.permissions import Action
from gateway.services.read_decision import decisions_of
from gateway.services.refusals import refuse
from gateway.services.work import Work, expect_version, require_reason


def close_case(
    work: Work, case_id: str, removal_ground: int, reason: str, seen_version: int | None = None
) -> EnforcementCase:
    """Close on one of the seven grounds (Art. 10); never refused for a legal reason, and twice is once."""
    work.actor.must(Action.SILENCE)
    case = work.find(EnforcementCase, case_id)
    expect_version(case, seen_version)
    if removal_ground not in range(1, 8):
        raise refuse(
            "removal_ground",
            "removal-ground",
            "Name one of the seven grounds of removal, 1 to 7.",
            "请从七项删除事由中选择（1至7）。",
            "法释〔2017〕7号第十条",
        )
    close(work, case, removal_ground, require_reason(reason))
    return case


def close(work: Work, case: EnforcementCase, removal_ground: int, reason: str) -> bool:
    """Close an open or stayed case and end its notices; False where it was closed before."""
    if case.state == "closed":
        return False
    notices, handoffs = notices_of(work, case), _handoffs_of(work, case)
    hold_lines(work, notices)
    remark = work.remark(reason)
    case.state = "closed"
    case.closing_ground = removal_ground
    case.closing_remark_id = remark
    case.closed_at = work.now
    case.closed_by = work.actor.person
    _start_formal_clock(work, case, removal_ground)
    case.version += 1
    work.changed("closed", case, {"removal_ground": removal_ground}, remark)
    for notice in notices:
        finish(work, notice, "closed", remark)
    _recall(work, handoffs)
    work.session.flush()
    return True


def notices_of(work: Work, case: EnforcementCase) -> list[Notice]:
    """The case's notices, locked for change, always in the same order."""
    query = select(Notice).where(Notice.case_id == case.id).order_by(Notice.id)
    locked = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return list(work.session.scalars(locked))


def _start_formal_clock(work: Work, case: EnforcementCase, removal_ground: int) -> None:
    """When the listing itself must be deleted; a missing calendar delays nothing, it leaves a task."""
    court = work.court()
    if court.profile is None:
        return
    due = profile_named(court.profile).formal_deletion(
        removal_ground, decisions_of(work, case), work.today(), calendar_of(work)
    )
    case.formal_deletion = due.status.value
    case.formal_deletion_due_on = due.due_on


def _handoffs_of(work: Work, case: EnforcementCase) -> list[CreditHandoff]:
    """What credit partners hold about this case, locked for change."""
    query = select(CreditHandoff).where(
        CreditHandoff.case_id == case.id, CreditHandoff.state.in_(("sent", "receipted"))
    )
    return list(work.session.scalars(query.order_by(CreditHandoff.id).with_for_update(key_share=True)))


def _recall(work: Work, handoffs: list[CreditHandoff]) -> None:
    """What was handed to credit partners is to be recalled."""
    for handoff in handoffs:
        handoff.state = "recall_due"
        handoff.version += 1
        work.changed("recall_due", handoff)
