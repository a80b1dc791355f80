"""The dashboard's figures: counted by day into tallies that may be counted twice, and what stands beside."""

import json
from datetime import date, timedelta

import pytest

from gateway.models import Call, CallTally, EnforcementCase, Notice
from gateway.services.close_case import close_case
from gateway.services.read_dashboard import Carrier, Dashboard, median_of, read_dashboard
from gateway.services.record_deletion import record_deletion
from gateway.services.refusals import NotAllowed
from gateway.services.tally_calls import tally_calls
from gateway.services.tally_notices import tally_notices
from tests.carriers import FakeCarrier, sid
from tests.factories import Gateway
from tests.gateway.records import call_of, change, rows
from tests.gateway.services.crowd import at_once, transactions


def _dashboard(gateway: Gateway, who: str = "judge", span: int = 30) -> Dashboard:
    with gateway.work(who) as work:
        return read_dashboard(work, span)


def _three_calls(gateway: Gateway) -> list[str]:
    """Heard and connected; heard and failed; silent, as its line has no notice."""
    heard, silent = gateway.line(), gateway.line()
    gateway.notice(line=heard)
    carrier, calls = FakeCarrier.of(gateway), [sid(), sid(), sid()]
    for call, line, outcome, caller in zip(
        calls,
        (heard, heard, silent),
        ("completed", "failed", "busy"),
        ("+8617100007001", "+8617100007002", "+8617100007003"),
        strict=True,
    ):
        carrier.voice(gateway.dialled(line), caller, call=call)
        carrier.dialled(gateway.dialled(line), call, outcome)
    return calls


def test_calls_are_counted_by_day(gateway: Gateway) -> None:
    _three_calls(gateway)
    assert tally_calls(transactions(gateway)) >= 1
    days = _dashboard(gateway).days
    assert len(days) == 30
    today = days[-1].counts
    assert (today["calls"], today["played"], today["heard"], today["skipped"]) == (3, 2, 2, 0)
    assert (today["connected"], today["failed"], today["busy"]) == (1, 1, 1)
    assert sum(each.counts["calls"] for each in days[:-1]) == 0


def test_counting_again_changes_nothing_and_what_came_later_is_counted(gateway: Gateway) -> None:
    calls = _three_calls(gateway)
    tally_calls(transactions(gateway))
    at_once(lambda: tally_calls(transactions(gateway)))
    assert _dashboard(gateway).days[-1].counts["calls"] == 3
    assert rows(gateway, CallTally) == 1
    change(gateway, Call, call_of(gateway, calls[1]).id, outcome="connected")
    tally_calls(transactions(gateway))
    assert _dashboard(gateway).days[-1].counts["failed"] == 0


def test_a_day_that_is_purged_keeps_its_counts(gateway: Gateway) -> None:
    calls = _three_calls(gateway)
    tally_calls(transactions(gateway))
    with gateway.work() as work:
        work.session.delete(work.session.get_one(Call, call_of(gateway, calls[0]).id))
    tally_calls(transactions(gateway))
    assert _dashboard(gateway).days[-1].counts["calls"] == 3


def test_days_begin_at_midnight_of_the_court(gateway: Gateway) -> None:
    """Shanghai is eight hours ahead: 16:00 UTC is the next day."""
    calls = _three_calls(gateway)
    with gateway.work() as work:
        midnight = work.now.replace(hour=16, minute=0, second=0, microsecond=0) - timedelta(days=3)
    change(gateway, Call, call_of(gateway, calls[0]).id, received_at=midnight)
    change(gateway, Call, call_of(gateway, calls[1]).id, received_at=midnight - timedelta(microseconds=1))
    tally_calls(transactions(gateway))
    counted = {each.day: each.counts["calls"] for each in _dashboard(gateway).days if each.counts["calls"]}
    day: date = midnight.date()
    assert (counted[day], counted[day + timedelta(days=1)]) == (1, 1)


def test_the_time_until_a_plan_stood_is_kept_with_the_call(gateway: Gateway) -> None:
    calls = _three_calls(gateway)
    measured = [call_of(gateway, call).plan_ms for call in calls]
    assert all(each is not None and 0 <= each <= 30_000 for each in measured)
    for call, ms in zip(calls, (10, 40, 20), strict=True):
        change(gateway, Call, call_of(gateway, call).id, plan_ms=ms)
    tally_calls(transactions(gateway))
    assert _dashboard(gateway).median_plan_ms == 20
    with gateway.read() as session:
        assert json.loads(session.query(CallTally).one().plan_ms) == {"10": 1, "20": 1, "40": 1}


@pytest.mark.parametrize(
    ("counts", "median"),
    [({}, None), ({7: 1}, 7), ({1: 1, 3: 1}, 2), ({1: 3, 9: 1}, 1), ({5: 2, 6: 2}, 5.5), ({5: 2, 6: 3}, 6)],
)
def test_the_median_of_counted_values(counts: dict[int, int], median: float | None) -> None:
    assert median_of(counts) == median


def test_carriers_are_told_by_their_last_hour(gateway: Gateway) -> None:
    assert _dashboard(gateway).carriers == (Carrier("north", None, 0, 0),)
    _three_calls(gateway)
    at = gateway.clock.now()
    carrier = _dashboard(gateway).carriers[0]
    assert (carrier.last_call_at, carrier.calls_last_hour, carrier.failed_last_hour) == (at, 3, 1)
    assert carrier.failed_share == 1 / 3
    assert _dashboard(gateway, "operator").carriers == (carrier,)
    assert _dashboard(gateway, "b_judge").carriers == (Carrier("north", None, 0, 0),)
    tally_calls(transactions(gateway))
    gateway.clock.forward(hours=1, seconds=1)
    assert _dashboard(gateway).carriers == (Carrier("north", at, 0, 0),)


def test_notices_are_counted_by_the_scheduler_and_shown_by_state(gateway: Gateway) -> None:
    assert _dashboard(gateway).notices == {}
    gateway.notice()
    waiting = gateway.notice()
    gateway.notice(state="draft")
    gateway.notice(state="submitted")
    change(gateway, Notice, waiting.id, starts_at=gateway.clock.now() + timedelta(days=1))
    assert tally_notices(transactions(gateway)) == 4
    assert tally_notices(transactions(gateway)) == 0
    found = _dashboard(gateway)
    assert found.notices == {"draft": 1, "submitted": 1, "approved": 1, "in_force": 1}
    assert found.notices_counted_at == gateway.clock.now()
    assert _dashboard(gateway, "b_judge").notices == {}


def test_a_notice_is_in_force_when_it_starts_though_it_was_counted_before(gateway: Gateway) -> None:
    waiting = [gateway.notice(), gateway.notice()]
    for hours, notice in enumerate(waiting, 1):
        starts_at = gateway.clock.now() + timedelta(hours=hours)
        change(gateway, Notice, notice.id, starts_at=starts_at)
    tally_notices(transactions(gateway))
    assert _dashboard(gateway).notices == {"approved": 2, "in_force": 0}
    gateway.clock.forward(hours=1)
    gateway.notice()
    assert _dashboard(gateway).notices == {"approved": 1, "in_force": 1}, (
        "what was approved since was not counted"
    )
    tally_notices(transactions(gateway))
    assert _dashboard(gateway).notices == {"approved": 1, "in_force": 2}


def test_a_state_that_nothing_is_in_any_more_counts_nothing(gateway: Gateway) -> None:
    notice = gateway.notice(state="draft")
    tally_notices(transactions(gateway))
    change(gateway, Notice, notice.id, state="ended", ended_at=gateway.clock.now())
    tally_notices(transactions(gateway))
    assert _dashboard(gateway).notices == {"draft": 0, "ended": 1}


def test_removal_clocks_are_met_late_or_running(gateway: Gateway) -> None:
    cases = [gateway.case() for _ in range(4)]
    with gateway.work("judge") as work:
        today = work.today()
    for case in cases:
        with gateway.work("judge") as work:
            close_case(work, case.id, 1, "performed")
    for case in cases[:2]:
        with gateway.work("clerk") as work:
            record_deletion(work, case.id, today, "receipt")
    change(gateway, EnforcementCase, cases[0].id, formal_deletion_due_on=today)
    change(gateway, EnforcementCase, cases[1].id, formal_deletion_due_on=today - timedelta(days=1))
    change(gateway, EnforcementCase, cases[2].id, formal_deletion_due_on=today - timedelta(days=1))
    change(gateway, EnforcementCase, cases[3].id, formal_deletion_due_on=today)
    clocks = _dashboard(gateway).clocks
    assert clocks is not None
    assert (clocks.met, clocks.late, clocks.running, clocks.met_share) == (1, 2, 1, 1 / 3)


def test_an_operator_sees_calls_of_all_and_notices_of_none(gateway: Gateway) -> None:
    _three_calls(gateway)
    tally_calls(transactions(gateway))
    tally_notices(transactions(gateway))
    found = _dashboard(gateway, "operator")
    assert sum(each.counts["calls"] for each in found.days) == 3
    assert (found.notices, found.clocks) == ({}, None)


@pytest.mark.parametrize("hour", [15, 16, 23])
def test_an_operator_sees_the_day_that_has_begun_in_a_court(gateway: Gateway, hour: int) -> None:
    """Shanghai is eight hours ahead: from 16:00 UTC its calls are counted for tomorrow."""
    now = gateway.clock.now()
    gateway.clock.forward(hours=24 + hour - now.hour)
    _three_calls(gateway)
    tally_calls(transactions(gateway))
    found = _dashboard(gateway, "operator")
    assert found.days[-1].counts["calls"] == 3
    assert found.today == gateway.clock.now().date() + timedelta(days=hour >= 16)


def test_ninety_days_or_thirty(sqlite_gateway: Gateway) -> None:
    assert len(_dashboard(sqlite_gateway, span=90).days) == 90
    assert len(_dashboard(sqlite_gateway, span=31).days) == 30


def test_nobody_without_a_role_sees_it(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    gateway.people["nobody"] = type(gateway.people["clerk"])("x", gateway.court_a, frozenset())
    with pytest.raises(NotAllowed):
        _dashboard(gateway, "nobody")
