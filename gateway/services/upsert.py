"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps by dialect."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gateway.database import Transaction
from gateway.models import Base
from gateway.prepared import Prepared, Values

_PREPARED: dict[tuple[str, str, tuple[str, ...]], Prepared] = {}


def insert_if_new(session: Session, model: type[Base], values: dict[str, Any]) -> bool:
    """Insert a row unless a row with the same key stands already; True when it was inserted."""
    table = model.__table__
    assert isinstance(table, Table)
    statement = _insert(session.get_bind().dialect.name, table).on_conflict_do_nothing()
    # Without this option SQLAlchemy forgets an INSERT's count on PostgreSQL and says -1.
    done = session.connection().execute(statement, values, execution_options={"preserve_rowcount": True})
    return done.rowcount == 1


def insert_all_if_new(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """The same for many rows, all of which name the same columns, where nobody asks which were inserted."""
    table = model.__table__
    assert isinstance(table, Table)
    if rows:
        statement = _insert(session.get_bind().dialect.name, table).on_conflict_do_nothing()
        session.connection().execute(statement, rows)


def insert_each_if_new(transaction: Transaction, model: type[Base], rows: Sequence[Values]) -> list[bool]:
    """The same for several rows, all of which name the same columns; which were inserted."""
    if not rows:
        return []
    table, columns = model.__table__, tuple(rows[0])
    assert isinstance(table, Table)
    key = (transaction.dialect.name, table.name, columns)
    if key not in _PREPARED:
        statement = _insert(transaction.dialect.name, table).on_conflict_do_nothing()
        _PREPARED[key] = Prepared(statement, transaction.dialect, list(columns))
    return transaction.insert_new(_PREPARED[key], rows)


def _insert(dialect: str, table: Table) -> Any:
    insert: Insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return insert
