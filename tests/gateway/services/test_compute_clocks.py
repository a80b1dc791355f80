"""Clocks that the calendar could not tell are computed once the court has entered the year."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, select

from gateway.database import writing
from gateway.models import CourtCalendarDay, EnforcementCase, Objection
from gateway.services.compute_clocks import compute_clocks
from gateway.services.record_objection import NewObjection, record_objection
from gateway.sight import EVERY_COURT
from tests.factories import Gateway
from tests.gateway.records import actions, change
from tests.gateway.services.crowd import at_once, transactions, verdict


def _closed_on_a_day_without_calendar(gateway: Gateway) -> EnforcementCase:
    """Closed on Monday 2040-01-02, of a year that nobody has published."""
    case = gateway.case()
    change(
        gateway,
        EnforcementCase,
        case.id,
        state="closed",
        closed_at=datetime(2040, 1, 2, 4, tzinfo=UTC),
        closing_ground=1,
        formal_deletion="not_computable",
    )
    return case


def _enter_2040(gateway: Gateway) -> None:
    """Mondays to Fridays are worked, but for Wednesday 4 January."""
    days = [date(2040, 1, 1) + timedelta(days=n) for n in range(366)]
    rows = [
        {
            "court_id": gateway.court_a,
            "day": day.isoformat(),
            "working": day.weekday() < 5 and day != date(2040, 1, 4),
        }
        for day in days
    ]
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        session.execute(insert(CourtCalendarDay), rows)


def _deletion(gateway: Gateway, case: EnforcementCase) -> tuple[str | None, date | None]:
    with gateway.read() as session:
        row = session.get_one(EnforcementCase, case.id)
        return row.formal_deletion, row.formal_deletion_due_on


def test_a_deletion_waits_for_the_calendar_and_is_due_three_working_days_after_the_close(
    gateway: Gateway,
) -> None:
    case = _closed_on_a_day_without_calendar(gateway)
    assert compute_clocks(transactions(gateway)) == 0
    assert _deletion(gateway, case) == ("not_computable", None)
    _enter_2040(gateway)
    assert sum(at_once(lambda: compute_clocks(transactions(gateway)))) == 1
    assert _deletion(gateway, case) == ("due", date(2040, 1, 6))
    assert actions(gateway, case.id)[-1:] == ["clock_computed"]
    assert compute_clocks(transactions(gateway)) == 0
    assert verdict(gateway).intact


def test_an_objections_last_day_is_computed_too(gateway: Gateway) -> None:
    line = gateway.line()
    with gateway.work() as work:
        objection = record_objection(work, NewObjection("wrong_number", "not me", line=line.id))
    change(
        gateway,
        Objection,
        objection.id,
        created_at=datetime(2040, 1, 2, 4, tzinfo=UTC),
        decide_by=None,
    )
    assert compute_clocks(transactions(gateway)) == 0
    _enter_2040(gateway)
    assert compute_clocks(transactions(gateway)) == 1
    with gateway.read() as session:
        assert session.scalars(select(Objection.decide_by)).one() == date(2040, 1, 6)


def test_one_that_cannot_be_computed_does_not_keep_the_others_waiting(gateway: Gateway) -> None:
    stuck, free = _closed_on_a_day_without_calendar(gateway), _closed_on_a_day_without_calendar(gateway)
    change(gateway, EnforcementCase, stuck.id, closed_at=datetime(2041, 1, 2, 4, tzinfo=UTC))
    _enter_2040(gateway)
    assert compute_clocks(transactions(gateway)) == 1
    assert _deletion(gateway, stuck) == ("not_computable", None)
    assert _deletion(gateway, free) == ("due", date(2040, 1, 6))
