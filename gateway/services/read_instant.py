"""The instant that a piece of work goes by: both clocks and the greatest time recorded, read at once."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gateway.clock import Instant
from gateway.services.may_play import InstantSql


def read_instant(session: Session, now: datetime) -> Instant:
    """The same three times by which a call is decided; `now` is the application's clock."""
    connection = session.connection()
    row = connection.execute(_statement(connection.dialect.name), {"now": now}).one()
    return Instant(now, row.database_time, row.greatest_recorded)


@lru_cache(maxsize=2)
def _statement(dialect: str) -> Select[*tuple[Any, ...]]:
    clocks = InstantSql(dialect)
    return select(clocks.database, clocks.greatest)
