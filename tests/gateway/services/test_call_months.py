"""Calls by month on PostgreSQL: made ahead, dropped as a whole, and one table for whoever asks."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from gateway.database import reading, writing
from gateway.examination import examine
from gateway.ids import first_id
from gateway.models import Call, CallEvent
from gateway.services.call_months import drop_months, make_months
from gateway.services.purge import purge
from gateway.services.transactions import Transactions
from gateway.sight import EVERY_COURT
from tests.carriers import FakeCarrier, sid
from tests.factories import Gateway

pytestmark = pytest.mark.postgres


@pytest.fixture
def here(postgres_gateway: Gateway) -> Gateway:
    """The clock stands in the middle of a month, so that a few days more or less stay within it."""
    clock = postgres_gateway.clock
    clock.at = clock.at.replace(day=15)
    make_months(_transactions(postgres_gateway))
    return postgres_gateway


def _transactions(gateway: Gateway) -> Transactions:
    return Transactions(gateway.runtime.engine, gateway.runtime.clock, gateway.runtime.vault)


def _month(at: datetime) -> str:
    return f"call_{at.astimezone(UTC):%Y_%m}"


def _next_month(at: datetime) -> datetime:
    return at.replace(day=1) + timedelta(days=45)


def _where(gateway: Gateway) -> list[str]:
    """In which part of the table each call lies, the oldest first."""
    with gateway.read() as session:
        return list(
            session.scalars(select(text("tableoid::regclass::text")).select_from(Call).order_by(Call.id))
        )


def _parts(gateway: Gateway) -> set[str]:
    with gateway.read() as session:
        return set(session.scalars(text("SELECT relid::text FROM pg_partition_tree('call') WHERE isleaf")))


def _one_call(gateway: Gateway) -> tuple[FakeCarrier, str, str]:
    line, call, carrier = gateway.line(), sid(), FakeCarrier.of(gateway)
    carrier.voice(gateway.dialled(line), call=call)
    carrier.dialled(gateway.dialled(line), call, "completed")
    return carrier, gateway.dialled(line), call


def test_a_month_begins_where_the_programs_ids_of_it_begin(here: Gateway) -> None:
    at = datetime(2031, 2, 1, tzinfo=UTC)
    with here.owner() as owner, reading(owner, EVERY_COURT) as session:
        begins = session.scalars(select(func.call_month_begins(datetime(2031, 2, 1)))).one()
    assert first_id(at) == begins + 16 * "0"
    assert first_id(at - timedelta(milliseconds=1)) < begins <= first_id(at)


def test_calls_lie_in_their_month_and_in_the_next_one_before_anybody_needs_it(here: Gateway) -> None:
    this, following = here.clock.at, _next_month(here.clock.at)
    _one_call(here)
    here.clock.at = following
    _one_call(here)
    assert _where(here) == [_month(this), _month(following)]


def test_a_call_of_a_month_that_nobody_made_is_kept_and_moves_into_it(here: Gateway) -> None:
    here.clock.at = late = here.clock.at + timedelta(days=100)
    _one_call(here)
    assert _where(here) == ["call_rest"]
    make_months(_transactions(here))
    assert _where(here) == [_month(late)]
    _one_call(here)
    assert _where(here) == [_month(late)] * 2


def test_the_operator_is_told_of_a_month_that_is_not_there(here: Gateway) -> None:
    def verdict() -> list[str]:
        return [each.verdict for each in examine(here.runtime) if each.what == "calls by month"]

    assert verdict() == ["OK"]
    here.clock.forward(days=100)
    assert verdict() == ["WARN"]
    purge(here.runtime, here.clock.at)
    assert verdict() == ["OK"]


def test_a_carrier_that_repeats_itself_after_the_turn_of_a_month_changes_nothing(here: Gateway) -> None:
    carrier, dialled, call = _one_call(here)
    here.clock.at = _next_month(here.clock.at)
    carrier.voice(dialled, call=call)
    carrier.dialled(dialled, call, "completed")
    with here.read() as session:
        kept = [session.scalars(select(func.count()).select_from(kind)).one() for kind in (Call, CallEvent)]
        assert kept == [1, 1]
        assert session.scalars(select(Call.outcome)).one() == "connected"


@pytest.fixture
def old(here: Gateway) -> str:
    """A month that is long over, with a call and its report; the clock is back in the present."""
    now, here.clock.at = here.clock.at, here.clock.at - timedelta(days=120)
    month = _month(here.clock.at)
    with here.owner() as owner, writing(owner, EVERY_COURT) as session:
        for table in ("call", "call_event"):
            first = f"{table}_{now:%Y_%m}"
            session.execute(text(f"ALTER TABLE {table} DETACH PARTITION {first}"))
            session.execute(text(f"DROP TABLE {first}"))
        session.execute(select(func.make_call_months(here.clock.at)))
        session.execute(select(func.make_call_months(now)))
    _one_call(here)
    here.clock.at = now
    return month


def test_the_hourly_purge_drops_a_month_when_all_of_it_is_due(here: Gateway, old: str) -> None:
    _one_call(here)
    ends = datetime.strptime(old, "call_%Y_%m").replace(tzinfo=UTC) + timedelta(days=32)
    due = ends.replace(day=1) + timedelta(days=90)
    assert purge(here.runtime, due - timedelta(seconds=1), by_months=True)["call"] == 0
    assert old in _parts(here)
    counts = purge(here.runtime, due, by_months=True)
    assert (counts["call"], counts["call_event"]) == (1, 1)
    assert old not in _parts(here)
    assert _where(here) == [_month(here.clock.at)]


def test_a_purge_by_hand_also_deletes_what_is_due_of_a_month_that_is_not(here: Gateway) -> None:
    _one_call(here)
    later = here.clock.at + timedelta(days=91)
    assert purge(here.runtime, later, by_months=True)["call"] == 0
    assert purge(here.runtime, later)["call"] == 1


def test_no_month_is_dropped_that_is_not_over_whatever_is_asked(here: Gateway) -> None:
    before = _parts(here)
    assert drop_months(_transactions(here), here.clock.at + timedelta(days=4000)) == {}
    assert _parts(here) == before


def test_a_month_that_somebody_reads_is_left_for_the_next_time(here: Gateway, old: str) -> None:
    with here.owner() as owner, reading(owner, EVERY_COURT) as session:
        session.execute(select(Call.id)).all()
        asking = Thread(target=lambda: counts.update(drop_months(_transactions(here), here.clock.at)))
        counts: dict[str, int] = {}
        asking.start()
        asking.join(10)
        assert (asking.is_alive(), counts) == (False, {})
    assert old in _parts(here)
    assert drop_months(_transactions(here), here.clock.at) == {"call": 1, "call_event": 1}


@pytest.mark.parametrize("statement", ["make_call_months(now())", "drop_call_months(now())"])
def test_calls_role_may_ask_for_neither(here: Gateway, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), writing(here.runtime.calls) as session:
        session.execute(text(f"SELECT {statement}"))


def test_the_desk_reads_a_month_behind_the_same_fence_and_changes_none(here: Gateway) -> None:
    _one_call(here)
    month, engine = _month(here.clock.at), here.runtime.engine
    for sees, found in ((EVERY_COURT, 1), (here.court_a, 1), (here.court_b, 0)):
        with reading(engine, sees) as session:
            assert session.scalars(text(f"SELECT count(*) FROM {month}")).one() == found
    with pytest.raises(ProgrammingError, match="permission denied"), writing(engine, EVERY_COURT) as session:
        session.execute(text(f"DELETE FROM {month}"))


def test_reports_have_their_months_too(here: Gateway) -> None:
    _one_call(here)
    with here.read() as session:
        part = session.scalars(select(text("tableoid::regclass::text")).select_from(CallEvent)).one()
    assert part == f"call_event_{here.clock.at:%Y_%m}"
