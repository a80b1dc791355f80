"""The clocks of an objection: until when it is decided, and what runs after the decision."""

from datetime import UTC, datetime

import pytest

from gateway.jurisdictions.clocks import ObjectionClock
from gateway.models import Objection
from gateway.services.decide_objection import reject_objection, uphold_objection
from gateway.services.objection_clocks import Running, objection_clocks
from gateway.services.record_objection import NewObjection, record_objection
from gateway.services.refusals import NotFound
from tests.factories import Gateway
from tests.gateway.records import change


def _objection(gateway: Gateway) -> str:
    line = gateway.line()
    with gateway.work() as work:
        return record_objection(work, NewObjection("correction", "姓名有误", line=line.id)).id


def _clocks(gateway: Gateway, objection: str, who: str = "judge") -> tuple[Running, ...]:
    with gateway.work(who) as work:
        return objection_clocks(work, objection)


def test_an_open_one_says_how_many_days_are_left(gateway: Gateway) -> None:
    objection = _objection(gateway)
    (clock,) = _clocks(gateway, objection)
    assert clock.clock is ObjectionClock.CORRECTION
    assert clock.provision.article == "法释〔2017〕7号 Art. 12"
    assert clock.days_left is not None
    assert 15 <= clock.days_left <= 25
    gateway.clock.forward(days=40)
    assert (_clocks(gateway, objection)[0].days_left or 0) < 0


def test_a_day_that_the_calendar_cannot_tell_is_left_open(sqlite_gateway: Gateway) -> None:
    objection = _objection(sqlite_gateway)
    change(sqlite_gateway, Objection, objection, decide_by=None)
    (clock,) = _clocks(sqlite_gateway, objection)
    assert (clock.due_on, clock.days_left) == (None, None)


@pytest.mark.parametrize(
    ("decide", "clock", "due_on"),
    [
        # Decided on Monday 2 March 2026: three working days; ten days that end on a Thursday.
        (uphold_objection, ObjectionClock.UPHELD, "2026-03-05"),
        (reject_objection, ObjectionClock.RECONSIDERATION_REQUEST, "2026-03-12"),
    ],
)
def test_a_decision_stops_the_first_clock_and_starts_the_next(
    sqlite_gateway: Gateway, decide: object, clock: ObjectionClock, due_on: str
) -> None:
    objection = _objection(sqlite_gateway)
    with sqlite_gateway.work("judge") as work:
        decide(work, objection, "decided")  # type: ignore[operator]
    change(sqlite_gateway, Objection, objection, decided_at=datetime(2026, 3, 2, 4, tzinfo=UTC))
    first, following = _clocks(sqlite_gateway, objection)
    assert first.days_left is None
    assert (following.clock, str(following.due_on)) == (clock, due_on)


def test_another_court_has_no_clock_of_it(sqlite_gateway: Gateway) -> None:
    with pytest.raises(NotFound):
        _clocks(sqlite_gateway, _objection(sqlite_gateway), "b_judge")
