"""Statements of the hot path: asked for many rows at once, written out once in the driver's own words.

Each call that waits is a row of the table `asked`, which stands in the statement itself: so a look-up or an
insert is one statement for all of them. SQLAlchemy's expression stays the only copy of what is asked; what is
left out is the work that it does anew at every execution. Values and rows are turned by the expression's own
types. What the expression itself holds is written into the text: as a parameter it would keep both databases
from using a partial index, or make SQLite plan the statement anew each time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache, partial
from itertools import chain
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import (
    CTE,
    BindParameter,
    Boolean,
    Dialect,
    Integer,
    LargeBinary,
    Select,
    String,
    bindparam,
    cast,
    column,
    literal_column,
    values,
)
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.visitors import replacement_traverse
from sqlalchemy.types import TypeEngine

Columns = Mapping[str, TypeEngine[Any]]
Row = tuple[Any, ...]
Statement = Select[*tuple[Any, ...]] | Insert

SIZES = (1, 2, 4, 8, 16)
"""Of the table `asked`: a statement is written for each, and rows of nothing but NULL fill it up."""
MOST_ROWS = SIZES[-1]
_Turn = Callable[[Any], Any]
_Asked = TypeVar("_Asked")


class Prepared:
    """A statement about a table of up to MOST_ROWS rows.

    `statement` is given the table (`place`, the row's number from 0, and the named `columns`) and the name of
    the dialect. It may name `shared` parameters besides, and must be content with rows of NULL.
    """

    def __init__(
        self, columns: Columns, statement: Callable[[CTE, str], Statement], shared: Sequence[str] = ()
    ) -> None:
        self._columns, self._statement, self._shared = columns, statement, shared
        self._filling = (None,) * len(columns)
        self._known: dict[tuple[str, int], Written] = {}

    def written_for(
        self, dialect: Dialect, rows: Sequence[Row], shared: Row = ()
    ) -> tuple["Written", Sequence[Any]]:
        """The statement for so many rows, and their values as the driver takes them."""
        if len(rows) > MOST_ROWS:
            raise ValueError(f"a table holds {MOST_ROWS} rows, and not {len(rows)}")
        size = next(size for size in SIZES if size >= len(rows))
        filling = (self._filling,) * (size - len(rows))
        written = self.written(dialect, size)
        return written, written.parameters(
            [*chain.from_iterable(rows), *chain.from_iterable(filling), *shared]
        )

    def write(self, dialect: Dialect) -> None:
        """Write it for every size, so that nobody has to wait for that."""
        for size in SIZES:
            self.written(dialect, size)

    def written(self, dialect: Dialect, size: int) -> "Written":
        """The statement for a table of this size."""
        known = self._known.get((dialect.name, size))
        if known is None:
            statement = self._statement(_table(self._columns, size), dialect.name)
            names = [*_names(self._columns, size), *self._shared]
            known = self._known[dialect.name, size] = Written(dialect, statement, names)
        return known


def in_tables(rows: Sequence[_Asked]) -> Iterator[tuple[int, Sequence[_Asked]]]:
    """These rows in tables that are not too long, each with the number of its first row."""
    for first in range(0, len(rows), MOST_ROWS):
        yield first, rows[first : first + MOST_ROWS]


class Written:
    """A statement in the driver's words; `names` are those of its parameters in the order of their values."""

    def __init__(self, dialect: Dialect, statement: Statement, names: Sequence[str]) -> None:
        kind: Any = type(dialect)
        positional: Dialect = kind(paramstyle=_PARAMETERS[dialect.name])
        expression: Any = replacement_traverse(
            statement, {}, lambda element, **_: _literally(element, positional)
        )
        compiled = expression.compile(dialect=positional)
        assert isinstance(compiled, SQLCompiler)
        assert compiled.positiontup is not None
        self.text = compiled.string
        self._order = _in_order([names.index(name) for name in compiled.positiontup])
        # A column's values are of one type and often equal: all of its rows share what was turned before.
        turn_in = cache(partial(_turn_in, dialect=positional))
        self._turns_in = [
            (names.index(name), turn)
            for name, bind in compiled.binds.items()
            if (turn := turn_in(bind.type)) is not None
        ]
        columns = list(statement.selected_columns) if isinstance(statement, Select) else []
        self._turns_out = [
            (place, lru_cache(turn))
            for place, each in enumerate(columns)
            if (turn := each.type.dialect_impl(positional).result_processor(positional, None)) is not None
        ]

    def parameters(self, given: list[Any]) -> Sequence[Any]:
        """All values, each in its place; `given` is used up."""
        for place, turn in self._turns_in:
            given[place] = turn(given[place])
        return self._order(given)

    def row(self, raw: Row) -> list[Any]:
        """A row as the driver gave it, in the expression's types."""
        turned = list(raw)
        for place, turn in self._turns_out:
            turned[place] = turn(turned[place])
        return turned


def _in_order(places: Sequence[int]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    if len(places) == 1:
        return lambda given: [given[places[0]]]
    return itemgetter(*places)


_PARAMETERS: Mapping[str, Any] = {"sqlite": "qmark", "postgresql": "numeric_dollar"}


def _table(columns: Columns, size: int) -> CTE:
    """The table `asked`, each of whose values is a parameter of its own."""
    rows = [
        (literal_column(str(row)), *(_value(f"{name}_{row}", kind) for name, kind in columns.items()))
        for row in range(size)
    ]
    named = (column("place", Integer()), *(column(name, kind) for name, kind in columns.items()))
    return values(*named, name="asked").data(rows).cte("asked")


def _names(columns: Columns, size: int) -> list[str]:
    return [f"{name}_{row}" for row in range(size) for name in columns]


def _value(name: str, kind: TypeEngine[Any]) -> Any:
    """SQLAlchemy tells PostgreSQL every type but these two."""
    value = bindparam(name, type_=kind)
    return cast(value, kind) if isinstance(kind, LargeBinary | Boolean) else value


def _turn_in(kind: TypeEngine[Any], dialect: Dialect) -> _Turn | None:
    """How a value is handed to the driver; None where it is taken as it is.

    PostgreSQL gets all values as text and their types from the statement: psycopg tells the type of each
    value by itself, small and large numbers apart, and prepares anew for every combination of types.
    """
    if isinstance(kind, String) or (isinstance(kind, LargeBinary) and dialect.name == "sqlite"):
        return None
    turn = kind.dialect_impl(dialect).bind_processor(dialect)
    if dialect.name == "sqlite":
        return lru_cache(turn) if turn is not None else None
    if isinstance(kind, LargeBinary):
        return _as_text
    return lru_cache(lambda value: _as_text(value if turn is None else turn(value)))


def _as_text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case bytes():
            return f"\\x{value.hex()}"
        case datetime():
            return value.isoformat()
        case _:
            return str(value)


def _literally(element: Any, dialect: Dialect) -> Any:
    """A parameter that has its value already, as text; None, which leaves the element, for all others."""
    if not isinstance(element, BindParameter) or element.required:
        return None
    write = element.type.dialect_impl(dialect).literal_processor(dialect)
    assert write is not None
    return literal_column(write(element.value), element.type)
