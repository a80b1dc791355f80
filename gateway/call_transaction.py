"""Transactions of the hot path: prepared statements, on connections that a thread keeps from call to call."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Dialect, Engine, exc
from sqlalchemy.orm import Session

from gateway.call_driver import driver_of
from gateway.database import is_outdated, turn
from gateway.prepared import Prepared, Row


class Asking:
    """Prepared statements that only read, each of which sees what is committed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver = driver_of(connection)

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    def rows(self, statement: Prepared, rows: Sequence[Row], shared: Row = ()) -> Sequence[Row]:
        """What the statement finds for this table of rows, of which there are MOST_ROWS at most."""
        if not rows:
            return []
        written, values = statement.written_for(self.dialect, rows, shared)
        return written.rows(self._driver.ask(written.text, values))


class Transaction(Asking):
    """A transaction that may write; its session is for what is asked too seldom to prepare it.

    SQLAlchemy is told of the transaction only with its session, which few calls need: what it does besides
    beginning and committing would be a part of every lone call's time.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._session: Session | None = None
        self._driver.begin()

    @property
    def session(self) -> Session:
        if self._session is None:
            self._connection.begin()
            self._session = Session(self._connection, expire_on_commit=False, autoflush=False)
        return self._session

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def commit(self) -> None:
        self._driver.commit()
        self._connection.commit()


class Kept:
    """One thread's connection, kept from transaction to transaction; given up at the first error."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(writing=True)
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.give_up()

    def asking(self) -> AbstractContextManager[Asking]:
        """Statements outside of any transaction."""
        connection = self._ready()
        return _OrGivenUp(self, connection, Asking(connection))

    @contextmanager
    def deciding(self) -> Iterator[Transaction]:
        """One transaction that may write: committed at the end, rolled back on any error."""
        connection = self._ready()  # Whoever waits for a connection keeps nobody from his turn.
        with turn(self._engine), _OrGivenUp(self, connection, None):
            transaction = Transaction(connection)
            with closing(transaction):
                yield transaction
            transaction.commit()

    def _ready(self) -> Connection:
        if self._connection is None or is_outdated(self._connection):
            self.give_up()
            self._connection = self._engine.connect()
        return self._connection

    def give_up(self) -> None:
        """The next transaction begins on another connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


_Value = TypeVar("_Value")


class _OrGivenUp(AbstractContextManager[_Value]):
    """Work on a connection, which any error gives up; those of the driver leave in SQLAlchemy's words."""

    def __init__(self, kept: Kept, connection: Connection, value: _Value) -> None:
        self._kept, self._connection, self._value = kept, connection, value

    def __enter__(self) -> _Value:
        return self._value

    def __exit__(self, _kind: object, fault: BaseException | None, _trace: object) -> None:
        if fault is None:
            return
        connection, dialect = self._connection, self._connection.dialect
        driver: Any = dialect.loaded_dbapi
        if not isinstance(fault, driver.Error):
            self._kept.give_up()
            return
        error: Any = fault
        is_lost = connection.invalidated or dialect.is_disconnect(
            error, connection.connection.driver_connection, None
        )
        if is_lost:
            connection.invalidate(fault)
        self._kept.give_up()
        raise exc.DBAPIError.instance(
            "a call's",
            None,
            fault,
            driver.Error,
            hide_parameters=True,
            connection_invalidated=is_lost,
            dialect=dialect,
        ) from fault
