"""The vocabulary in which every table is written: column types, names of constraints, common columns."""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import DateTime, Dialect, LargeBinary, MetaData, String, Table, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, mapped_column

FAR_FUTURE = datetime(9000, 1, 1, tzinfo=UTC)
"""An open end, so that one comparison serves both."""


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time. SQLite keeps it as text of fixed width, which sorts as time does."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every model; migrations are proved equal to its metadata."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcTime, bytes: LargeBinary}


def table_of(model: type[Base]) -> Table:
    """A model's table, for statements that are written without its objects."""
    assert isinstance(model.__table__, Table)
    return model.__table__


Id = Annotated[str, mapped_column(String(26), primary_key=True)]
Ref = Annotated[str, mapped_column(String(26))]
Word = Annotated[str, mapped_column(String(40))]
Line = Annotated[str, mapped_column(String(200))]
"""A short line of text that names no person."""
Prose = Annotated[str, mapped_column(Text)]
Sealed = Annotated[bytes, mapped_column(LargeBinary)]
"""A value sealed by the vault; see gateway/vault.py."""
Hash = Annotated[bytes, mapped_column(LargeBinary(32))]


def one_of(column: str, *words: str) -> str:
    """The SQL of a check that a column holds one of these words."""
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
