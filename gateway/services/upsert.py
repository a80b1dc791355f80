"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps by dialect."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import CTE, Insert, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gateway.call_transaction import Transaction
from gateway.models import Base
from gateway.prepared import Prepared


def insert_if_new(session: Session, model: type[Base], values: dict[str, Any]) -> bool:
    """Insert a row unless a row with the same key stands already; True when it was inserted."""
    table = model.__table__
    assert isinstance(table, Table)
    statement = _insert(session.get_bind().dialect.name, table).on_conflict_do_nothing()
    # Without this option SQLAlchemy forgets an INSERT's count on PostgreSQL and says -1.
    done = session.connection().execute(statement, values, execution_options={"preserve_rowcount": True})
    return done.rowcount == 1


def insert_each_if_new(
    transaction: Transaction, model: type[Base], rows: Sequence[Mapping[str, Any]], key: Sequence[str]
) -> list[bool]:
    """The same for several rows, all of which name the same columns; which were inserted.

    `key` names columns by which the rows can be told apart.
    """
    if not rows:
        return []
    inserted = transaction.rows(
        _each_if_new(model, tuple(rows[0]), tuple(key)), [tuple(row.values()) for row in rows]
    )
    left = Counter(map(tuple, inserted))
    return [_take(left, tuple(row[name] for name in key)) for row in rows]


def _take(left: Counter[tuple[Any, ...]], key: tuple[Any, ...]) -> bool:
    left[key] -= 1
    return left[key] >= 0


@cache
def _each_if_new(model: type[Base], names: tuple[str, ...], key: tuple[str, ...]) -> Prepared:
    table = model.__table__
    assert isinstance(table, Table)

    def statement(asked: CTE, dialect: str) -> Insert:
        given = select(*(asked.c[name] for name in names)).where(asked.c[key[0]].is_not(None))
        # In the order of the rows, so that two transactions at once lock theirs in one order.
        rows = _insert(dialect, table).from_select(names, given.order_by(asked.c.place))
        inserted: Insert = rows.on_conflict_do_nothing().returning(*(table.c[name] for name in key))
        return inserted

    return Prepared({name: table.c[name].type for name in names}, statement)


def _insert(dialect: str, table: Table) -> Any:
    insert: Insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return insert
