"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps by dialect."""

from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gateway.models import Base


def insert_if_new(session: Session, model: type[Base], values: dict[str, Any]) -> bool:
    """Insert a row unless a row with the same key stands already; True when it was inserted."""
    table = model.__table__
    assert isinstance(table, Table)
    statement = _insert(session, table).on_conflict_do_nothing()
    # Without this option SQLAlchemy forgets an INSERT's count on PostgreSQL and says -1.
    done = session.connection().execute(statement, values, execution_options={"preserve_rowcount": True})
    return done.rowcount == 1


def _insert(session: Session, table: Table) -> Any:
    dialect = session.get_bind().dialect.name
    insert: Insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return insert
