"""Checking that the feed of closed cases still comes in, on a platform that has one."""

from datetime import timedelta

from sqlalchemy import select

from gateway.models import Alert, Platform
from gateway.services.alerts import close_alert, open_alert
from gateway.services.read_instant import read_instant
from gateway.services.transactions import Transactions

KIND, SUBJECT = "closures_stale", "platform"


def check_closures(transactions: Transactions, max_age: timedelta) -> int:
    """Open an alert while the last file is older than this, close it when one came; returns 1 while stale."""
    with transactions.reading() as work:
        imported_at = work.session.scalar(select(Platform.closures_imported_at))
        latest = read_instant(work.session, work.now).latest
        stale = imported_at is not None and latest - imported_at > max_age
        query = select(Alert.id).where(Alert.kind == KIND, Alert.closed_at.is_(None))
        is_open = work.session.scalar(query) is not None
    if stale != is_open:
        with transactions.writing() as work:
            if stale:
                open_alert(work.session, KIND, SUBJECT, work.now)
            else:
                close_alert(work.session, KIND, SUBJECT, work.now)
    return int(stale)
