"""Clocks that disagree and a feed of closures that dried up call people."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.models import Alert, Platform
from gateway.services.check_clocks import check_clocks
from gateway.services.check_closures import check_closures
from tests.factories import Gateway
from tests.gateway.records import alerts, change
from tests.gateway.services.crowd import at_once, transactions

DAY = timedelta(hours=24)


def _skew_alerts(gateway: Gateway) -> int:
    with gateway.read() as session:
        return len(session.scalars(select(Alert.id).where(Alert.kind == "clock_skew")).all())


@pytest.mark.parametrize("hours", [-1, 1])
def test_clocks_an_hour_apart_open_one_alert(gateway: Gateway, hours: int) -> None:
    gateway.clock.forward(hours=hours)
    assert at_once(lambda: check_clocks(transactions(gateway))) == [1, 1]
    assert _skew_alerts(gateway) == 1


def test_clocks_that_agree_open_none(gateway: Gateway) -> None:
    gateway.clock.at = type(gateway.clock)().at
    assert check_clocks(transactions(gateway)) == 0
    assert _skew_alerts(gateway) == 0


def test_a_platform_that_never_had_a_feed_misses_none(gateway: Gateway) -> None:
    gateway.clock.forward(days=300)
    assert check_closures(transactions(gateway), DAY) == 0
    assert alerts(gateway) == []


@pytest.mark.parametrize(("age", "stale"), [(DAY, 0), (DAY + timedelta(microseconds=1), 1)])
def test_a_feed_is_stale_when_it_is_older_than_allowed(gateway: Gateway, age: timedelta, stale: int) -> None:
    gateway.clock.forward(days=1)
    change(gateway, Platform, 1, closures_imported_at=gateway.clock.now() - age)  # type: ignore[arg-type]
    for _ in range(2):
        assert check_closures(transactions(gateway), DAY) == stale
    assert alerts(gateway) == ["closures_stale"] * stale


def test_the_alert_closes_when_a_file_came(gateway: Gateway) -> None:
    change(gateway, Platform, 1, closures_imported_at=gateway.clock.now() - 2 * DAY)  # type: ignore[arg-type]
    assert check_closures(transactions(gateway), DAY) == 1
    change(gateway, Platform, 1, closures_imported_at=gateway.clock.now())  # type: ignore[arg-type]
    assert check_closures(transactions(gateway), DAY) == 0
    assert alerts(gateway) == []
