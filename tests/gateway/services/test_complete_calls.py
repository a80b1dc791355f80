"""Calls whose end no carrier reported are marked as ended, and nothing else of them changes."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.models import Call, PhoneLine
from gateway.services.complete_calls import complete_calls
from tests.carriers import FakeCarrier, sid
from tests.factories import Gateway
from tests.gateway.records import call_of, change
from tests.gateway.services.crowd import at_once, transactions


def _call(gateway: Gateway) -> str:
    line, call = gateway.line(), sid()
    FakeCarrier.of(gateway).voice(gateway.dialled(line), call=call)
    return call


def _row_id(gateway: Gateway, call: str) -> str:
    return call_of(gateway, call).id


def _received(gateway: Gateway, call: str, at: datetime) -> None:
    change(gateway, Call, _row_id(gateway, call), received_at=at)


@pytest.mark.parametrize(("older_by", "ended"), [(timedelta(), 1), (-timedelta(microseconds=1), 0)])
def test_a_call_ends_an_hour_after_the_longest_time_limit(
    gateway: Gateway, older_by: timedelta, ended: int
) -> None:
    call = _call(gateway)
    with gateway.read() as session:
        line_id = session.scalars(select(PhoneLine.id)).one()
    change(gateway, PhoneLine, line_id, time_limit_seconds=600)
    _received(gateway, call, gateway.clock.now() - timedelta(minutes=70) - older_by)
    assert complete_calls(transactions(gateway)) == ended
    row = call_of(gateway, call)
    assert row.ended_at == (gateway.clock.now() if ended else None)
    assert (row.outcome, row.heard_ms) == ("unknown", None)


def test_a_report_that_comes_later_still_tells_the_outcome(gateway: Gateway) -> None:
    line, call, carrier = gateway.line(), sid(), FakeCarrier.of(gateway)
    carrier.voice(gateway.dialled(line), call=call)
    gateway.clock.forward(hours=6)
    assert complete_calls(transactions(gateway)) == 1
    carrier.dialled(gateway.dialled(line), call, "busy")
    assert call_of(gateway, call).outcome == "busy"


def test_twice_at_once_ends_a_call_once(gateway: Gateway) -> None:
    _call(gateway)
    gateway.clock.forward(hours=6)
    assert sum(at_once(lambda: complete_calls(transactions(gateway)))) == 1
    assert complete_calls(transactions(gateway)) == 0
