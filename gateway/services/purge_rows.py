"""Deleting or emptying many rows: found without a lock, then taken a few hundred in each transaction."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Delete, Update, delete, inspect, select, tuple_, update

from gateway.models import Base
from gateway.services.transactions import Transactions
from gateway.services.work import Work

AT_ONCE = 500

Keys = Sequence[tuple[Any, ...]]
Conditions = Sequence[ColumnElement[bool]]


def delete_rows(transactions: Transactions, model: type[Base], *due: ColumnElement[bool]) -> int:
    """Delete every row that is due; returns how many. Rows that somebody else holds are left."""
    return _in_chunks(transactions, model, due, lambda: delete(model))


def empty_rows(
    transactions: Transactions,
    model: type[Base],
    columns: Sequence[str],
    due: ColumnElement[bool],
    *found_by: ColumnElement[bool],
) -> int:
    """Set these columns of every row that is due to NULL; `due` no longer holds of a row once emptied.

    `found_by` are conditions that never cease to hold, and are asked only while the rows are looked for.
    """
    emptied = dict.fromkeys(columns)
    return _in_chunks(transactions, model, [due], lambda: update(model).values(emptied), found_by)


def _in_chunks(
    transactions: Transactions,
    model: type[Base],
    due: Conditions,
    change: Callable[[], Delete | Update],
    found_by: Conditions = (),
) -> int:
    total, done = 0, 1
    while done:
        with transactions.reading() as work:
            found = _keys(work, model, [*due, *found_by], lock=False)
        done = _change(transactions, model, due, change, found) if found else 0
        total += done
    return total


def _change(
    transactions: Transactions,
    model: type[Base],
    due: Conditions,
    change: Callable[[], Delete | Update],
    found: Keys,
) -> int:
    with transactions.writing() as work:
        locked = _keys(work, model, [_among(model, found), *due], lock=True)
        if not locked:
            return 0
        statement = change().where(_among(model, locked), *due)
        done = work.session.execute(statement.execution_options(synchronize_session=False))
        count: int = done.rowcount  # type: ignore[attr-defined]
        return count


def _keys(work: Work, model: type[Base], conditions: Conditions, *, lock: bool) -> Keys:
    query = select(*inspect(model).primary_key).where(*conditions).limit(AT_ONCE)
    rows = work.session.execute(query.with_for_update(skip_locked=True) if lock else query)
    return [tuple(row) for row in rows]


def _among(model: type[Base], keys: Keys) -> ColumnElement[bool]:
    columns = inspect(model).primary_key
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_(keys)
