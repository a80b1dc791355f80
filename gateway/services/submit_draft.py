"""Submitting an enrolment that was typed step by step: case, line and notice in one go, or nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from gateway.jurisdictions.refusal import Refusal
from gateway.models import EnforcementCase, EnrolmentDraft, Notice, PhoneLine
from gateway.services.draft_notice import check_notice, draft_notice
from gateway.services.enrol_case import enrol_case
from gateway.services.enrol_line import enrol_line
from gateway.services.enrolment_steps import Missed, asked, placed
from gateway.services.keep_draft import lock_draft, read_typed
from gateway.services.permissions import Action
from gateway.services.read_draft import Entered, read_draft
from gateway.services.read_numbers import Fields
from gateway.services.refusals import NotFound, NotValid
from gateway.services.submit_notice import submit_notice
from gateway.services.work import Work, expect_version

WAITS = frozenset({"fallback-unchecked", "warning-too-late", "public-notice-not-complete", "court-disabled"})
"""Rules that the line's check or time alone will satisfy: the notice is drafted, and submitted after that."""

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Submitted:
    """What an enrolment became. `waits` says why the notice is still a draft; empty where it is submitted."""

    draft: EnrolmentDraft
    notice: Notice
    waits: tuple[Refusal, ...]


class _TakenBack(Exception):
    """Ends a trial: what it wrote is rolled back."""


def submit_draft(work: Work, draft_id: str, seen_version: int | None = None) -> Submitted:
    """Enrol what was typed; raises NotValid with everything that breaks a rule, and then nothing is written.

    The notice is submitted for approval at once where the law allows it already; where only the line's check
    or a day that has still to come is missing, it stays a draft.
    """
    work.actor.must(Action.ENROL)
    draft = lock_draft(work, draft_id)
    expect_version(draft, seen_version)
    with work.session.begin_nested():
        notice, waits = _enrol(work, draft)
    draft.state, draft.typed_sealed, draft.notice_id = "submitted", None, notice.id
    draft.changed_by, draft.changed_at = work.actor.user_id, work.now
    draft.version += 1
    work.changed("submitted", draft, {"notice": notice.id})
    return Submitted(draft, notice, waits)


def check_draft(work: Work, draft_id: str) -> tuple[Missed, ...]:
    """What would be refused if the draft were submitted now: tried in truth, and taken back."""
    work.actor.must(Action.ENROL)
    draft = lock_draft(work, draft_id)
    try:
        with work.session.begin_nested():
            _enrol(work, draft)
            raise _TakenBack
    except NotValid as refused:
        return tuple(placed(each) for each in refused.refusals)
    except _TakenBack:
        return ()
    finally:
        work.session.expire_all()


def _enrol(work: Work, draft: EnrolmentDraft) -> tuple[Notice, tuple[Refusal, ...]]:
    typed = read_typed(work, draft)
    needed = {step.name for step in asked(typed)}
    fields = Fields()
    entered = read_draft(fields, {step: kept for step, kept in typed.items() if step in needed})
    case = _made(work, fields, lambda: _case(work, entered))
    line = _made(work, fields, lambda: _line(work, entered))
    if case is None or line is None or fields.refusals:
        check_notice(work, fields, entered.notice)
        _tell_once(fields)
    assert case is not None
    assert line is not None
    notice = draft_notice(work, replace(entered.notice, case=case, line=line))
    return notice, _submit(work, notice)


def _submit(work: Work, notice: Notice) -> tuple[Refusal, ...]:
    """Submit the notice, or say for what it waits; raises NotValid for what waiting will not mend."""
    try:
        with work.session.begin_nested():
            submit_notice(work, notice.id)
    except NotValid as refused:
        if any(each.rule not in WAITS for each in refused.refusals):
            raise
        work.session.refresh(notice)
        return refused.refusals
    return ()


def _case(work: Work, entered: Entered) -> str:
    if not isinstance(entered.case, str):
        return enrol_case(work, entered.case)[0].id
    return _own(work, EnforcementCase, entered.case, "case")


def _line(work: Work, entered: Entered) -> str:
    if not isinstance(entered.line, str):
        return enrol_line(work, entered.line).id
    return _own(work, PhoneLine, entered.line, "line")


def _own(work: Work, model: type[EnforcementCase] | type[PhoneLine], row_id: str, field: str) -> str:
    try:
        return work.find(model, row_id).id
    except NotFound:
        fields = Fields()
        fields.add(field, "unknown", "There is none with this id.", "没有此编号的记录。")
        raise NotValid(tuple(fields.refusals)) from None


def _made(work: Work, fields: Fields, make: Callable[[], Made]) -> Made | None:
    """What was made; None where it was refused, with the refusals added."""
    try:
        with work.session.begin_nested():
            return make()
    except NotValid as refused:
        fields.refusals += refused.refusals
        return None


def _tell_once(fields: Fields) -> None:
    """Raise with each field's first refusal by the same rule only."""
    told: dict[tuple[str, str], Refusal] = {}
    for each in fields.refusals:
        told.setdefault((each.field, each.rule), each)
    raise NotValid(tuple(told.values()))
