"""Three clocks and what they decide: a start by the earlier, an end by the latest."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from gateway.clock import FixedClock, Instant, SystemClock

AT = datetime(2026, 3, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("times", list(permutations([AT, AT + HOUR, AT + 2 * HOUR])))
def test_the_earliest_is_of_two_clocks_and_the_latest_of_all_three(times: tuple[datetime, ...]) -> None:
    instant = Instant(*times)
    assert instant.earliest == min(times[:2])
    assert instant.latest == AT + 2 * HOUR


def test_a_time_recorded_long_ago_changes_nothing() -> None:
    instant = Instant(AT, AT, AT - HOUR)
    assert (instant.earliest, instant.latest) == (AT, AT)


@pytest.mark.parametrize(("application", "database"), [(AT, AT + HOUR), (AT + HOUR, AT)])
def test_the_skew_has_no_sign(application: datetime, database: datetime) -> None:
    assert Instant(application, database, AT).skew_seconds == 3600


def test_the_system_clock_tells_an_aware_utc_time() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_a_fixed_clock_stands() -> None:
    clock = FixedClock(AT)
    assert clock.now() == clock.now() == AT
