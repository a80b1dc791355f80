"""Transactions of the hot path: prepared statements, on connections that a thread keeps from call to call."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, Self

from sqlalchemy import Connection, Dialect, Engine, exc
from sqlalchemy.orm import Session

from gateway.database import is_outdated, turn
from gateway.prepared import Prepared, Row


class Asking:
    """Prepared statements that only read, each of which sees what is committed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    def rows(self, statement: Prepared, rows: Sequence[Row], shared: Row = ()) -> Sequence[Row]:
        """What the statement finds for this table of rows, of which there are MOST_ROWS at most."""
        if not rows:
            return []
        written, values = statement.written_for(self.dialect, rows, shared)
        return written.rows(self._ask(written.text, values))

    def _ask(self, text: str, values: Sequence[Any]) -> list[Row]:
        driver: Any = self.dialect.loaded_dbapi
        try:
            if self.dialect.name == "sqlite":
                found: list[Row] = self._driver.execute(text, values).fetchall()
            else:
                with driver.RawCursor(self._driver) as cursor:
                    found = cursor.execute(text, values, prepare=True, binary=True).fetchall()
        except driver.Error as fault:
            if self.dialect.is_disconnect(fault, self._driver, None):
                self._connection.invalidate(fault)
            raise exc.DBAPIError.instance(
                text, None, fault, driver.Error, hide_parameters=True, dialect=self.dialect
            ) from fault
        return found


class Transaction(Asking):
    """A transaction that may write; its session is for what is asked too seldom to prepare it."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        if self._session is None:
            self._session = Session(self._connection, expire_on_commit=False, autoflush=False)
        return self._session

    def close(self) -> None:
        if self._session is not None:
            self._session.close()


class Kept:
    """One thread's connection, kept from transaction to transaction; given up at the first error."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(writing=True)
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        self._give_up()

    @contextmanager
    def asking(self) -> Iterator[Asking]:
        """Statements outside of any transaction."""
        with self._given_up_on_error(self._ready()) as connection, _outside_transactions(connection):
            yield Asking(connection)

    @contextmanager
    def deciding(self) -> Iterator[Transaction]:
        """One transaction that may write: committed at the end, rolled back on any error."""
        ready = self._ready()  # Whoever waits for a connection keeps nobody from his turn.
        with (
            turn(self._engine),
            self._given_up_on_error(ready) as connection,
            connection.begin(),
            closing(Transaction(connection)) as transaction,
        ):
            yield transaction

    def _ready(self) -> Connection:
        if self._connection is None or is_outdated(self._connection):
            self._give_up()
            self._connection = self._engine.connect()
        return self._connection

    @contextmanager
    def _given_up_on_error(self, connection: Connection) -> Iterator[Connection]:
        try:
            yield connection
        except BaseException:
            self._give_up()
            raise

    def _give_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


@contextmanager
def _outside_transactions(connection: Connection) -> Iterator[None]:
    """psycopg begins a transaction by itself unless it is told not to; on SQLite only we begin any."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        yield
        return
    driver.autocommit = True
    try:
        yield
    finally:
        if not driver.closed:
            driver.autocommit = False
