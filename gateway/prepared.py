"""Statements of the hot path: SQLAlchemy's expressions, written out once in the driver's own words.

The expression stays the only copy of what is asked; what is left out is the work that SQLAlchemy does anew at
every execution. Values and rows are turned by the expression's own types. What the expression itself holds is
written into the text: as a parameter it would keep both databases from using a partial index, or make SQLite
plan the statement anew each time.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import BindParameter, Dialect, Select, literal_column
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.visitors import replacement_traverse

Values = Mapping[str, Any]
_Turn = Callable[[Any], Any]


class Prepared:
    """One statement for one dialect; every value is given by its parameter's name at each execution.

    The expression may hold no list whose length only its values tell.
    """

    def __init__(
        self, statement: Select[*tuple[Any, ...]] | Insert, dialect: Dialect, columns: list[str] | None = None
    ) -> None:
        columns_out = list(statement.selected_columns) if isinstance(statement, Select) else []
        written: Any = replacement_traverse(statement, {}, lambda element, **_: _literally(element, dialect))
        compiled = written.compile(dialect=dialect, column_keys=columns)
        assert isinstance(compiled, SQLCompiler)
        self.text = compiled.string
        order = compiled.positiontup
        names = list(order if order is not None else dict.fromkeys(compiled.bind_names.values()))
        self._empty: Any = [None] * len(names) if order is not None else {}
        places: dict[str, list[Any]] = {}
        for place, name in enumerate(names):
            places.setdefault(name, []).append(place if order is not None else name)
        self._asked = [(name, _turn_in(compiled, name, dialect), at) for name, at in places.items()]
        self._names = tuple(str(column.key) for column in columns_out)
        self._turns_out = [
            (place, turn)
            for place, column in enumerate(columns_out)
            if (turn := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]

    def parameters(self, values: Values) -> Any:
        """The values as the driver takes them."""
        parameters = self._empty.copy()
        for name, turn, places in self._asked:
            value = values[name] if turn is None else turn(values[name])
            for place in places:
                parameters[place] = value
        return parameters

    def row(self, raw: tuple[Any, ...]) -> dict[str, Any]:
        """A row as the driver gave it, by the names of its columns."""
        turned = list(raw)
        for place, turn in self._turns_out:
            turned[place] = turn(turned[place])
        return dict(zip(self._names, turned, strict=True))


def _turn_in(compiled: SQLCompiler, name: str, dialect: Dialect) -> _Turn | None:
    return compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)


def _literally(element: Any, dialect: Dialect) -> Any:
    """A parameter that has its value already, as text; None, which leaves the element, for all others."""
    if not isinstance(element, BindParameter) or element.required:
        return None
    write = element.type.dialect_impl(dialect).literal_processor(dialect)
    assert write is not None
    return literal_column(write(element.value), element.type)
