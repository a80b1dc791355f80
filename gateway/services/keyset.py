"""Lists that stay fast at a million rows: read in an index's order, a page at a time, counted to a bound.

A list is one or more branches: conditions whose rows some index holds in the order of the list. Each branch
is read for itself and the branches are merged here, as databases do not do that for an OR.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import SQLCoreOperations

from gateway.models.base import UtcTime
from gateway.services.list_rows import bad_cursor

Row = TypeVar("Row", bound=Any)

COUNTED = 200
"""How far a list is counted: whoever has more to do needs no exact number."""
_BETWEEN = "~"


@dataclass(frozen=True, slots=True)
class Branch:
    """Rows that fulfil all conditions, in the order of `key` (None: of their ids alone) and then of ids."""

    conditions: tuple[ColumnElement[bool], ...]
    key: InstrumentedAttribute[Any] | None = None


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """Rows of one model; all branches are keyed by columns of one type, all in one direction."""

    model: type[Row]
    branches: tuple[Branch, ...]
    newest_first: bool = True


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """One page; `next` is the cursor after which the following page begins, None at the end."""

    rows: tuple[Row, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are; where not `exact`, more than `number`."""

    number: int
    exact: bool

    def __str__(self) -> str:
        return str(self.number) if self.exact else f"{self.number}+"


def aside(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """The column, for a condition that nearly all rows fulfil: no index is to be chosen for its sake."""
    return func.coalesce(column, column)


def among(column: SQLCoreOperations[Any], *words: str) -> ColumnElement[bool]:
    """Column IN (words), written out as in the condition of a partial index, which SQLite wants to read."""
    return column.in_([literal_column(f"'{word}'") for word in words])


def read_slice(session: Session, listing: Listing[Row], after: str | None, limit: int) -> Slice[Row]:
    """A page; raises NotValid for a cursor that no list gave."""
    found: list[tuple[tuple[Any, ...], Row]] = []
    for branch in listing.branches:
        query = _page(listing, branch, after).limit(limit + 1)
        found += [(_place(branch, row), row) for row in session.scalars(query)]
    found.sort(key=lambda each: each[0], reverse=listing.newest_first)
    rows = tuple(row for _, row in found[:limit])
    return Slice(rows, _cursor(found[limit - 1][0]) if len(found) > limit else None)


def count_rows(session: Session, listing: Listing[Any], bound: int = COUNTED) -> Count:
    """Exact up to the bound; reads at most one row more than that of each branch."""
    number = sum(session.scalars(counting(listing, branch, bound)).one() for branch in listing.branches)
    return Count(min(number, bound), number <= bound)


def counting(listing: Listing[Any], branch: Branch, bound: int) -> Select[int]:
    """The statement by which a branch is counted: ordered, so that the index of the list is used."""
    ids = select(listing.model.id).where(*branch.conditions)
    some = ids.order_by(*_order(listing, branch)).limit(bound + 1).subquery()
    return select(func.count()).select_from(some)


def _page(listing: Listing[Row], branch: Branch, after: str | None) -> Select[Any]:
    query: Select[Any] = select(listing.model).where(*branch.conditions)
    if after is not None:
        query = query.where(_beyond(listing, branch, after))
    return query.order_by(*_order(listing, branch))


def _columns(listing: Listing[Any], branch: Branch) -> tuple[InstrumentedAttribute[Any], ...]:
    return (listing.model.id,) if branch.key is None else (branch.key, listing.model.id)


def _order(listing: Listing[Any], branch: Branch) -> list[ColumnElement[Any]]:
    columns = _columns(listing, branch)
    return [each.desc() if listing.newest_first else each.asc() for each in columns]


def _place(branch: Branch, row: Any) -> tuple[Any, ...]:
    return (row.id,) if branch.key is None else (getattr(row, branch.key.key), row.id)


def _cursor(place: Sequence[Any]) -> str:
    return _BETWEEN.join(each.hex() if isinstance(each, bytes) else _written(each) for each in place)


def _written(value: Any) -> str:
    return str(value.isoformat()) if isinstance(value, date) else str(value)


def _beyond(listing: Listing[Any], branch: Branch, after: str) -> ColumnElement[bool]:
    columns, texts = _columns(listing, branch), after.split(_BETWEEN)
    if len(texts) != len(columns):
        raise bad_cursor()
    values = [_read(column, text) for column, text in zip(columns, texts, strict=True)]
    bound = [bindparam(None, value, type_=column.type) for column, value in zip(columns, values, strict=True)]
    if len(columns) == 1:
        return columns[0] < bound[0] if listing.newest_first else columns[0] > bound[0]
    here, there = tuple_(*columns), tuple_(*bound)
    return here < there if listing.newest_first else here > there


def _read(column: InstrumentedAttribute[Any], text: str) -> Any:
    try:
        value = _READ[_type_of(column)](text)
    except (ValueError, KeyError):
        raise bad_cursor() from None
    if isinstance(value, datetime) and value.tzinfo is None:
        raise bad_cursor()
    return value


def _type_of(column: InstrumentedAttribute[Any]) -> type:
    """A decorated type does not tell what it holds."""
    return datetime if isinstance(column.type, UtcTime) else column.type.python_type


_READ: dict[type, Any] = {
    str: lambda text: _plain(text),
    bytes: bytes.fromhex,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
}
"""How a key of this type is written in a cursor."""


def _plain(text: str) -> str:
    if not text.isascii() or not text.isprintable() or len(text) > 200:
        raise ValueError("not a key")
    return text
