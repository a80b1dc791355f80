"""Deciding an objection: upheld ends the notice, rejected leaves it suspended until a judge resumes it."""

from gateway.models import Notice, Objection
from gateway.services.end_notice import finish, hold_lines
from gateway.services.permissions import Action
from gateway.services.refusals import WrongState
from gateway.services.work import Work, expect_version, require_reason


def uphold_objection(
    work: Work, objection_id: str, reason: str, seen_version: int | None = None
) -> Objection:
    """Uphold: the notice ends at once."""
    work.actor.must(Action.SILENCE)
    objection = work.find(Objection, objection_id)
    notice = work.find(Notice, objection.notice_id) if objection.notice_id is not None else None
    hold_lines(work, [notice] if notice else [])
    _decide(work, objection, "upheld", reason, seen_version)
    if notice is not None:
        finish(work, notice, "objection_upheld")
    return objection


def reject_objection(
    work: Work, objection_id: str, reason: str, seen_version: int | None = None
) -> Objection:
    """Reject. Nothing speaks again by this alone: a judge resumes the notice in a step of its own."""
    work.actor.must(Action.DECIDE_OBJECTION)
    return _decide(work, work.find(Objection, objection_id), "rejected", reason, seen_version)


def _decide(work: Work, objection: Objection, state: str, reason: str, seen_version: int | None) -> Objection:
    expect_version(objection, seen_version)
    if objection.state == state:
        return objection
    if objection.state != "open":
        raise WrongState("wrong-state", "The objection is decided already.", "该异议已作出决定。")
    remark = work.remark(require_reason(reason))
    objection.state = state
    objection.decided_by, objection.decided_at = work.actor.user_id, work.now
    objection.version += 1
    work.changed(state, objection, {}, remark)
    return objection
