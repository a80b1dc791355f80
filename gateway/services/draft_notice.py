"""Drafting a notice: which recordings callers of which line are to hear, for which case, from when to when."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from gateway.models import Decision, EnforcementCase, Notice, PhoneLine, Recording
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.refusals import NotFound
from gateway.services.work import Row, Work

MOST_RECORDINGS = 2
LONGEST_MS = 15_000


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
    recordings = [_named(work, fields, "prompts", Recording, each) for each in new.prompts[:MOST_RECORDINGS]]
    _check(fields, new, [each for each in recordings if each is not None])
    fields.done()
    assert case is not None and line is not None and recordings[0] is not None
    decision = listing_decision(work, case)
    second = recordings[1] if len(recordings) == MOST_RECORDINGS else None
    notice = Notice(
        id=work.new_id(),
        court_id=work.actor.court,
        case_id=case.id,
        decision_id=decision.id,
        decision_complete=decision.complete,
        line_id=line.id,
        recording_id=recordings[0].id,
        second_recording_id=second.id if second else None,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        review_on=new.review_on,
        cap_days=new.cap_days,
        hours_from=new.hours[0] if new.hours else None,
        hours_to=new.hours[1] if new.hours else None,
        skip_key=new.skip_key,
        created_by=work.actor.user_id,
        import_id=import_id,
        created_at=work.now,
    )
    work.session.add(notice)
    work.session.flush()
    work.changed("drafted", notice, {"case": case.id, "line": line.id})
    return notice


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


def _check(fields: Fields, new: NewNotice, recordings: list[Recording]) -> None:
    if not 1 <= len(new.prompts) <= MOST_RECORDINGS or len(set(new.prompts)) != len(new.prompts):
        fields.add(
            "prompts", "prompts", "Name one or two different recordings.", "请选择一至两个不同的录音。"
        )
    if sum(each.duration_ms for each in recordings) > LONGEST_MS:
        fields.add("prompts", "too-long", "Together at most 15 seconds.", "录音合计不得超过15秒。")
    if not 1 <= new.cap_days <= 30:
        fields.add("cap_days", "cap-days", "From 1 to 30 days.", "须为1至30天。")
    if new.hours and new.hours[0] == new.hours[1]:
        fields.add("hours", "hours", "The window must not be empty.", "时段不得为空。")
