"""Legal clocks that could not be computed when they started: computed once the calendar has the year."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, select, update

from gateway.jurisdictions import Profile, profile_named
from gateway.jurisdictions.clocks import ObjectionClock
from gateway.jurisdictions.findings import DeletionStatus
from gateway.models import EnforcementCase, Objection
from gateway.services.actor import SYSTEM, Actor
from gateway.services.calendar import calendar_of
from gateway.services.read_decision import decisions_of
from gateway.services.transactions import Transactions
from gateway.services.work import Work

AT_ONCE = 100

Waiting = type[EnforcementCase] | type[Objection]


def compute_clocks(transactions: Transactions) -> int:
    """Compute what can be computed now; returns how many. The rest keeps standing as a task."""
    deletions = _each(transactions, EnforcementCase, _no_deletion_day(), _compute_deletion)
    return deletions + _each(transactions, Objection, _no_last_day(), _compute_last_day)


def _no_deletion_day() -> ColumnElement[bool]:
    return and_(
        EnforcementCase.state == "closed",
        EnforcementCase.formal_deletion == DeletionStatus.NOT_COMPUTABLE.value,
    )


def _no_last_day() -> ColumnElement[bool]:
    return and_(Objection.state == "open", Objection.decide_by.is_(None))


def _each(
    transactions: Transactions,
    model: Waiting,
    waiting: ColumnElement[bool],
    compute: Callable[[Work, str, ColumnElement[bool]], bool],
) -> int:
    count = 0
    for chunk in _chunks(transactions, model, waiting):
        for court_id, row_id in chunk:
            with transactions.writing() as work:
                of_court = replace(work, actor=Actor(SYSTEM, court_id, frozenset()))
                count += compute(of_court, row_id, waiting)
    return count


def _chunks(
    transactions: Transactions, model: Waiting, waiting: ColumnElement[bool]
) -> Iterator[list[tuple[str, str]]]:
    """(court, id) of the rows that wait, in order of id, as some of them go on waiting."""
    last = ""
    while True:
        with transactions.reading() as work:
            query = select(model.court_id, model.id).where(waiting, model.id > last)
            rows = [
                (court_id, row_id)
                for court_id, row_id in work.session.execute(query.order_by(model.id).limit(AT_ONCE))
            ]
        if not rows:
            return
        last = rows[-1][1]
        yield rows


def _compute_deletion(work: Work, case_id: str, waiting: ColumnElement[bool]) -> bool:
    case = work.session.get(EnforcementCase, case_id)
    profile, zone = _law(work)
    if case is None or case.closed_at is None or case.closing_ground is None or profile is None:
        return False
    due = profile.formal_deletion(
        case.closing_ground, decisions_of(work, case), _day(case.closed_at, zone), calendar_of(work)
    )
    if due.status is DeletionStatus.NOT_COMPUTABLE:
        return False
    values: dict[str, object] = {"formal_deletion": due.status.value, "formal_deletion_due_on": due.due_on}
    return _write(work, EnforcementCase, case_id, waiting, values)


def _compute_last_day(work: Work, objection_id: str, waiting: ColumnElement[bool]) -> bool:
    objection = work.session.get(Objection, objection_id)
    profile, zone = _law(work)
    if objection is None or profile is None:
        return False
    recorded_on = _day(objection.created_at, zone)
    due = profile.clock_due(ObjectionClock(objection.kind), recorded_on, calendar_of(work))
    return due.due_on is not None and _write(
        work, Objection, objection_id, waiting, {"decide_by": due.due_on}
    )


def _law(work: Work) -> tuple[Profile | None, ZoneInfo]:
    court = work.court()
    return (profile_named(court.profile) if court.profile else None), ZoneInfo(court.zone)


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _write(
    work: Work, model: Waiting, row_id: str, waiting: ColumnElement[bool], values: dict[str, object]
) -> bool:
    """Fill the day in, unless somebody did meanwhile."""
    changed = work.session.scalars(
        update(model)
        .where(model.id == row_id, waiting)
        .values(version=model.version + 1, **values)
        .returning(model.id)
        .execution_options(synchronize_session=False)
    ).all()
    if changed:
        work.changed("clock_computed", cast(Any, work.session.get_one(model, row_id)), values)
    return bool(changed)
