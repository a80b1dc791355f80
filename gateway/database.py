"""How the database is opened: SQLite as a server would want it, PostgreSQL with deadlines."""

import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import perf_counter, sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.sight import NO_COURT, see

ASK_AGAIN_SECONDS = 0.0003
_WRITERS: dict[str, threading.Lock] = {}
_PATIENCE = "patience"
"""Execution option of an engine on SQLite: the seconds for which a writer waits for his turn."""


class DurabilityOff(Exception):
    """The database would acknowledge writes that a power cut may lose."""


def open_engine(
    url: str,
    *,
    wait_ms: int,
    statement_ms: int,
    pool_size: int,
    pool_ms: int | None = None,
    only_by_key: bool = False,
    durable: bool = True,
) -> Engine:
    """An engine whose statements and lock waits end in time.

    wait_ms: the longest wait for a lock, and for a pooled connection where no pool_ms says otherwise;
    statement_ms: the longest statement (PostgreSQL only: SQLite has no server that could be slow).
    only_by_key: every statement looks few rows up by their keys, and is planned so once, whatever is known of
    its tables; what SQLite notes to undo half a statement is then little and stays in memory. durable: False
    where a power cut may lose what was committed last, which nobody misses.
    """
    parsed = make_url(url)
    pool_ms = wait_ms if pool_ms is None else pool_ms
    if parsed.get_backend_name() == "sqlite":
        more = [] if durable else ["synchronous=NORMAL"]
        # A file for that is made, written and removed in each transaction otherwise.
        more += ["temp_store=MEMORY"] if only_by_key else []
        return _open_sqlite(parsed, wait_ms, pool_size, pool_ms, more)
    options = (_BY_KEY if only_by_key else "") + ("" if durable else " -c synchronous_commit=off")
    return _open_postgresql(parsed, wait_ms, statement_ms, pool_size, pool_ms, options)


def _open_sqlite(url: URL, wait_ms: int, pool_size: int, pool_ms: int, more: Sequence[str]) -> Engine:
    path = url.database or ""
    engine = create_engine(
        url.set(database=f"file:{path}", query={"mode": "rw", "uri": "true"}),
        connect_args={"timeout": wait_ms / 1000, "check_same_thread": False},
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_ms / 1000,
        execution_options={_PATIENCE: wait_ms / 1000},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "journal_size_limit=67108864",
            "wal_autocheckpoint=8000",
            *more,
        ):
            connection.execute(f"PRAGMA {pragma}").close()
        entry.info[_FILE] = path, _identity(path)

    @event.listens_for(engine, "checkout")
    def same_file(_connection: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
        """A database file that was replaced (a restore) must not live on in an open connection."""
        if _is_replaced(entry.info):
            raise exc.DisconnectionError("the database file was replaced")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        _begin(connection, wait_ms / 1000)

    return engine


_BEGIN = "BEGIN IMMEDIATE"


def _begin(connection: Connection, wait_seconds: float) -> None:
    driver: Any = connection.connection.driver_connection
    if driver.in_transaction:
        return  # A call's, which began without SQLAlchemy: gateway/call_transaction.py.
    if not connection.get_execution_options().get("writing", False):
        connection.exec_driver_sql("BEGIN")
        return
    try:
        begin_writing(driver, wait_seconds)
    except sqlite3.Error as fault:
        raise exc.OperationalError(_BEGIN, None, fault) from fault


def begin_writing(driver: sqlite3.Connection, wait_seconds: float) -> None:
    """Take the write lock, asking for it in short intervals; raises sqlite3.OperationalError in the end.

    SQLite itself would ask ever more seldom, up to ten times a second: a call would then miss every one of
    the short pauses that a sweep in another process makes for it.
    """
    until = perf_counter() + wait_seconds
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while not _has_begun(driver) and perf_counter() < until:
            sleep(ASK_AGAIN_SECONDS)
        if not driver.in_transaction:
            driver.execute(_BEGIN)
    finally:
        driver.execute(f"PRAGMA busy_timeout = {wait_seconds * 1000:.0f}")


def _has_begun(driver: sqlite3.Connection) -> bool:
    try:
        driver.execute(_BEGIN)
    except sqlite3.OperationalError:
        return False
    return True


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_outdated(connection: Connection) -> bool:
    """Whether a connection that was kept open is one to a SQLite file that has been replaced."""
    return connection.dialect.name == "sqlite" and _is_replaced(connection.info)


_FILE = "file"
"""Under which a connection keeps which file it was opened on: the path, and what the path led to."""


def _is_replaced(known: Mapping[Any, Any]) -> bool:
    path, identity = known[_FILE]
    return bool(identity != _identity(path))


_CONNECTING = {"connect_timeout": 2, "tcp_user_timeout": 5000, "target_session_attrs": "read-write"}
"""Only to a server that takes writes: a replica is behind, and could play what the primary has silenced.
Where the address names several servers, the one that takes them is found."""

# A plan made while a table was empty would read it whole when it has grown, until statistics are renewed.
_BY_KEY = (
    " -c plan_cache_mode=force_generic_plan -c jit=off"
    " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
)


def _open_postgresql(
    url: URL, wait_ms: int, statement_ms: int, pool_size: int, pool_ms: int, more: str
) -> Engine:
    options = (
        f"-c statement_timeout={statement_ms} -c lock_timeout={wait_ms}"
        f" -c idle_in_transaction_session_timeout={max(statement_ms, 5000)} -c timezone=UTC{more}"
    )
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={"options": options, **_CONNECTING},
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_ms / 1000,
        hide_parameters=True,
    )


@contextmanager
def writing(engine: Engine, sees: str = NO_COURT) -> Iterator[Session]:
    """One transaction that may write: committed at the end, rolled back on any error.

    `sees`: whose rows, see gateway/sight.py; the call path's role needs nobody to say so.
    On SQLite it takes the write lock at once (a read that turns into a write loses updates); threads of
    this process queue for it here, which is fairer than SQLite's own polling. The connection is there before:
    who waits for one, because readers have all, holds up nobody who writes with another.
    """
    with (
        engine.execution_options(writing=True).connect() as connection,
        turn(engine),
        Session(connection, expire_on_commit=False, autoflush=False) as session,
        session.begin(),
    ):
        session.connection()  # Else the lock is taken with the first statement, after the clock was read.
        see(session, sees)
        yield session


@contextmanager
def reading(engine: Engine, sees: str = NO_COURT) -> Iterator[Session]:
    """One transaction that only reads, from one consistent state; `sees` as above."""
    one_state = engine.dialect.name == "postgresql"
    bound = engine.execution_options(isolation_level="REPEATABLE READ") if one_state else engine
    with Session(bound, expire_on_commit=False, autoflush=False) as session, session.begin():
        see(session, sees)
        yield session


@contextmanager
def turn(engine: Engine) -> Iterator[None]:
    """One writer's turn on SQLite, for whom the threads of this process queue here; PostgreSQL needs none."""
    if engine.dialect.name != "sqlite":
        yield
        return
    lock = _WRITERS.setdefault(str(engine.url.database), threading.Lock())
    if not lock.acquire(timeout=patience(engine)):
        raise exc.OperationalError(_BEGIN, None, TimeoutError("database is locked"))
    try:
        yield
    finally:
        lock.release()


def patience(engine: Engine) -> float:
    """The seconds for which a writer on SQLite waits for the lock."""
    return float(engine.get_execution_options()[_PATIENCE])


def refuse_weak_durability(engine: Engine) -> None:
    """Raise DurabilityOff where an acknowledged write could be lost by the server's settings."""
    if engine.dialect.name == "sqlite":
        return
    with engine.connect() as connection:
        off = [
            name
            for name in ("fsync", "full_page_writes", "synchronous_commit")
            if connection.exec_driver_sql(f"SHOW {name}").scalar_one() == "off"
        ]
    if off:
        raise DurabilityOff(
            f"PostgreSQL runs with {', '.join(off)} off; switch on before starting the gateway"
        )
