"""Lists of a court's rows: newest first, a page at a time by key; what nobody published is on none."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from gateway.models import EnforcementCase, ImportBatch, Notice, PhoneLine, Remark
from gateway.services.refusals import NotFound, refuse
from gateway.services.work import Work

Item = TypeVar("Item")
Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: a page of `limit` after the key `after`, of one state, of one case, of one line."""

    limit: int = 50
    after: str | None = None
    state: str | None = None
    case: str | None = None
    line: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page; `next` is the key after which the following page begins, None at the end."""

    items: tuple[Item, ...]
    next: str | None

    def shown(self, show: Callable[[Item], Shown]) -> "Page[Shown]":
        return Page(tuple(show(item) for item in self.items), self.next)


def page_of(work: Work, query: Select[Item], key: InstrumentedAttribute[Any], wanted: Wanted) -> Page[Item]:
    """The page of a query over one table, newest first by `key`, a whole number or an id."""
    if wanted.after is not None:
        query = query.where(key < _key(key, wanted.after))
    found = work.session.scalars(query.order_by(key.desc()).limit(wanted.limit + 1)).all()
    items = tuple(found[: wanted.limit])
    return Page(items, str(getattr(items[-1], key.key)) if len(found) > wanted.limit else None)


def _key(key: InstrumentedAttribute[Any], after: str) -> object:
    if key.type.python_type is not int:
        return after
    if not after.isascii() or not after.isdigit() or len(after) > 18:
        raise bad_cursor()
    return int(after)


def bad_cursor() -> Exception:
    """The refusal of a cursor that no list gave."""
    return refuse("cursor", "cursor", "No list gave this cursor.", "该游标不是由列表给出的。")


def only(query: Select[Item], conditions: Iterable[ColumnElement[bool] | None]) -> Select[Item]:
    """The query under those conditions that were asked for."""
    return query.where(*(each for each in conditions if each is not None))


def one_of_states(state: str | None, states: Iterable[str]) -> None:
    """Raise NotValid for a state that rows of this list never have."""
    names = sorted(states)
    if state is not None and state not in names:
        raise refuse(
            "state", "choice", f"Choose one of: {', '.join(names)}.", f"请选择：{'、'.join(names)}。"
        )


def published(model: type[EnforcementCase] | type[PhoneLine] | type[Notice]) -> ColumnElement[bool]:
    """Rows that were not imported, or whose import is whole."""
    whole = select(ImportBatch.id).where(ImportBatch.state.in_(("submitted", "approved")))
    return or_(model.import_id.is_(None), model.import_id.in_(whole))


def of_notices(work: Work, wanted: Wanted, *columns: InstrumentedAttribute[Any]) -> Select[Any] | None:
    """These ids of the court's notices of the wanted case and line; None where neither is wanted."""
    if wanted.case is None and wanted.line is None:
        return None
    queries = [
        only(
            select(column).where(Notice.court_id == work.actor.court, column.is_not(None)),
            (
                Notice.case_id == wanted.case if wanted.case is not None else None,
                Notice.line_id == wanted.line if wanted.line is not None else None,
            ),
        )
        for column in columns
    ]
    return queries[0] if len(queries) == 1 else select(queries[0].union(*queries[1:]).subquery())


def found(row: Item | None) -> Item:
    """The row; raises NotFound where there is none."""
    if row is None:
        raise NotFound
    return row


def texts_of(work: Work, remark_ids: Sequence[str | None]) -> dict[str, str]:
    """The free texts that retention has not emptied, by the id of their row."""
    ids = {each for each in remark_ids if each}
    rows = work.session.execute(select(Remark.id, Remark.text_sealed).where(Remark.id.in_(ids)))
    return {row_id: work.vault.open(sealed, "remark") for row_id, sealed in rows if sealed is not None}
