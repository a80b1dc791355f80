"""Transactions of the hot path: undone by any error, on a connection that is replaced after one."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

import pytest
from sqlalchemy import CTE, Select, String, select, text
from sqlalchemy.event import listen
from sqlalchemy.exc import DBAPIError

from gateway.call_transaction import Asking, Kept, Transaction
from gateway.models import Heard
from gateway.prepared import Prepared
from gateway.services.upsert import EachIfNew
from tests.factories import Gateway

COUNTED = EachIfNew(Heard, ("notice_id", "period", "caller_hash", "at"), ("caller_hash",))


def _echo(asked: CTE, _dialect: str) -> Select[tuple[int, str]]:
    return select(asked.c.place, asked.c.word)


def _periods(asked: CTE, _dialect: str) -> Select[str]:
    return select(Heard.period).join_from(asked, Heard, Heard.period == asked.c.word)


ECHO = Prepared({"word": String()}, _echo)
PERIODS = Prepared({"word": String()}, _periods)


def _count(gateway: Gateway, transaction: Transaction) -> list[bool]:
    row = {"notice_id": "n", "period": "p", "caller_hash": b"c", "at": gateway.clock.now()}
    return COUNTED.insert(transaction, [row])


class _Regret(Exception):
    """What a transaction is broken off with."""


def _count_and_regret(gateway: Gateway, kept: Kept) -> None:
    with kept.deciding() as transaction:
        assert _count(gateway, transaction) == [True]
        raise _Regret


def _add_and_regret(gateway: Gateway, kept: Kept) -> None:
    with kept.deciding() as transaction:
        heard = Heard(notice_id="n", period="p", caller_hash=b"c", at=gateway.clock.now())
        transaction.session.add(heard)
        transaction.session.flush()
        assert _count(gateway, transaction) == [False]
        raise _Regret


def _count_and_go_on_after_an_error(gateway: Gateway, kept: Kept) -> None:
    with kept.deciding() as transaction:
        assert _count(gateway, transaction) == [True]
        with suppress(DBAPIError):
            transaction.session.execute(text("SELECT nothing"))


def _count_and_go_on_after_a_rollback(gateway: Gateway, kept: Kept) -> None:
    with kept.deciding() as transaction:
        assert _count(gateway, transaction) == [True]
        driver = transaction.session.connection().connection.driver_connection
        assert driver is not None
        driver.execute("ROLLBACK")


def test_a_transaction_that_was_rolled_back_does_not_pass_for_committed(sqlite_gateway: Gateway) -> None:
    """SQLite rolls back by itself where the disk is full, say."""
    with Kept(sqlite_gateway.runtime.calls) as kept:
        with pytest.raises(DBAPIError, match="no transaction"):
            _count_and_go_on_after_a_rollback(sqlite_gateway, kept)
        with kept.deciding() as transaction:
            assert _count(sqlite_gateway, transaction) == [True]


def test_a_transaction_that_fails_leaves_nothing(gateway: Gateway) -> None:
    with Kept(gateway.runtime.calls) as kept:
        with pytest.raises(_Regret):
            _count_and_regret(gateway, kept)
        with kept.deciding() as transaction:
            assert _count(gateway, transaction) == [True]
        with kept.deciding() as transaction:
            assert _count(gateway, transaction) == [False]


def test_what_a_session_does_in_it_belongs_to_the_transaction(gateway: Gateway) -> None:
    with Kept(gateway.runtime.calls) as kept:
        with pytest.raises(_Regret):
            _add_and_regret(gateway, kept)
        with kept.deciding() as transaction:
            assert _count(gateway, transaction) == [True]


@pytest.mark.postgres
def test_a_transaction_that_the_server_broke_off_does_not_pass_for_committed(
    postgres_gateway: Gateway,
) -> None:
    """PostgreSQL takes COMMIT then, and answers ROLLBACK."""
    with Kept(postgres_gateway.runtime.calls) as kept:
        with pytest.raises(DBAPIError, match="rolled back"):
            _count_and_go_on_after_an_error(postgres_gateway, kept)
        with kept.deciding() as transaction:
            assert _count(postgres_gateway, transaction) == [True]


@pytest.mark.postgres
@pytest.mark.parametrize("lost_in", [Kept.asking, Kept.deciding])
def test_a_connection_that_was_lost_is_replaced_when_it_is_wanted(
    postgres_gateway: Gateway, lost_in: Callable[[Kept], AbstractContextManager[Asking]]
) -> None:
    """And not before: whoever has just lost one would wait for a server that is gone."""
    calls = postgres_gateway.runtime.calls
    with Kept(calls) as kept:
        with kept.deciding() as transaction:
            assert transaction.rows(ECHO, [("word",)]) == [(0, "word")]
            pid = transaction.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with calls.connect() as other:
            assert other.execute(text(f"SELECT pg_terminate_backend({pid}, 5000)")).scalar_one()
        opened: list[object] = []
        listen(calls, "checkout", lambda connection, *_about: opened.append(connection))
        with pytest.raises(DBAPIError) as fault, lost_in(kept) as asking:
            asking.rows(ECHO, [("word",)])
        assert fault.value.connection_invalidated
        assert not opened
        with kept.asking() as asking:
            assert asking.rows(ECHO, [("word",)]) == [(0, "word")]


@pytest.mark.postgres
def test_what_is_prepared_outlives_a_transaction_that_fails(postgres_gateway: Gateway) -> None:
    """Else the server would hold it once for every call that was decided anew, as long as it is connected."""
    held = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%heard%'")
    with Kept(postgres_gateway.runtime.calls) as kept:
        for _ in range(5):
            with pytest.raises(_Regret):
                _count_and_regret(postgres_gateway, kept)
        with kept.deciding() as transaction:
            assert transaction.session.execute(held).scalar_one() == 1


@pytest.mark.postgres
def test_what_the_server_no_longer_has_prepared_is_prepared_again(postgres_gateway: Gateway) -> None:
    with Kept(postgres_gateway.runtime.calls) as kept:
        with kept.deciding() as transaction:
            assert transaction.rows(ECHO, [("word",)]) == [(0, "word")]
            transaction.session.execute(text("DEALLOCATE ALL"))
        with pytest.raises(DBAPIError) as fault, kept.asking() as asking:
            asking.rows(ECHO, [("word",)])
        assert not fault.value.connection_invalidated
        with kept.asking() as asking:
            assert asking.rows(ECHO, [("word",)]) == [(0, "word")]


@pytest.mark.postgres
def test_what_reads_a_table_that_was_changed_is_prepared_again(postgres_gateway: Gateway) -> None:
    with Kept(postgres_gateway.runtime.calls) as kept:
        with kept.asking() as asking:
            assert asking.rows(PERIODS, [("p",)]) == []
        with postgres_gateway.owner() as owner, owner.begin() as changing:
            changing.execute(text("ALTER TABLE heard ALTER COLUMN period TYPE varchar(99)"))
        with pytest.raises(DBAPIError, match="cached plan"), kept.asking() as asking:
            asking.rows(PERIODS, [("p",)])
        with kept.asking() as asking:
            assert asking.rows(PERIODS, [("p",)]) == []
