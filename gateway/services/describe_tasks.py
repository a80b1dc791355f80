"""Rows of a list as people read them: of which case, which masked number, in which state, due when."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from gateway.models import (
    FAR_FUTURE,
    AccessLink,
    Alert,
    CourtChange,
    EnforcementCase,
    EnrolmentDraft,
    ImportBatch,
    ImportJob,
    Notice,
    Objection,
    PhoneLine,
    Prompt,
    Recording,
    User,
)
from gateway.services.notice_life import state_at
from gateway.services.work import Work
from ivr.numbers import mask

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Task:
    """One row. `kind` is the name of its table; `id` leads to its page.

    `due_on` is the court's last day, None where there is none or it cannot be computed; `detail` is a word
    of the model: why suspended, the kind of an objection or alert, what of a court is to change.
    """

    kind: str
    id: str
    state: str
    since: datetime
    case_id: str | None = None
    case_number: str | None = None
    line_id: str | None = None
    number: str | None = None
    name: str | None = None
    due_on: date | None = None
    detail: str | None = None
    count: int | None = None


def describe(work: Work, rows: Sequence[Any]) -> tuple[Task, ...]:
    """The rows, all of one model, with what belongs to them read by few statements."""
    told = _Told(work, rows)
    return tuple(_SHOW[type(row)](told, row) for row in rows)


class _Told:
    """What belongs to the rows of one page."""

    def __init__(self, work: Work, rows: Sequence[Any]) -> None:
        self.work, self.zone = work, _zone(work)
        notices = [row for row in rows if isinstance(row, Notice)]
        of_objections = {row.notice_id for row in rows if isinstance(row, Objection) and row.notice_id}
        self.cases_of = dict(
            work.session.execute(select(Notice.id, Notice.case_id).where(Notice.id.in_(of_objections))).all()
            if of_objections
            else ()
        )
        cases = {row.case_id for row in notices} | set(self.cases_of.values())
        lines = {row.line_id for row in rows if isinstance(row, (Notice, Objection))}
        self.case_numbers = _column(work, EnforcementCase.case_number, cases)
        sealed = _column(work, PhoneLine.public_sealed, lines)
        self.numbers = {each: mask(work.vault.open(text, "number")) for each, text in sealed.items()}
        prompts = {row.prompt_id for row in rows if isinstance(row, Recording)}
        self.prompts = _column(work, Prompt.name, prompts)
        links = {row.user_id for row in rows if isinstance(row, AccessLink)}
        self.users = _column(work, User.username, links)

    def last_day(self, end: datetime) -> date | None:
        """The last day of a span that ends before this instant."""
        if end >= FAR_FUTURE:
            return None
        return (end - _INSTANT).astimezone(self.zone).date()


def _zone(work: Work) -> ZoneInfo:
    return ZoneInfo(work.court().zone if work.actor.court_id else "UTC")


def _column(work: Work, column: Any, ids: Iterable[str]) -> dict[str, Any]:
    wanted = set(ids)
    if not wanted:
        return {}
    rows = work.session.execute(select(column.class_.id, column).where(column.class_.id.in_(wanted)))
    return {row[0]: row[1] for row in rows}


def _notice(told: _Told, row: Notice) -> Task:
    end = min(row.ends_at, row.review_until)
    return Task(
        "notice",
        row.id,
        state_at(row, told.work.now),
        row.created_at,
        row.case_id,
        told.case_numbers.get(row.case_id),
        row.line_id,
        told.numbers.get(row.line_id),
        due_on=told.last_day(end),
        detail=row.suspended_because or row.ended_because,
    )


def _objection(told: _Told, row: Objection) -> Task:
    case_id = told.cases_of.get(row.notice_id or "")
    return Task(
        "objection",
        row.id,
        row.state,
        row.created_at,
        case_id,
        told.case_numbers.get(case_id or ""),
        row.line_id,
        told.numbers.get(row.line_id),
        due_on=row.decide_by,
        detail=row.kind,
    )


def _case(_told: _Told, row: EnforcementCase) -> Task:
    return Task(
        "enforcement_case",
        row.id,
        row.state,
        row.closed_at or row.created_at,
        row.id,
        row.case_number,
        due_on=row.formal_deletion_due_on,
        detail=row.formal_deletion,
    )


def _line(told: _Told, row: PhoneLine) -> Task:
    number = mask(told.work.vault.open(row.public_sealed, "number"))
    return Task(
        "line",
        row.id,
        row.state,
        row.created_at,
        line_id=row.id,
        number=number,
        due_on=told.last_day(row.attested_until),
        detail=row.attestation_source,
    )


def _recording(told: _Told, row: Recording) -> Task:
    name = told.prompts.get(row.prompt_id)
    return Task("recording", row.id, row.state, row.created_at, name=name, count=row.number)


def _import(_told: _Told, row: ImportBatch) -> Task:
    return Task("import_batch", row.id, row.state, row.created_at, count=row.rows)


def _draft(_told: _Told, row: EnrolmentDraft) -> Task:
    return Task("enrolment_draft", row.id, row.state, row.changed_at, detail=row.step)


def _job(_told: _Told, row: ImportJob) -> Task:
    return Task("import_job", row.id, row.state, row.created_at, count=row.rows)


def _alert(_told: _Told, row: Alert) -> Task:
    state = "closed" if row.closed_at else "acknowledged" if row.acknowledged_at else "open"
    return Task("alert", row.id, state, row.opened_at, detail=row.kind, count=row.times)


def _access_link(told: _Told, row: AccessLink) -> Task:
    name = told.users.get(row.user_id)
    return Task("access_link", row.id, row.state, row.created_at, name=name, detail=row.user_id)


def _court_change(_told: _Told, row: CourtChange) -> Task:
    return Task("court_change", row.id, row.state, row.created_at, detail=row.what)


_SHOW: dict[type, Callable[[_Told, Any], Task]] = {
    Notice: _notice,
    Objection: _objection,
    EnforcementCase: _case,
    PhoneLine: _line,
    Recording: _recording,
    EnrolmentDraft: _draft,
    ImportBatch: _import,
    ImportJob: _job,
    Alert: _alert,
    AccessLink: _access_link,
    CourtChange: _court_change,
}
