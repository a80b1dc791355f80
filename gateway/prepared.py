"""Statements of the hot path: asked for many rows at once, written out once in the driver's own words.

Each call that waits is a row of the table `asked`, which stands in the statement itself: so a look-up or an
insert is one statement for all of them. SQLAlchemy's expression stays the only copy of what is asked; what is
left out is the work that it does anew at every execution. Values and rows are turned by the expression's own
types. What the expression itself holds is written into the text: as a parameter it would keep both databases
from using a partial index, or make SQLite plan the statement anew each time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
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

from gateway.models.base import UtcTime

Columns = Mapping[str, TypeEngine[Any]]
Row = tuple[Any, ...]
Statement = Select[*tuple[Any, ...]] | Insert

SIZES = (1, 2, 4, 8, 16)
"""Of the table `asked`: a statement is written for each, and rows of nothing but NULL fill it up."""
MOST_ROWS = SIZES[-1]
_SIZE_FOR = [next(size for size in SIZES if size >= rows) for rows in range(MOST_ROWS + 1)]
"""By the number of rows."""
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
        self._known: dict[tuple[str, int], Written] = {}

    def written_for(
        self, dialect: Dialect, rows: Sequence[Row], shared: Row = ()
    ) -> tuple["Written", Sequence[Any]]:
        """The statement for so many rows, and their values as the driver takes them."""
        if len(rows) > MOST_ROWS:
            raise ValueError(f"a table holds {MOST_ROWS} rows, and not {len(rows)}")
        written = self.written(dialect, _SIZE_FOR[len(rows)])
        return written, written.parameters(rows, shared)

    def write(self, dialect: Dialect) -> None:
        """Write it for every size, so that nobody has to wait for that."""
        for size in SIZES:
            self.written(dialect, size)

    def written(self, dialect: Dialect, size: int) -> "Written":
        """The statement for a table of this size."""
        known = self._known.get((dialect.name, size))
        if known is None:
            statement = self._statement(_table(self._columns, size), dialect.name)
            names = [f"{name}_{row}" for row in range(size) for name in self._columns]
            written = Written(dialect, statement, [*names, *self._shared], len(self._columns))
            known = self._known[dialect.name, size] = written
        return known


def in_tables(rows: Sequence[_Asked]) -> Iterator[tuple[int, Sequence[_Asked]]]:
    """These rows in tables that are not too long, each with the number of its first row."""
    for first in range(0, len(rows), MOST_ROWS):
        yield first, rows[first : first + MOST_ROWS]


class Written:
    """A statement in the driver's words; `names` are those of its parameters in the order of their values,
    those of the table's rows, so many in each, before those that are shared.

    Each column is turned by one function, as all of its values are of one type.
    """

    def __init__(self, dialect: Dialect, statement: Statement, names: Sequence[str], columns: int) -> None:
        kind: Any = type(dialect)
        positional = _positional(kind)
        expression: Any = replacement_traverse(
            statement, {}, lambda element, **_: _literally(element, positional)
        )
        compiled = expression.compile(dialect=positional)
        assert isinstance(compiled, SQLCompiler)
        assert compiled.positiontup is not None
        self.text = compiled.string
        self._order = _in_order([names.index(name) for name in compiled.positiontup])
        size = len(names) // columns
        self._filling = [(None,) * columns * count for count in range(size, -1, -1)]
        # What a dialect does not ask for is never turned.
        kinds = [compiled.binds[name].type if name in compiled.binds else String() for name in names]
        self._turns_in = _to_do(_turn_in(kind, positional) for kind in kinds[:columns])
        self._turns_shared = _to_do(_turn_in(kind, positional) for kind in kinds[columns * size :])
        found = list(statement.selected_columns) if isinstance(statement, Select) else []
        self._turns_out = _to_do(_turn_out(each.type, positional) for each in found)

    def parameters(self, rows: Sequence[Row], shared: Row) -> Sequence[Any]:
        """All values, each in its place; rows of NULL fill the table up."""
        rows = _turned(self._turns_in, rows)
        if shared:
            (shared,) = _turned(self._turns_shared, [shared])
        return self._order([*chain.from_iterable(rows), *self._filling[len(rows)], *shared])

    def rows(self, raw: Sequence[Row]) -> Sequence[Row]:
        """Rows as the driver gave them, in the expression's types."""
        return _turned(self._turns_out, raw)


def _to_do(turns: Iterable[_Turn | None]) -> list[tuple[int, _Turn]]:
    """The columns that are turned at all."""
    return [(place, turn) for place, turn in enumerate(turns) if turn is not None]


def _turned(turns: Sequence[tuple[int, _Turn]], rows: Sequence[Row]) -> Sequence[Row]:
    if not turns or not rows:
        return rows
    turned = []
    for row in map(list, rows):
        for place, turn in turns:
            row[place] = turn(row[place])
        turned.append(tuple(row))
    return turned


def _in_order(places: Sequence[int]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    if len(places) == 1:
        return lambda given: [given[places[0]]]
    return itemgetter(*places)


_PARAMETERS: Mapping[str, Any] = {"sqlite": "qmark", "postgresql": "numeric_dollar"}


@cache
def _positional(kind: Any) -> Dialect:
    """This kind of dialect, with parameters as the drivers take them."""
    dialect: Dialect = kind(paramstyle=_PARAMETERS[kind.name])
    return dialect


def _table(columns: Columns, size: int) -> CTE:
    """The table `asked`, each of whose values is a parameter of its own."""
    rows = [
        (literal_column(str(row)), *(_value(f"{name}_{row}", kind) for name, kind in columns.items()))
        for row in range(size)
    ]
    named = (column("place", Integer()), *(column(name, kind) for name, kind in columns.items()))
    return values(*named, name="asked").data(rows).cte("asked")


def _value(name: str, kind: TypeEngine[Any]) -> Any:
    """SQLAlchemy tells PostgreSQL every type but these two."""
    value = bindparam(name, type_=kind)
    return cast(value, kind) if isinstance(kind, LargeBinary | Boolean) else value


_TIME = UtcTime()


def _turn_in(kind: TypeEngine[Any], dialect: Dialect) -> _Turn | None:
    """As below; all times likewise, so that the moment of a call is turned once and not for every column."""
    return _turn_of(_TIME if isinstance(kind, UtcTime) else kind, dialect)


@cache
def _turn_of(kind: TypeEngine[Any], dialect: Dialect) -> _Turn | None:
    """How a value is handed to the driver; None where it is taken as it is.

    PostgreSQL gets all values as text, and their types from the statement.
    """
    if isinstance(kind, String):
        return None
    if isinstance(kind, LargeBinary) and dialect.name == "sqlite":
        return _as_buffer
    turn = kind.dialect_impl(dialect).bind_processor(dialect)
    if dialect.name == "sqlite":
        return lru_cache(turn) if turn is not None else None
    if isinstance(kind, LargeBinary):
        return _as_text
    return lru_cache(lambda value: _as_text(value if turn is None else turn(value)))


def _turn_out(kind: TypeEngine[Any], dialect: Dialect) -> _Turn | None:
    """How a value is read as the driver gave it; both give bytes as they are."""
    if isinstance(kind, LargeBinary):
        return None
    turn = kind.dialect_impl(dialect).result_processor(dialect, None)
    return turn if turn is None or isinstance(kind, Boolean) else lru_cache(turn)


def _as_buffer(value: bytes | None) -> bytearray | None:
    """Bytes as sqlite3 takes them at once: for `bytes` it looks for an adapter each time."""
    return value if value is None else bytearray(value)


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
