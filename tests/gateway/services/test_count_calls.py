"""Calls by day: each call counts on the court's day on which it came, in everything that is true of it."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.jurisdictions.dates import start_of
from gateway.models import Call
from gateway.services.count_calls import CallsOfADay, count_calls
from gateway.services.refusals import NotAllowed
from tests.carriers import FakeCarrier, sid
from tests.factories import Gateway, number
from tests.gateway.records import call_of, change


def _counts(gateway: Gateway, line_id: str, who: str = "clerk", **only: Any) -> tuple[CallsOfADay, ...]:
    with gateway.work(who) as work:
        return count_calls(work, line_id, **only)


def _plain(day: CallsOfADay) -> tuple[int, int, int, int, int]:
    return day.calls, day.heard, day.skipped, day.connected, day.failed


def test_a_line_without_calls_has_ninety_days_of_none(gateway: Gateway) -> None:
    line = gateway.line()
    days = _counts(gateway, line.id)
    assert len(days) == 90
    assert {_plain(each) for each in days} == {(0, 0, 0, 0, 0)}
    with gateway.work() as work:
        assert (days[0].day, days[-1].day) == (work.today() - timedelta(days=89), work.today())


def test_heard_skipped_connected_and_failed_are_told_apart(gateway: Gateway) -> None:
    line = gateway.line()
    gateway.notice(line=line)
    carrier, dialled = FakeCarrier.of(gateway), gateway.dialled(line)
    heard, skipped, failed, open_ended = (sid() for _ in range(4))
    for index, call in enumerate((heard, skipped, failed, open_ended)):
        carrier.voice(dialled, caller=number(8000 + index), call=call)
    carrier.dialled(dialled, heard, "completed")
    carrier.keys(dialled, skipped, "1")
    carrier.dialled(dialled, skipped, "completed")
    carrier.dialled(dialled, failed, "failed")
    assert _plain(_counts(gateway, line.id)[-1]) == (4, 2, 1, 2, 1)


@pytest.mark.parametrize(("before", "day"), [(timedelta(), -1), (timedelta(microseconds=1), -2)])
def test_a_day_begins_at_midnight_of_the_courts_zone(gateway: Gateway, before: timedelta, day: int) -> None:
    line, call = gateway.line(), sid()
    FakeCarrier.of(gateway).voice(gateway.dialled(line), call=call)
    with gateway.work() as work:
        midnight: datetime = start_of(work.today(), ZoneInfo("Asia/Shanghai"))
    change(gateway, Call, call_of(gateway, call).id, received_at=midnight - before)
    assert _plain(_counts(gateway, line.id)[day])[0] == 1


def test_a_notice_counts_its_own_calls_only(sqlite_gateway: Gateway) -> None:
    line, call = sqlite_gateway.line(), sid()
    FakeCarrier.of(sqlite_gateway).voice(sqlite_gateway.dialled(line), call=call)
    notice = sqlite_gateway.notice(line=line)
    assert _plain(_counts(sqlite_gateway, line.id)[-1])[0] == 1
    assert _plain(_counts(sqlite_gateway, line.id, notice_id=notice.id)[-1])[0] == 0


def test_another_court_counts_nothing_and_an_operator_may_not_ask(sqlite_gateway: Gateway) -> None:
    line = sqlite_gateway.line()
    FakeCarrier.of(sqlite_gateway).voice(sqlite_gateway.dialled(line))
    assert _plain(_counts(sqlite_gateway, line.id, "b_clerk")[-1])[0] == 0
    with pytest.raises(NotAllowed):
        _counts(sqlite_gateway, line.id, "operator")
