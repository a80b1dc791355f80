"""Drafting a notice: which recordings callers of which line are to hear, for which case, and when."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from gateway.models import Decision, EnforcementCase, Notice, PhoneLine, Recording
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.refusals import NotFound
from gateway.services.work import Making, Row, Work

MOST_RECORDINGS = 2
LONGEST_MS = 15_000
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewNotice:
    """What a clerk enters for a notice; `hours` are local times "HH:MM", the end left out."""

    case: str
    line: str
    prompts: tuple[str, ...]
    starts_on: date | None = None
    ends_on: date | None = None
    review_on: date | None = None
    cap_days: int = 1
    hours: tuple[str, str] | None = None
    skip_key: bool = True


def draft_notice(work: Work, new: NewNotice, import_id: str | None = None) -> Notice:
    """A draft; the law is asked when it is submitted, and again when it is approved."""
    work.actor.must(Action.ENROL)
    fields = Fields()
    case = _named(work, fields, "case", EnforcementCase, new.case)
    line = _named(work, fields, "line", PhoneLine, new.line)
    check_notice(work, fields, new)
    fields.done()
    assert case is not None
    assert line is not None
    decision = listing_decision(work, case)
    notice = Notice(**notice_columns(work, new, decision.id, decision.complete, import_id))
    work.session.add(notice)
    work.session.flush()
    work.changed("drafted", notice, {"case": case.id, "line": line.id})
    return notice


def notice_columns(
    making: Making, new: NewNotice, decision_id: str, decision_complete: bool, import_id: str | None
) -> dict[str, Any]:
    """The row of a notice that has been checked."""
    return {
        "id": making.new_id(),
        "court_id": making.actor.court,
        "case_id": new.case,
        "decision_id": decision_id,
        "decision_complete": decision_complete,
        "line_id": new.line,
        "recording_id": new.prompts[0],
        "second_recording_id": new.prompts[1] if len(new.prompts) == MOST_RECORDINGS else None,
        "starts_on": new.starts_on,
        "ends_on": new.ends_on,
        "review_on": new.review_on,
        "cap_days": new.cap_days,
        "hours_from": new.hours[0] if new.hours else None,
        "hours_to": new.hours[1] if new.hours else None,
        "skip_key": new.skip_key,
        "created_by": making.actor.user_id,
        "import_id": import_id,
        "created_at": making.now,
    }


def listing_decision(work: Work, case: EnforcementCase) -> Decision:
    """The decision on which the listing now rests: the initial one, or the last extension."""
    query = (
        select(Decision)
        .where(Decision.case_id == case.id, Decision.kind != "early_deletion")
        .order_by(Decision.made_on.desc(), Decision.id.desc())
        .limit(1)
    )
    return work.session.scalars(query).one()


def _named(work: Work, fields: Fields, field: str, model: type[Row], row_id: str) -> Row | None:
    try:
        return work.find(model, row_id)
    except NotFound:
        fields.add(field, "unknown", "There is none with this id.", "没有此编号的记录。")
        return None


def check_notice(work: Work, fields: Fields, new: NewNotice) -> None:
    """The recordings are the court's, and what is asked for can be."""
    found = [_named(work, fields, "prompts", Recording, each) for each in new.prompts[:MOST_RECORDINGS]]
    check_recordings(fields, new.prompts, sum(each.duration_ms for each in found if each is not None))
    if not 1 <= new.cap_days <= 30:
        fields.add("cap_days", "cap-days", "From 1 to 30 days.", "须为1至30天。")
    if new.hours and not all(_CLOCK.fullmatch(each) for each in new.hours):
        fields.add(
            "hours", "hours-clock", "Write the time as 09:00, up to 23:59.", "时间应写作09:00，至23:59。"
        )
    if new.hours and new.hours[0] == new.hours[1]:
        fields.add("hours", "hours", "The window must not be empty.", "时段不得为空。")


def check_recordings(fields: Fields, prompts: tuple[str, ...], duration_ms: int) -> None:
    """One or two different recordings, at most 15 seconds together."""
    if not 1 <= len(prompts) <= MOST_RECORDINGS or len(set(prompts)) != len(prompts):
        fields.add(
            "prompts", "prompts", "Name one or two different recordings.", "请选择一至两个不同的录音。"
        )
    if duration_ms > LONGEST_MS:
        fields.add("prompts", "too-long", "Together at most 15 seconds.", "录音合计不得超过15秒。")
