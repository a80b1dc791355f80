"""The databases' drivers as the hot path asks them: statements by their text, prepared once a connection."""

import sqlite3
from collections.abc import Sequence
from itertools import count
from typing import Any, Protocol

from sqlalchemy import Connection

from gateway.database import begin_writing, patience
from gateway.prepared import Row


class Driver(Protocol):
    """One connection. All methods raise the driver's own errors."""

    def ask(self, text: str, values: Sequence[Any]) -> list[Row]:
        """The rows that the statement finds."""

    def begin(self) -> None:
        """Begin a transaction that may write."""

    def commit(self) -> None:
        """Commit it."""


def driver_of(connection: Connection) -> Driver:
    """The driver under SQLAlchemy's connection, with what it has prepared."""
    known: Driver | None = connection.info.get(_KEY)
    if known is None:
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            known = _Sqlite(driver, patience(connection.engine))
        else:
            known = _Postgresql(driver, connection.dialect.loaded_dbapi)
        connection.info[_KEY] = known
    return known


_KEY = "driver of calls"
_NUMBERS = count()


class _Sqlite:
    """sqlite3 knows by itself what it has prepared."""

    def __init__(self, driver: sqlite3.Connection, wait_seconds: float) -> None:
        self._driver, self._wait_seconds = driver, wait_seconds

    def ask(self, text: str, values: Sequence[Any]) -> list[Row]:
        found: list[Row] = self._driver.execute(text, values).fetchall()
        return found

    def begin(self) -> None:
        begin_writing(self._driver, self._wait_seconds)

    def commit(self) -> None:
        """By a statement: where SQLite has rolled back by itself, the module's own `commit` says nothing."""
        self._driver.execute("COMMIT")


class _Postgresql:
    """libpq's own calls: psycopg's cursors take four times as much of a lone call's time in this process.

    Values go as text, rows come in PostgreSQL's binary format and are read by psycopg.
    """

    def __init__(self, driver: Any, psycopg: Any) -> None:
        self._psycopg, self._libpq = psycopg, driver.pgconn
        self._reader = psycopg.adapt.Transformer(driver)
        self._binary = psycopg.pq.Format.BINARY
        self._done = {psycopg.pq.ExecStatus.COMMAND_OK, psycopg.pq.ExecStatus.TUPLES_OK}
        # Of a statement that the server has no longer, and of one whose tables were changed since.
        self._not_prepared = psycopg.errors.InvalidSqlStatementName, psycopg.errors.FeatureNotSupported
        self._names: dict[str, bytes] = {}

    def ask(self, text: str, values: Sequence[str | None]) -> list[Row]:
        name = self._names.get(text) or self._prepare(text)
        given = [value if value is None else value.encode() for value in values]
        try:
            result = self._checked(self._libpq.exec_prepared(name, given, None, self._binary))
        except self._not_prepared:
            self._names.clear()
            raise
        self._reader.set_pgresult(result, format=self._binary)
        found: list[Row] = self._reader.load_rows(0, result.ntuples, tuple)
        return found

    def begin(self) -> None:
        self._checked(self._libpq.exec_(b"BEGIN"))

    def commit(self) -> None:
        """Where a statement had failed, PostgreSQL takes COMMIT without an error, and rolls back."""
        done = self._checked(self._libpq.exec_(b"COMMIT"))
        if done.command_status != b"COMMIT":
            raise self._psycopg.OperationalError("the transaction was rolled back")

    def _prepare(self, text: str) -> bytes:
        """Under a name that nobody used before, on this connection or another."""
        name = b"call_%d" % next(_NUMBERS)
        self._checked(self._libpq.prepare(name, text.encode()))
        self._names[text] = name
        return name

    def _checked(self, result: Any) -> Any:
        if result.status in self._done:
            return result
        if self._libpq.status != self._psycopg.pq.ConnStatus.OK:
            raise self._psycopg.OperationalError("the connection is lost")
        raise self._psycopg.errors.error_from_result(result)
