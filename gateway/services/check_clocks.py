"""Checking that the application's clock and the database's agree."""

from gateway.services.alerts import open_alert
from gateway.services.answer_call import SKEW_ALARM_SECONDS
from gateway.services.read_instant import read_instant
from gateway.services.transactions import Transactions


def check_clocks(transactions: Transactions) -> int:
    """Open an alert where they are more than two seconds apart; returns 1 then.

    The alert stays open until a person closes it: a clock that was wrong may have ended notices.
    """
    with transactions.reading() as work:
        apart = read_instant(work.session, work.now).skew_seconds > SKEW_ALARM_SECONDS
    if apart:
        with transactions.writing() as work:
            open_alert(work.session, "clock_skew", "platform", work.now)
    return int(apart)
