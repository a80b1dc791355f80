"""Completing calls of which no carrier ever reported the end."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, select, update

from gateway.models import Call, PhoneLine
from gateway.services.keep_pace import SHORT, Pace
from gateway.services.transactions import Transactions
from gateway.services.work import Work

LONGEST_CALL_SECONDS = 14_400
LATE_REPORTS = timedelta(hours=1)


def complete_calls(transactions: Transactions) -> int:
    """Mark as ended what cannot be under way any more; returns how many.

    The outcome stays what the evidence says; a report that comes later still corrects it.
    """
    total, pace = 0, Pace(transactions, SHORT)
    while done := _complete_some(transactions, pace):
        total += done
    return total


def _complete_some(transactions: Transactions, pace: Pace) -> int:
    with transactions.reading() as work:
        stale = _stale(work)
        found = work.session.scalars(select(Call.id).where(stale).limit(pace.size)).all()
    if not found:
        return 0
    with pace.writing() as work:
        chosen = select(Call.id).where(Call.id.in_(found), stale).with_for_update(skip_locked=True)
        done = work.session.scalars(
            update(Call)
            .where(Call.id.in_(work.session.scalars(chosen).all()), Call.ended_at.is_(None))
            .values(ended_at=work.now)
            .returning(Call.id)
            .execution_options(synchronize_session=False)
        ).all()
        pace.written(len(found))
    return len(done)


def _stale(work: Work) -> ColumnElement[bool]:
    """Longer ago than the longest time limit of any line, and an hour for late reports."""
    limit = work.session.scalar(select(func.max(PhoneLine.time_limit_seconds))) or LONGEST_CALL_SECONDS
    before = work.now - timedelta(seconds=limit) - LATE_REPORTS
    return and_(Call.ended_at.is_(None), Call.received_at <= before)
