"""The months into which PostgreSQL divides calls and their reports: made ahead of time, dropped as a whole.

Whoever serves owns no table, so both are done by functions of the owner's (migration 0015). A lock that is
not to be had at once is left for the next time: a call is not kept waiting for either.
"""

from collections import Counter
from datetime import UTC, datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from gateway.services.transactions import Transactions

_log = structlog.get_logger()


def are_divided(transactions: Transactions) -> bool:
    """Whether this database divides calls by months; SQLite knows no partitions."""
    return transactions.engine.dialect.name == "postgresql"


def has_month(session: Session, at: datetime) -> bool:
    """Whether the month of this moment is there; else its calls lie in the part for the rest."""
    name = f"call_{at.astimezone(UTC):%Y_%m}"
    return session.scalars(select(func.to_regclass(name).is_not(None))).one()


def make_months(transactions: Transactions) -> None:
    """Make this month and the next, unless they are there."""
    try:
        with transactions.writing() as work:
            work.session.execute(select(func.make_call_months(work.now)))
    except OperationalError as fault:
        _log.warning("months not made now", fault=type(fault.orig).__name__)


def drop_months(transactions: Transactions, before: datetime) -> Counter[str]:
    """Drop every month all of whose calls came before; table -> rows that went."""
    dropped: Counter[str] = Counter()
    try:
        with transactions.writing() as work:
            months = func.drop_call_months(before).table_valued("divided", "dropped")
            for table, rows in work.session.execute(select(months.c.divided, months.c.dropped)):
                dropped[table] += rows
    except OperationalError as fault:
        _log.warning("months not dropped now", fault=type(fault.orig).__name__)
        return Counter()
    return dropped
