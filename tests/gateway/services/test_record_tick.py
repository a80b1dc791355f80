"""The greatest time recorded only moves forward."""

from datetime import datetime, timedelta

from sqlalchemy import select

from gateway.database import writing
from gateway.models import Platform
from gateway.services.record_tick import record_tick
from gateway.sight import EVERY_COURT
from tests.factories import Gateway


def _recorded(gateway: Gateway) -> datetime | None:
    with gateway.read() as session:
        return session.scalars(select(Platform.last_tick_at)).one()


def test_a_later_tick_is_recorded_and_an_earlier_one_is_not(gateway: Gateway) -> None:
    first = gateway.clock.now()
    for at, expected in (
        (first, first),
        (first - timedelta(hours=1), first),
        (first + timedelta(seconds=5), first + timedelta(seconds=5)),
    ):
        with writing(gateway.runtime.engine, EVERY_COURT) as session:
            record_tick(session, at)
        assert _recorded(gateway) == expected
