"""The desk's lists of notices, cases, lines, objections and calls: narrowed, in the order of an index."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement

from gateway.case_numbers import after_keys, case_key
from gateway.ids import first_id
from gateway.models import Call, EnforcementCase, Notice, Objection, PhoneLine
from gateway.services import list_cases, list_lines, list_notices, list_objections
from gateway.services.describe_tasks import Task, describe
from gateway.services.keyset import Branch, Count, Listing, count_rows, read_slice
from gateway.services.list_rows import Page, one_of_states, published
from gateway.services.list_work import connection_id
from gateway.services.permissions import Action
from gateway.services.record_objection import KINDS
from gateway.services.refusals import refuse
from gateway.services.work import Work

OUTCOMES = ("connected", "busy", "no_answer", "failed", "canceled", "unknown")
LONGEST_SPAN = timedelta(days=92)
"""Of calls, as far as one list goes back: what is rare among them is looked for in no more than that."""
DAYS_AT_FIRST = 7


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; of calls also the outcome, and the days (both included, in the court's zone)."""

    state: str | None = None
    kind: str | None = None
    connection: str | None = None
    case_number: str | None = None
    line: str | None = None
    since: date | None = None
    until: date | None = None


def browse(work: Work, name: str, wanted: Filter, after: str | None, limit: int) -> Page[Task]:
    """A page of one of the lists in LISTS but the calls; raises NotValid for a filter it does not have."""
    work.actor.must(Action.READ)
    page = read_slice(work.session, _listing(work, name, wanted), after, limit)
    return Page(describe(work, page.rows), page.next)


def browse_calls(work: Work, wanted: Filter, after: str | None, limit: int) -> Page[Call]:
    """A page of calls, the latest first."""
    work.actor.must(Action.READ)
    page = read_slice(work.session, _listing(work, "calls", wanted), after, limit)
    return Page(page.rows, page.next)


def count_list(work: Work, name: str, wanted: Filter) -> Count:
    """How many there are, exact as far as lists are counted."""
    work.actor.must(Action.READ)
    return count_rows(work.session, _listing(work, name, wanted))


def span_of_calls(work: Work, wanted: Filter) -> tuple[date, date]:
    """The first and the last day that the list of calls shows; raises NotValid."""
    until = wanted.until or work.today()
    since = wanted.since or until - timedelta(days=DAYS_AT_FIRST - 1)
    if not timedelta() <= until - since < LONGEST_SPAN:
        raise refuse(
            "since",
            "span",
            f"Choose a first day that is at most {LONGEST_SPAN.days} days before the last one.",
            f"起始日期须早于截止日期，且最多相距{LONGEST_SPAN.days}天。",
        )
    return since, until


def _listing(work: Work, name: str, wanted: Filter) -> Listing[Any]:
    states, build = LISTS[name]
    one_of_states(wanted.state, states)
    return build(work, replace(wanted, connection=connection_id(work, wanted.connection)))


def _notices(work: Work, wanted: Filter) -> Listing[Notice]:
    own = (Notice.court_id == work.actor.court, published(Notice))
    if wanted.state == "approved":
        waiting = (*own, Notice.state == "approved", Notice.starts_at > work.now, Notice.ends_at > work.now)
        return Listing(Notice, (Branch(waiting, Notice.starts_at),), newest_first=False)
    if wanted.state == "ended":
        over = (*own, Notice.state.in_(("approved", "suspended")), Notice.ends_at <= work.now)
        return Listing(Notice, (Branch((*own, Notice.state == "ended")), Branch(over)))
    shown = (list_notices.STATES[wanted.state](work.now),) if wanted.state else ()
    return Listing(Notice, (Branch((*own, *shown)),))


def _cases(work: Work, wanted: Filter) -> Listing[EnforcementCase]:
    state = (EnforcementCase.state == wanted.state,) if wanted.state else ()
    own = (EnforcementCase.court_id == work.actor.court, published(EnforcementCase), *state)
    if wanted.case_number is None:
        return Listing(EnforcementCase, (Branch(own),))
    key = case_key(wanted.case_number)
    if not key or len(key) > 200:
        raise refuse(
            "case_number", "text", "Enter a case number or its beginning.", "请填写案号或其开头部分。"
        )
    begins = (*own, EnforcementCase.number_key >= key, EnforcementCase.number_key < after_keys(key))
    return Listing(EnforcementCase, (Branch(begins, EnforcementCase.number_key),), newest_first=False)


def _lines(work: Work, wanted: Filter) -> Listing[PhoneLine]:
    conditions: tuple[ColumnElement[bool], ...] = (
        PhoneLine.court_id == work.actor.court,
        published(PhoneLine),
        *((PhoneLine.state == wanted.state,) if wanted.state else ()),
        *((PhoneLine.connection_id == wanted.connection,) if wanted.connection else ()),
    )
    return Listing(PhoneLine, (Branch(conditions),))


def _objections(work: Work, wanted: Filter) -> Listing[Objection]:
    if wanted.kind is not None and wanted.kind not in KINDS:
        raise refuse("kind", "choice", "Choose one of the kinds.", "请选择异议类型。")
    conditions = (
        Objection.court_id == work.actor.court,
        *((Objection.state == wanted.state,) if wanted.state else ()),
        *((Objection.kind == wanted.kind,) if wanted.kind else ()),
    )
    return Listing(Objection, (Branch(conditions),))


def _calls(work: Work, wanted: Filter) -> Listing[Call]:
    """Ids are in the order of time: so the days bound them."""
    since, until = span_of_calls(work, wanted)
    if wanted.kind is not None and wanted.kind not in OUTCOMES:
        raise refuse("kind", "choice", "Choose one of the outcomes.", "请选择通话结果。")
    begin, end = _midnight(work, since), _midnight(work, until + timedelta(days=1))
    common = (
        Call.court_id == work.actor.court,
        *((Call.decision == wanted.state,) if wanted.state else ()),
        *((Call.outcome == wanted.kind,) if wanted.kind else ()),
        *((Call.connection_id == wanted.connection,) if wanted.connection else ()),
    )
    if wanted.line is not None:
        of_line = (*common, Call.line_id == wanted.line, Call.received_at >= begin, Call.received_at < end)
        return Listing(Call, (Branch(of_line, Call.received_at),))
    return Listing(Call, (Branch((*common, Call.id >= first_id(begin), Call.id < first_id(end))),))


def _midnight(work: Work, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(work.court().zone))


LISTS: dict[str, tuple[tuple[str, ...], Callable[[Work, Filter], Listing[Any]]]] = {
    "notices": (tuple(list_notices.STATES), _notices),
    "cases": (list_cases.STATES, _cases),
    "lines": (list_lines.STATES, _lines),
    "objections": (list_objections.STATES, _objections),
    "calls": (("played", "silent"), _calls),
}
"""The states by which a list may be narrowed (of calls: what was decided), and how it is read."""
