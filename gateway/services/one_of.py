"""One of these ids: a condition for very many, all in one parameter.

SQLAlchemy's `in_` makes a parameter of each, and a statement for every number of them, which the database has
to read and plan anew.
"""

import json
from collections.abc import Collection
from typing import Any, Self

from sqlalchemy import ARRAY, BindParameter, Boolean, Dialect, LargeBinary, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

HASH_BYTES = 16


class _Ids(TypeDecorator[list[str]]):
    """An array on PostgreSQL; on SQLite, which has none, JSON."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return list(value) if dialect.name == "postgresql" else json.dumps(list(value))


class _Hashes(TypeDecorator[list[bytes]]):
    """An array on PostgreSQL; on SQLite, whose JSON holds no bytes, all of them in a row."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(
            ARRAY(LargeBinary()) if dialect.name == "postgresql" else LargeBinary()
        )

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return list(value) if dialect.name == "postgresql" else b"".join(value)


class _OneOf(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: object = None) -> Self:  # noqa: ARG002
        """As it stands: SQLAlchemy would compare it with 1 on SQLite, which then reads the whole table."""
        return self


def one_of(column: Any, ids: "Collection[str] | BindParameter[list[str]]") -> _OneOf:
    """Whether the column is one of these."""
    named = isinstance(ids, BindParameter)
    return _OneOf(column, ids if named else bindparam(None, ids, type_=_Ids(), unique=True))


def ids_named(name: str) -> "BindParameter[list[str]]":
    """Ids that are given when the statement is executed, which so is made once and not at each time."""
    return bindparam(name, type_=_Ids())


class _OneOfHashes(_OneOf):
    inherit_cache = True


def one_of_hashes(column: Any, hashes: Collection[bytes]) -> _OneOfHashes:
    """Whether the column is one of these hashes of 16 bytes."""
    assert all(len(each) == HASH_BYTES for each in hashes)
    return _OneOfHashes(column, bindparam(None, hashes, type_=_Hashes(), unique=True))


@compiles(_OneOf, "postgresql")
def _on_postgresql(element: _OneOf, compiler: SQLCompiler, **named: Any) -> str:
    column, ids = (compiler.process(each, **named) for each in element.clauses)
    return f"{column} = ANY ({ids})"


@compiles(_OneOf, "sqlite")
def _on_sqlite(element: _OneOf, compiler: SQLCompiler, **named: Any) -> str:
    column, ids = (compiler.process(each, **named) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"


@compiles(_OneOfHashes, "sqlite")
def _of_hashes_on_sqlite(element: _OneOfHashes, compiler: SQLCompiler, **named: Any) -> str:
    column, hashes = element.clauses
    found, length, cut = (compiler.process(each, **named) for each in (column, hashes, hashes))
    places = (
        f"WITH RECURSIVE place(first) AS (SELECT 1 UNION ALL"
        f" SELECT first + {HASH_BYTES} FROM place WHERE first + {HASH_BYTES} <= length({length}))"
    )
    return f"{found} IN ({places} SELECT substr({cut}, first, {HASH_BYTES}) FROM place)"
