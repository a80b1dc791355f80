"""How the database is opened: SQLite as a server would want it, PostgreSQL with deadlines."""

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from time import perf_counter, sleep
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, create_engine, event, exc, make_url
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.prepared import Prepared, Values

ASK_AGAIN_SECONDS = 0.001
_WRITERS: dict[str, threading.Lock] = {}


class DurabilityOff(Exception):
    """The database would acknowledge writes that a power cut may lose."""


def open_engine(url: str, *, wait_ms: int, statement_ms: int, pool_size: int) -> Engine:
    """An engine whose statements and lock waits end in time.

    wait_ms: the longest wait for a lock or a pooled connection; statement_ms: the longest statement
    (PostgreSQL only: SQLite has no server that could be slow).
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, wait_ms, pool_size)
    return _open_postgresql(parsed, wait_ms, statement_ms, pool_size)


def _open_sqlite(url: URL, wait_ms: int, pool_size: int) -> Engine:
    path = url.database or ""
    engine = create_engine(
        url.set(database=f"file:{path}", query={"mode": "rw", "uri": "true"}),
        connect_args={"timeout": wait_ms / 1000, "check_same_thread": False},
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=wait_ms / 1000,
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
        ):
            connection.execute(f"PRAGMA {pragma}").close()
        entry.info["file"] = _identity(path)

    @event.listens_for(engine, "checkout")
    def same_file(_connection: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
        """A database file that was replaced (a restore) must not live on in an open connection."""
        if entry.info.get("file") != _identity(path):
            raise exc.DisconnectionError("the database file was replaced")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writing", False):
            _begin_writing(connection, wait_ms)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _begin_writing(connection: Connection, wait_ms: int) -> None:
    """BEGIN IMMEDIATE, tried again and again in short intervals until `wait_ms` have passed.

    SQLite itself would ask ever more seldom, up to ten times a second: a call would then miss every one of
    the short pauses that a sweep in another process makes for it.
    """
    driver: Any = connection.connection.driver_connection
    until = perf_counter() + wait_ms / 1000
    driver.execute("PRAGMA busy_timeout = 0").close()
    try:
        while not _has_begun(driver) and perf_counter() < until:
            sleep(ASK_AGAIN_SECONDS)
        if not driver.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout = {wait_ms}").close()


def _has_begun(driver: Any) -> bool:
    try:
        driver.execute("BEGIN IMMEDIATE").close()
    except sqlite3.OperationalError:
        return False
    return True


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _open_postgresql(url: URL, wait_ms: int, statement_ms: int, pool_size: int) -> Engine:
    options = (
        f"-c statement_timeout={statement_ms} -c lock_timeout={wait_ms}"
        f" -c idle_in_transaction_session_timeout={max(statement_ms, 5000)} -c timezone=UTC"
    )
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={"options": options, "connect_timeout": 2, "tcp_user_timeout": 5000},
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=wait_ms / 1000,
        hide_parameters=True,
    )


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction that may write: committed at the end, rolled back on any error.

    On SQLite it takes the write lock at once (a read that turns into a write loses updates); threads of
    this process queue for it here, which is fairer than SQLite's own polling.
    """
    bound = engine.execution_options(writing=True)
    with _turn(engine), Session(bound, expire_on_commit=False, autoflush=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One transaction that only reads, from one consistent state."""
    one_state = engine.dialect.name == "postgresql"
    bound = engine.execution_options(isolation_level="REPEATABLE READ") if one_state else engine
    with Session(bound, expire_on_commit=False, autoflush=False) as session, session.begin():
        yield session


class Transaction:
    """A transaction for prepared statements; its session is for what is asked too seldom to prepare it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection
        self._session: Session | None = None

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    @property
    def session(self) -> Session:
        if self._session is None:
            self._session = Session(self._connection, expire_on_commit=False, autoflush=False)
        return self._session

    def rows(self, statement: Prepared, values: Sequence[Values]) -> list[list[dict[str, Any]]]:
        """The rows that the statement finds for each of the values."""
        return [[statement.row(raw) for raw in found] for found, _ in self._each(statement, values, True)]

    def insert_new(self, statement: Prepared, values: Sequence[Values]) -> list[bool]:
        """Insert each of these rows unless one with its key stands already; which were inserted."""
        return [count == 1 for _, count in self._each(statement, values, False)]

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def _each(
        self, statement: Prepared, values: Sequence[Values], returns: bool
    ) -> list[tuple[list[Any], int]]:
        if not values:
            return []
        ask = _ask_postgresql if self.dialect.name == "postgresql" else _ask_sqlite
        errors = self.dialect.loaded_dbapi.Error
        try:
            return ask(self._driver, statement, values, returns)
        except errors as fault:
            if self.dialect.is_disconnect(fault, self._driver, None):
                self._connection.invalidate(fault)
            raise exc.DBAPIError.instance(
                statement.text, None, fault, errors, hide_parameters=True, dialect=self.dialect
            ) from fault


def _ask_sqlite(
    driver: Any, statement: Prepared, values: Sequence[Values], returns: bool
) -> list[tuple[list[Any], int]]:
    cursor = driver.cursor()
    answers = []
    for each in values:
        cursor.execute(statement.text, statement.parameters(each))
        answers.append((cursor.fetchall() if returns else [], cursor.rowcount))
    cursor.close()
    return answers


def _ask_postgresql(
    driver: Any, statement: Prepared, values: Sequence[Values], returns: bool
) -> list[tuple[list[Any], int]]:
    """All in one round trip."""
    with driver.cursor(binary=True) as cursor:
        if len(values) == 1:
            cursor.execute(statement.text, statement.parameters(values[0]), prepare=True)
            return [(cursor.fetchall() if returns else [], cursor.rowcount)]
        cursor.executemany(statement.text, [statement.parameters(each) for each in values], returning=True)
        answers = []
        for number in range(len(values)):
            if number:
                cursor.nextset()
            answers.append((cursor.fetchall() if returns else [], cursor.rowcount))
        return answers


@contextmanager
def asking(engine: Engine) -> Iterator[Transaction]:
    """One transaction that only reads, by prepared statements, each of which sees what is committed."""
    with engine.connect() as connection, connection.begin(), closing(Transaction(connection)) as transaction:
        yield transaction


@contextmanager
def deciding(engine: Engine) -> Iterator[Transaction]:
    """`writing`, for prepared statements."""
    bound = engine.execution_options(writing=True)
    with (
        _turn(engine),
        bound.connect() as connection,
        connection.begin(),
        closing(Transaction(connection)) as transaction,
    ):
        yield transaction


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    if engine.dialect.name != "sqlite":
        yield
        return
    lock = _WRITERS.setdefault(str(engine.url.database), threading.Lock())
    if not lock.acquire(timeout=_patience(engine)):
        raise exc.OperationalError("BEGIN IMMEDIATE", None, TimeoutError("database is locked"))
    try:
        yield
    finally:
        lock.release()


def _patience(engine: Engine) -> float:
    return float(getattr(engine.pool, "_timeout", 5.0))


def refresh_statistics(engine: Engine, tables: Sequence[str]) -> None:
    """Tell PostgreSQL's planner at once of very many new rows, as its own vacuum does minutes later.

    Until then it takes a court for small, and reads all of it for each row that it looks up. SQLite plans
    without statistics.
    """
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql(f"ANALYZE {', '.join(tables)}")


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
