"""Writing many rows at once by the driver's fastest way: executemany on SQLite, COPY on PostgreSQL.

PostgreSQL takes no COPY into a table with row-level security, which would not be asked: rows are copied into
a table of this connection's own, and inserted from there by one statement, under the policies.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Connection, Dialect, LargeBinary, exc
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from gateway.models import Base
from gateway.models.base import table_of

FEW = 50
"""Rows that are no reason for a table of their own."""
Values = Iterator[tuple[Any, ...]]
Bind = Callable[[Any], Any]


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns, in this transaction; the model's defaults fill others.

    What the database refuses comes as SQLAlchemy's errors, as from any other statement.
    """
    if not rows:
        return
    table, connection = table_of(model), session.connection()
    columns = [column for column in table.columns if column.name in rows[0] or column.default is not None]
    names, values = [column.name for column in columns], _tuples(columns, rows, connection.dialect)
    if connection.dialect.name == "postgresql" and len(rows) > FEW:
        _copy(connection, table.name, names, values)
    else:
        marks = ", ".join([_mark(connection)] * len(names))
        statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"
        connection.exec_driver_sql(statement, list(values))


def update_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Give rows, each named by its `id`, new values, in this transaction; all name the same columns."""
    if not rows:
        return
    table, connection = table_of(model), session.connection()
    names = [name for name in rows[0] if name != "id"]
    columns = {column.name: column for column in table.columns}
    values = _tuples([columns[name] for name in (*names, "id")], rows, connection.dialect)
    mark = _mark(connection)
    new = ", ".join(f"{name} = {mark}" for name in names)
    connection.exec_driver_sql(f"UPDATE {table} SET {new} WHERE id = {mark}", list(values))


def _mark(connection: Connection) -> str:
    """What stands for a value in the driver's statements."""
    return "?" if connection.dialect.name == "sqlite" else "%s"


def _tuples(columns: Sequence[Column[Any]], rows: Sequence[Mapping[str, Any]], dialect: Dialect) -> Values:
    """The rows' values of these columns, as the driver takes them."""
    return zip(*(_values(column, rows, dialect) for column in columns), strict=False)


def _values(column: Column[Any], rows: Sequence[Mapping[str, Any]], dialect: Dialect) -> Iterable[Any]:
    """The column's value in each row as the driver takes it, which takes bytes as they are; a default without
    end."""
    bytes_ = isinstance(column.type, LargeBinary)
    bind = None if bytes_ else column.type.dialect_impl(dialect).bind_processor(dialect)
    if column.name not in rows[0]:
        default = column.default.arg if isinstance(column.default, ScalarElementColumnDefault) else None
        return repeat(bind(default) if bind else default)
    values = map(itemgetter(column.name), rows)
    return map(_Bound(bind).__getitem__, values) if bind else values


class _Bound(dict[Any, Any]):
    """Values bound; what many rows have in common, such as a time, is bound once."""

    def __init__(self, bind: Bind) -> None:
        self._bind = bind

    def __missing__(self, value: Any) -> Any:
        bound = self[value] = self._bind(value)
        return bound


def _copy(connection: Connection, table: str, columns: list[str], values: Values) -> None:
    stage, names = f"stage_{table}", ", ".join(columns)
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} ON COMMIT DELETE ROWS"
        f" AS SELECT * FROM {table} WITH NO DATA"
    )
    _copy_into(connection, f"COPY {stage} ({names}) FROM STDIN", values)
    connection.exec_driver_sql(f"INSERT INTO {table} ({names}) SELECT {names} FROM {stage}")
    connection.exec_driver_sql(f"TRUNCATE {stage}")


def _copy_into(connection: Connection, statement: str, values: Values) -> None:
    driver: Any = connection.connection.driver_connection
    errors = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in values:
                copy.write_row(row)
    except errors as fault:
        if connection.dialect.is_disconnect(fault, driver, None):
            connection.invalidate(fault)
        raise exc.DBAPIError.instance(
            statement, None, fault, errors, hide_parameters=True, dialect=connection.dialect
        ) from fault
