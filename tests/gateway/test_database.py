"""How the database is opened: one writer at a time on SQLite, waits that end, and no weak durability."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.call_transaction import Kept
from gateway.database import DurabilityOff, open_engine, reading, refuse_weak_durability, turn, writing
from tests.postgres import for_psycopg


@pytest.fixture
def engine(database_url: str) -> Engine:
    if database_url.startswith("sqlite"):
        sqlite3.connect(database_url.removeprefix("sqlite:///")).close()
    engine = open_engine(database_url, wait_ms=10_000, statement_ms=10_000, pool_size=8)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE counter (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)"))
        connection.execute(text("INSERT INTO counter VALUES (1, 0)"))
    return engine


def _count(engine: Engine) -> int:
    with reading(engine) as session:
        return int(session.execute(text("SELECT n FROM counter")).scalar_one())


def test_no_acknowledged_write_of_many_writers_is_lost(engine: Engine) -> None:
    lock = " FOR UPDATE" if engine.dialect.name == "postgresql" else ""

    def add(_index: int) -> None:
        with writing(engine) as session:
            present = session.execute(text(f"SELECT n FROM counter WHERE id = 1{lock}")).scalar_one()
            session.execute(text("UPDATE counter SET n = :n"), {"n": present + 1})

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(80)))
    assert _count(engine) == 80
    engine.dispose()


def test_an_error_rolls_everything_back(engine: Engine) -> None:
    def fail() -> None:
        with writing(engine) as session:
            session.execute(text("UPDATE counter SET n = 5"))
            session.execute(text("INSERT INTO counter VALUES (1, 0)"))

    with pytest.raises(IntegrityError):
        fail()
    assert _count(engine) == 0
    engine.dispose()


def test_a_reading_sees_one_state_whatever_is_written_meanwhile(engine: Engine) -> None:
    with reading(engine) as session:
        first = session.execute(text("SELECT n FROM counter")).scalar_one()
        with ThreadPoolExecutor(1) as thread:
            thread.submit(_set_to_seven, engine).result(10)
        assert session.execute(text("SELECT n FROM counter")).scalar_one() == first
    assert _count(engine) == 7
    engine.dispose()


def _set_to_seven(engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(text("UPDATE counter SET n = 7"))


def test_a_writer_gives_up_when_its_wait_is_over(engine: Engine, database_url: str) -> None:
    hasty = open_engine(database_url, wait_ms=50, statement_ms=50, pool_size=2)

    def write() -> None:
        with writing(hasty) as session:
            session.execute(text("UPDATE counter SET n = 9"))

    with writing(engine) as session:
        session.execute(text("UPDATE counter SET n = 1"))
        with pytest.raises(SQLAlchemyError), ThreadPoolExecutor(1) as thread:
            thread.submit(write).result(10)
    assert _count(engine) == 1
    write()
    assert _count(engine) == 9
    hasty.dispose()
    engine.dispose()


def test_an_exhausted_pool_is_not_waited_for_longer_than_said(engine: Engine, database_url: str) -> None:
    small = open_engine(database_url, wait_ms=50, statement_ms=5000, pool_size=1)
    with small.connect(), pytest.raises(SQLAlchemyError):
        small.connect()
    small.dispose()
    engine.dispose()


def test_the_values_of_a_statement_never_stand_in_an_error(engine: Engine) -> None:
    with pytest.raises(SQLAlchemyError) as fault, engine.begin() as connection:
        connection.execute(text("SELECT * FROM nowhere WHERE number = :it"), {"it": "+8617100001234"})
    assert "1710000" not in str(fault.value)
    engine.dispose()


def test_sqlite_is_opened_as_a_server_wants_it(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "it.db").close()
    engine = open_engine(f"sqlite:///{tmp_path / 'it.db'}", wait_ms=250, statement_ms=1, pool_size=1)
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 250}
    with engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}
    assert found == wanted
    engine.dispose()


def test_a_sqlite_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'none.db'}", wait_ms=50, statement_ms=50, pool_size=1)
    with pytest.raises(OperationalError):
        engine.connect()
    assert not (tmp_path / "none.db").exists()


def test_sqlite_writers_wait_in_this_process_and_not_at_the_file(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "it.db").close()
    engine = open_engine(f"sqlite:///{tmp_path / 'it.db'}", wait_ms=5000, statement_ms=1, pool_size=4)
    order, inside = [], threading.Event()

    def second() -> None:
        inside.wait(5)
        with writing(engine):
            order.append("second")

    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(second)
        with writing(engine):
            inside.set()
            order.append("first")
        waiting.result(10)
    assert order == ["first", "second"]
    engine.dispose()


def test_a_writer_on_sqlite_has_the_lock_before_it_does_anything(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "it.db", timeout=0)) as other:
        engine = open_engine(f"sqlite:///{tmp_path / 'it.db'}", wait_ms=50, statement_ms=1, pool_size=1)
        with writing(engine), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")
        engine.dispose()


def test_who_waits_for_a_connection_keeps_no_writer_from_his_turn(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "it.db").close()
    url = f"sqlite:///{tmp_path / 'it.db'}"
    desk = open_engine(url, wait_ms=5000, statement_ms=1, pool_size=1, pool_ms=1000)
    calls = open_engine(url, wait_ms=200, statement_ms=1, pool_size=1)

    def write() -> None:
        with writing(desk):
            pytest.fail("there was a connection")

    written = 0
    with desk.connect(), ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(write)
        while not waiting.done():
            with writing(calls):
                written += 1
        assert isinstance(waiting.exception(), PoolTimeout)
    assert written > 1
    desk.dispose()
    calls.dispose()


def test_who_kept_a_connection_keeps_it_when_his_turn_does_not_come(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "it.db").close()
    engine = open_engine(f"sqlite:///{tmp_path / 'it.db'}", wait_ms=50, statement_ms=1, pool_size=1)
    with Kept(engine) as kept:
        with kept.deciding():
            pass
        with turn(engine), pytest.raises(OperationalError), kept.deciding():
            pass
        with pytest.raises(PoolTimeout):
            engine.connect()
        with kept.deciding() as transaction:
            assert transaction.session.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()


def test_a_call_gives_up_when_another_process_keeps_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "it.db"
    engine = open_engine(f"sqlite:///{path}", wait_ms=50, statement_ms=1, pool_size=1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other, Kept(engine) as kept:
        with kept.deciding():
            pass
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked") as fault, kept.deciding():
            pass
        assert not fault.value.connection_invalidated
        other.execute("ROLLBACK")
        with kept.deciding() as transaction:
            assert transaction.session.execute(text("PRAGMA busy_timeout")).scalar_one() == 50
    engine.dispose()


@pytest.mark.postgres
def test_postgres_that_would_lose_what_it_acknowledged_is_refused(postgres_url: str) -> None:
    engine = open_engine(postgres_url, wait_ms=1000, statement_ms=1000, pool_size=1)
    refuse_weak_durability(engine)
    name = engine.url.database
    with engine.begin() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    engine.dispose()
    with pytest.raises(DurabilityOff, match="synchronous_commit"):
        refuse_weak_durability(engine)
    engine.dispose()


@pytest.mark.postgres
def test_postgres_statements_and_waits_end(postgres_url: str) -> None:
    engine = open_engine(postgres_url, wait_ms=250, statement_ms=300, pool_size=1)
    with engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"SHOW {name}").scalar_one()
            for name in ("statement_timeout", "lock_timeout", "timezone")
        ]
        with pytest.raises(OperationalError):
            connection.exec_driver_sql("SELECT pg_sleep(5)")
    assert found == ["300ms", "250ms", "UTC"]
    engine.dispose()


def test_a_writer_finds_the_short_pauses_of_another_process_on_sqlite(tmp_path: Path) -> None:
    """A sweep takes the lock again at once; whoever waits must not ask ever more seldom."""
    path, over = tmp_path / "busy.db", threading.Event()
    sqlite3.connect(path).close()
    engine = open_engine(f"sqlite:///{path}", wait_ms=2_000, statement_ms=2_000, pool_size=2)
    with writing(engine) as session:
        session.execute(text("CREATE TABLE counter (n INTEGER)"))

    def sweep() -> None:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as other:
            while not over.wait(0.004):
                other.execute("BEGIN IMMEDIATE")
                over.wait(0.03)
                other.execute("COMMIT")

    sweeping = threading.Thread(target=sweep)
    sweeping.start()
    try:
        for _ in range(25):
            with writing(engine) as session:
                session.execute(text("INSERT INTO counter VALUES (1)"))
    finally:
        over.set()
        sweeping.join()
    with reading(engine) as session:
        assert session.execute(text("SELECT count(*) FROM counter")).scalar_one() == 25
    engine.dispose()


def test_the_wait_for_a_connection_is_its_own(engine: Engine, database_url: str) -> None:
    small = open_engine(database_url, wait_ms=60_000, statement_ms=60_000, pool_size=1, pool_ms=50)
    before = time.monotonic()
    with small.connect(), pytest.raises(PoolTimeout):
        small.connect()
    assert time.monotonic() - before < 30
    small.dispose()
    engine.dispose()


@pytest.mark.postgres
def test_a_server_that_takes_no_writes_is_never_asked(postgres_url: str) -> None:
    """Like a replica, which is behind the primary."""
    name = make_url(postgres_url).database
    with psycopg.connect(for_psycopg(postgres_url), autocommit=True) as owner:
        owner.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    engine = open_engine(postgres_url, wait_ms=1000, statement_ms=1000, pool_size=1)
    with pytest.raises(OperationalError, match="read-only"):
        engine.connect()
    engine.dispose()


def test_what_need_not_be_durable_says_so(engine: Engine, database_url: str) -> None:
    loose = open_engine(database_url, wait_ms=1000, statement_ms=1000, pool_size=1, durable=False)
    asked, wanted = {
        "sqlite": ("PRAGMA synchronous", {1: 2}),
        "postgresql": ("SHOW synchronous_commit", {"off": "on"}),
    }[engine.dialect.name]
    with loose.connect() as one, engine.connect() as other:
        said = {one.exec_driver_sql(asked).scalar_one(): other.exec_driver_sql(asked).scalar_one()}
    assert said == wanted
    loose.dispose()
    engine.dispose()


def test_half_a_statement_is_undone_from_memory_on_the_way_of_calls_only(tmp_path: Path) -> None:
    file = tmp_path / "gateway.db"
    sqlite3.connect(file).close()
    kept_in = {}
    for only_by_key in (True, False):
        engine = open_engine(
            f"sqlite:///{file}", wait_ms=1000, statement_ms=1000, pool_size=1, only_by_key=only_by_key
        )
        with engine.begin() as connection:
            kept_in[only_by_key] = connection.execute(text("PRAGMA temp_store")).scalar_one()
            connection.execute(text("DROP TABLE IF EXISTS counter"))
            connection.execute(text("CREATE TABLE counter (id INTEGER PRIMARY KEY, n INTEGER CHECK (n > 0))"))
            with pytest.raises(IntegrityError):
                connection.execute(text("INSERT INTO counter VALUES (1, 1), (2, 2), (3, 0)"))
            assert connection.execute(text("SELECT count(*) FROM counter")).scalar_one() == 0
        engine.dispose()
    memory, as_compiled = 2, 0
    assert kept_in == {True: memory, False: as_compiled}
