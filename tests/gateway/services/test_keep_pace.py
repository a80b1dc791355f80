"""Keeping pace: chunks grow while they are quick, shrink when they are slow, and make way for calls."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from gateway.services.keep_pace import (
    AMONG_CALLS_SECONDS,
    LEAST,
    LONG,
    LONGEST_PAUSE_SECONDS,
    PAUSE_TIMES,
    QUIET_SECONDS,
    Aim,
    Pace,
    next_size,
)
from gateway.services.transactions import Transactions
from tests.carriers import FakeCarrier
from tests.factories import Gateway

AIM = Aim(sqlite=0.015, postgresql=0.2, makes_way=True)
EACH = 0.0001
"""Seconds in which a row is written."""


@pytest.mark.parametrize(
    ("size", "seconds", "following"),
    [
        (40, 0.015, 40),
        (40, 0.02, 30),
        (40, 0.03, 20),
        (40, 0.3, 20),
        (40, 0.0075, 60),
        (40, 0.0, 60),
        (900, 0.001, 1000),
        (10, 10.0, 5),
        (1, 10.0, 5),
    ],
)
def test_a_chunk_holds_the_lock_for_about_as_long_as_is_meant(
    size: int, seconds: float, following: int
) -> None:
    assert next_size(size, seconds, AIM.sqlite) == following


def test_another_aim_is_kept_as_well() -> None:
    assert next_size(30, 0.4, AIM.postgresql) == 15


class Clockwork:
    """A clock that only moves when somebody writes or pauses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds, self.pauses = 100.0, list[float]()
        monkeypatch.setattr("gateway.services.keep_pace.perf_counter", lambda: self.seconds)
        monkeypatch.setattr("gateway.services.keep_pace.sleep", self._pause)

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds


@pytest.fixture
def clockwork(monkeypatch: pytest.MonkeyPatch) -> Clockwork:
    return Clockwork(monkeypatch)


@pytest.fixture
def transactions(gateway: Gateway) -> Transactions:
    return Transactions(gateway.runtime.engine, gateway.clock, gateway.runtime.vault)


@pytest.fixture
def call(gateway: Gateway) -> Callable[[], None]:
    """Somebody calls, a second after whoever called before."""
    line, carrier = gateway.line(), FakeCarrier.of(gateway)

    def once() -> None:
        gateway.clock.at += timedelta(seconds=1)
        assert carrier.voice(gateway.dialled(line)).dials

    once()
    return once


def _write(pace: Pace, clockwork: Clockwork) -> int:
    """As many rows as are to be written now."""
    size = pace.size
    with pace.writing():
        clockwork.seconds += EACH * size
        pace.written(size)
    return size


def test_transactions_of_one_work_become_as_long_as_is_meant_while_nobody_calls(
    transactions: Transactions, clockwork: Clockwork
) -> None:
    pace = Pace(transactions, AIM, 5)
    sizes = [_write(pace, clockwork) for _ in range(20)]
    on_sqlite = transactions.engine.dialect.name == "sqlite"
    assert sizes[0] == 5
    assert sizes[-1] == pytest.approx((AIM.sqlite if on_sqlite else 0.1) / EACH, abs=1)
    assert clockwork.pauses == []


def test_while_people_call_transactions_are_short_and_pauses_follow_them_on_sqlite(
    transactions: Transactions, call: Callable[[], None], clockwork: Clockwork
) -> None:
    pace = Pace(transactions, AIM)
    for _ in range(5):
        _write(pace, clockwork)
    call()
    _write(pace, clockwork)
    first = pace.size
    for _ in range(3):
        _write(pace, clockwork)
    if transactions.engine.dialect.name == "postgresql":
        assert (first > LEAST, clockwork.pauses) == (True, [])
        return
    assert first == LEAST
    assert pace.size == pytest.approx(AMONG_CALLS_SECONDS / EACH, abs=1)
    assert clockwork.pauses[-1] == pytest.approx(PAUSE_TIMES * AMONG_CALLS_SECONDS, rel=0.1)


def test_when_nobody_calls_any_more_the_work_goes_on_as_before(
    transactions: Transactions, call: Callable[[], None], clockwork: Clockwork
) -> None:
    pace = Pace(transactions, AIM)
    _write(pace, clockwork)
    call()
    _write(pace, clockwork)
    clockwork.seconds += QUIET_SECONDS
    before = len(clockwork.pauses)
    for _ in range(9):
        _write(pace, clockwork)
    assert len(clockwork.pauses) == before
    assert pace.size * EACH >= AIM.sqlite - EACH


def test_a_transaction_that_was_held_up_is_not_followed_by_a_long_pause(
    transactions: Transactions, call: Callable[[], None], clockwork: Clockwork
) -> None:
    pace = Pace(transactions, AIM)
    _write(pace, clockwork)
    call()
    with pace.writing():
        clockwork.seconds += 3.0
        pace.written(pace.size)
    on_sqlite = transactions.engine.dialect.name == "sqlite"
    assert clockwork.pauses == ([LONGEST_PAUSE_SECONDS] if on_sqlite else [])


def test_work_for_which_somebody_may_wait_makes_no_way(
    transactions: Transactions, call: Callable[[], None], clockwork: Clockwork
) -> None:
    pace = Pace(transactions, LONG)
    for _ in range(9):
        _write(pace, clockwork)
        call()
    assert clockwork.pauses == []
    assert pace.size * EACH >= LONG.sqlite - EACH
