"""SQLite's log is copied into its database while nobody writes, a little at a time."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, PoolProxiedConnection, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.checkpointing import (
    AIM_PAGES,
    LONGEST_SECONDS,
    SHORTEST_SECONDS,
    Log,
    copy_log,
    keep_checkpointing,
    next_pause,
)
from gateway.database import open_engine, reading, turn, writing
from tests.outside.gateway import until

ROWS = 200
"""Each of about one page."""
CONNECTIONS = 3


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    path = tmp_path / "gateway.db"
    sqlite3.connect(path).close()
    engine = open_engine(f"sqlite:///{path}", wait_ms=200, statement_ms=200, pool_size=CONNECTIONS)
    with writing(engine) as session:
        session.execute(text("CREATE TABLE page (id INTEGER PRIMARY KEY, filling TEXT NOT NULL)"))
    yield engine
    engine.dispose()


def _path(engine: Engine) -> Path:
    return Path(str(engine.url.database).removeprefix("file:"))


def _write(engine: Engine, rows: int = ROWS) -> None:
    with writing(engine) as session:
        filling = [{"filling": "x" * 3500} for _ in range(rows)]
        session.execute(text("INSERT INTO page (filling) VALUES (:filling)"), filling)


def test_all_of_it_is_copied_and_the_log_begins_anew(engine: Engine) -> None:
    _write(engine)
    log = copy_log(engine)
    assert log.copied == log.pages >= ROWS
    _write(engine, 1)
    assert copy_log(engine).pages < ROWS


def test_a_reader_keeps_what_he_reads_and_holds_nobody_up(engine: Engine) -> None:
    _write(engine, 1)
    with reading(engine) as session:
        assert session.execute(text("SELECT count(*) FROM page")).scalar_one() == 1
        _write(engine)
        log = copy_log(engine)
        assert log.copied < log.pages
        assert session.execute(text("SELECT count(*) FROM page")).scalar_one() == 1
    log = copy_log(engine)
    assert log.copied == log.pages


def test_nothing_is_copied_while_somebody_writes(engine: Engine) -> None:
    """SQLite before 3.51.3 can damage the database otherwise."""
    _write(engine)
    writer = sqlite3.connect(_path(engine), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError):
        copy_log(engine)
    writer.execute("ROLLBACK")
    writer.close()
    assert copy_log(engine).copied >= ROWS


def test_nobody_writes_while_it_is_copied(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(engine)
    connect, told = engine.raw_connection, []

    def write_beside(_statement: str) -> None:
        with closing(sqlite3.connect(_path(engine), timeout=0, isolation_level=None)) as writer:
            try:
                writer.execute("BEGIN IMMEDIATE")
                told.append("begun")
            except sqlite3.OperationalError as fault:
                told.append(str(fault))

    def connect_and_listen() -> PoolProxiedConnection:
        """What copies the log takes its connection here."""
        connection = connect()
        connection.driver_connection.set_trace_callback(write_beside)  # type: ignore[union-attr]
        return connection

    monkeypatch.setattr(engine, "raw_connection", connect_and_listen)
    assert copy_log(engine).copied >= ROWS
    assert told == ["database is locked"]


@pytest.mark.parametrize("free", [0, 1])
def test_it_queues_for_the_lock_when_it_waits_for_nothing_else(engine: Engine, free: int) -> None:
    """Those who read may have taken all connections: whoever writes must not wait for them too."""
    with ExitStack() as taken, ThreadPoolExecutor() as threads:
        for _ in range(CONNECTIONS - free):
            taken.enter_context(closing(engine.raw_connection()))
        waiting = threads.submit(copy_log, engine)
        looks = 0
        while not waiting.done():
            with turn(engine):
                looks += 1
        assert looks > 1
        with pytest.raises(PoolTimeout):
            waiting.result()


@pytest.mark.parametrize(
    ("before", "log", "pause"),
    [
        (Log(0, 0), Log(AIM_PAGES, AIM_PAGES), 0.2),
        (Log(9_000, 9_000), Log(2 * AIM_PAGES, 2 * AIM_PAGES), 0.1),
        (Log(10, 10), Log(0, 0), LONGEST_SECONDS),
        # A long log of which all was copied, and into which nobody has written since.
        (Log(9_000, 9_000), Log(9_000, 9_000), LONGEST_SECONDS),
        (Log(10, 10), Log(1_000_000, 1_000_000), SHORTEST_SECONDS),
        # Somebody reads for long, so that the log only grows: what was there before is not new.
        (Log(90_000, 10), Log(90_000 + AIM_PAGES, 10), 0.2),
        (Log(90_000, 10), Log(90_000, 10), LONGEST_SECONDS),
    ],
)
def test_it_is_asked_the_more_often_the_more_there_is(before: Log, log: Log, pause: float) -> None:
    assert next_pause(0.2, before, log) == pytest.approx(pause)


def test_a_process_that_serves_does_so_by_itself_until_it_stops(engine: Engine) -> None:
    stopped = threading.Event()
    keep_checkpointing(engine, stopped)
    (thread,) = (each for each in threading.enumerate() if each.name == "checkpoints")
    database = _path(engine)
    sizes = [database.stat().st_size]
    for _ in range(2):
        _write(engine)
        until(lambda: database.stat().st_size > sizes[-1], "the log was not copied")
        sizes.append(database.stat().st_size)
    stopped.set()
    thread.join(5)
    assert not thread.is_alive()


def test_postgresql_needs_nobody_for_that(postgres_url: str) -> None:
    engine = open_engine(postgres_url, wait_ms=200, statement_ms=200, pool_size=1)
    before = threading.active_count()
    keep_checkpointing(engine, threading.Event())
    assert threading.active_count() == before
    engine.dispose()
