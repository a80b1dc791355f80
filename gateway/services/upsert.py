"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps by dialect."""

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import CTE, Insert, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gateway.call_transaction import Transaction
from gateway.models import Base
from gateway.prepared import Prepared, in_tables


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


class EachIfNew:
    """The same for several rows at once: these columns of a table, `key` of which tell the rows apart."""

    def __init__(self, model: type[Base], columns: Sequence[str], key: Sequence[str]) -> None:
        table = model.__table__
        assert isinstance(table, Table)
        self._table, self._columns, self._key = table, tuple(columns), tuple(key)
        self._values = itemgetter(*columns)
        self.prepared = Prepared({name: table.c[name].type for name in columns}, self._statement)

    def insert(self, transaction: Transaction, rows: Sequence[Mapping[str, Any]]) -> list[bool]:
        """Insert in this order; which were inserted."""
        values = [self._values(row) for row in rows]
        inserted = [key for _, part in in_tables(values) for key in transaction.rows(self.prepared, part)]
        if len(inserted) == len(rows):
            return [True] * len(rows)
        left = Counter(inserted)
        return [_take(left, tuple(row[name] for name in self._key)) for row in rows]

    def _statement(self, asked: CTE, dialect: str) -> Insert:
        given = select(*(asked.c[name] for name in self._columns)).where(asked.c[self._key[0]].is_not(None))
        if dialect == "postgresql":
            # In the order of the rows, so that two transactions at once lock theirs in one order.
            given = given.order_by(asked.c.place)
        inserting = _insert(dialect, self._table).from_select(self._columns, given)
        inserted: Insert = inserting.on_conflict_do_nothing().returning(
            *(self._table.c[name] for name in self._key)
        )
        return inserted


def _take(left: Counter[tuple[Any, ...]], key: tuple[Any, ...]) -> bool:
    left[key] -= 1
    return left[key] >= 0


def _insert(dialect: str, table: Table) -> Any:
    insert: Insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return insert
