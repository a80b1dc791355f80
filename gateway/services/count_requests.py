"""Counting a token's requests over all workers and hosts: one small row a token, of its last second."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gateway.models import TokenPace

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_SECOND: dict[str, ColumnElement[int]] = {
    "sqlite": cast(func.strftime("%s", "now"), BigInteger),
    "postgresql": cast(func.floor(func.extract("epoch", func.clock_timestamp())), BigInteger),
}
"""The database's clock, the one that all hosts share."""


def count_request(session: Session, token_id: str) -> int:
    """Count one request of this token; how many it has sent in this second, this one included.

    Whoever waited for the row may come with the second before: he counts in the present one. A row further
    ahead is from before the clock went back: it is begun anew.
    """
    dialect = session.get_bind().dialect.name
    insert = _INSERT[dialect](TokenPace).values(token_id=token_id, second=_SECOND[dialect], requests=1)
    given = insert.excluded.second
    same = and_(TokenPace.second >= given, TokenPace.second <= given + 1)
    counting = insert.on_conflict_do_update(
        index_elements=[TokenPace.token_id],
        set_={
            "second": case((same, TokenPace.second), else_=given),
            "requests": case((same, TokenPace.requests + 1), else_=1),
        },
    ).returning(TokenPace.requests)
    return int(session.execute(counting).scalar_one())
