"""A lease has one holder, who learns of its loss before he writes anything under it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.database import writing
from gateway.models import Lease
from gateway.services.hold_lease import LEASE, LeaseLost, give_up_lease, hold_lease, take_lease
from gateway.sight import EVERY_COURT
from tests.factories import Gateway
from tests.gateway.services.crowd import at_once

MOMENT = timedelta(microseconds=1)


def _take(gateway: Gateway, holder: str, now: datetime) -> bool:
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        return take_lease(session, "work", holder, now)


def _holder(gateway: Gateway) -> str:
    with gateway.read() as session:
        return session.scalars(select(Lease.holder)).one()


def test_the_first_has_it_and_the_second_waits_until_it_ends(gateway: Gateway) -> None:
    now = gateway.clock.now()
    assert _take(gateway, "a", now)
    assert not _take(gateway, "b", now)
    assert not _take(gateway, "b", now + LEASE - MOMENT)
    assert _take(gateway, "b", now + LEASE)
    assert not _take(gateway, "a", now + LEASE)


def test_its_holder_renews_it_also_when_it_has_ended_unnoticed(gateway: Gateway) -> None:
    now = gateway.clock.now()
    assert _take(gateway, "a", now)
    assert _take(gateway, "a", now + LEASE - MOMENT)
    assert not _take(gateway, "b", now + LEASE)
    assert _take(gateway, "a", now + 10 * LEASE)


def test_a_clock_set_back_an_hour_does_not_keep_a_dead_holder_alive(gateway: Gateway) -> None:
    now = gateway.clock.now()
    assert _take(gateway, "a", now)
    assert not _take(gateway, "b", now)
    assert _take(gateway, "b", now - timedelta(hours=1))


def test_of_eight_who_ask_together_one_gets_it(gateway: Gateway) -> None:
    now, names = gateway.clock.now(), iter("abcdefgh")
    assert sum(at_once(lambda: _take(gateway, next(names), now), 8)) == 1


def test_who_has_lost_it_is_stopped_within_his_transaction(gateway: Gateway) -> None:
    now = gateway.clock.now()
    _take(gateway, "a", now)
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        hold_lease(session, "work", "a")
    _take(gateway, "b", now + LEASE)
    with pytest.raises(LeaseLost), writing(gateway.runtime.engine, EVERY_COURT) as session:
        hold_lease(session, "work", "a")


def test_what_was_given_up_is_free_at_once_and_only_its_holder_gives_it_up(gateway: Gateway) -> None:
    now = gateway.clock.now()
    _take(gateway, "a", now)
    for holder, taken in (("b", False), ("a", True)):
        with writing(gateway.runtime.engine, EVERY_COURT) as session:
            give_up_lease(session, "work", holder, now)
        assert _take(gateway, "c", now) is taken
    assert _holder(gateway) == "c"
