"""Deleting or emptying many rows: found without a lock, then taken some at a time in short transactions."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Delete, Update, delete, inspect, select, tuple_, update

from gateway.models import Base
from gateway.services.keep_pace import Pace
from gateway.services.transactions import Transactions
from gateway.services.work import Work

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
    total, pace = 0, Pace(transactions)
    while found := _find(transactions, model, [*due, *found_by], pace.size):
        with pace.writing() as work:
            done = _change(work, model, due, change, found)
            pace.written(len(found))
        total += done
        if not done:
            break
    return total


def _find(transactions: Transactions, model: type[Base], conditions: Conditions, limit: int) -> Keys:
    with transactions.reading() as work:
        query = select(*inspect(model).primary_key).where(*conditions).limit(limit)
        return [tuple(row) for row in work.session.execute(query)]


def _change(
    work: Work, model: type[Base], due: Conditions, change: Callable[[], Delete | Update], found: Keys
) -> int:
    """Change those of the rows found that are due still, and that nobody else holds."""
    query = select(*inspect(model).primary_key).where(_among(model, found), *due)
    locked = [tuple(row) for row in work.session.execute(query.with_for_update(skip_locked=True))]
    if not locked:
        return 0
    statement = change().where(_among(model, locked), *due)
    done = work.session.execute(statement.execution_options(synchronize_session=False))
    count: int = done.rowcount  # type: ignore[attr-defined]
    return count


def _among(model: type[Base], keys: Keys) -> ColumnElement[bool]:
    columns = inspect(model).primary_key
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_(keys)
