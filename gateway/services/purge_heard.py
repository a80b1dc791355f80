"""Purging who has heard a notice, once the period in which it counted is past."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, tuple_

from gateway.caller_keys import cap_period
from gateway.models import Court, Heard, Notice
from gateway.services.keep_pace import SHORT, Pace
from gateway.services.transactions import Transactions

AT_ONCE = 100
"""Periods of notices."""


def purge_heard(transactions: Transactions, as_of: datetime) -> int:
    """Delete the rows whose period ended by `as_of`; returns how many."""
    past, pace = _past(transactions, as_of), Pace(transactions, SHORT)
    total = 0
    for start in range(0, len(past), AT_ONCE):
        ended = tuple_(Heard.notice_id, Heard.period).in_(past[start : start + AT_ONCE])
        asked = gone = 0
        while gone == asked:
            asked = pace.size
            gone = _delete_some(pace, ended)
            total += gone
    return total


def _delete_some(pace: Pace, ended: ColumnElement[bool]) -> int:
    """A popular line is heard by thousands in a day: they go a few at a time, as calls wait meanwhile."""
    key = (Heard.notice_id, Heard.period, Heard.caller_hash)
    with pace.writing() as work:
        gone: int = work.session.execute(
            delete(Heard)
            .where(tuple_(*key).in_(select(*key).where(ended).limit(pace.size)))
            .execution_options(synchronize_session=False)
        ).rowcount  # type: ignore[attr-defined]
        pace.written(gone)
    return gone


def _past(transactions: Transactions, as_of: datetime) -> Sequence[tuple[str, str]]:
    """(notice, period) of every period that is over; its end follows from any moment within it."""
    query = (
        select(
            Heard.notice_id, Heard.period, func.min(Heard.at), Court.zone, Notice.cap_days, Notice.starts_at
        )
        .join(Notice, Notice.id == Heard.notice_id)
        .join(Court, Court.id == Notice.court_id)
        .group_by(Heard.notice_id, Heard.period, Court.zone, Notice.cap_days, Notice.starts_at)
    )
    with transactions.reading() as work:
        return [
            (notice_id, period)
            for notice_id, period, at, zone, cap_days, starts_at in work.session.execute(query)
            if cap_period(at, zone, cap_days, starts_at or at, notice_id).ends_at <= as_of
        ]
