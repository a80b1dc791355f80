"""Sending alerts: each goes out at least once, and no transaction is open while a message is under way."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select, update

from gateway.alerting import Courier, NotDelivered, Note
from gateway.models import Alert
from gateway.services.transactions import Transactions

AT_ONCE = 500
LONGEST_REST = 60
"""Rounds that a courier who keeps failing is left alone."""

_log = structlog.get_logger()


class Round:
    """One courier, what he has delivered of the alerts that wait, and how long he rests."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self._delivered: set[str] = set()
        self._failures = self._rest = 0

    def deliver(self, notes: Sequence[Note], now: datetime) -> set[str]:
        """The ids among these that he has delivered, now or before."""
        if self._rest:
            self._rest -= 1
        elif waiting := [note for note in notes if note.id not in self._delivered]:
            self._try(waiting, now)
        return {note.id for note in notes if note.id in self._delivered}

    def forget(self, ids: set[str]) -> None:
        """These are marked as sent; nobody will hand them in again."""
        self._delivered -= ids

    def _try(self, notes: Sequence[Note], now: datetime) -> None:
        try:
            self._courier.send(notes, now)
        except NotDelivered as fault:
            self._failures += 1
            self._rest = min(2 ** (self._failures - 1) - 1, LONGEST_REST)
            _log.warning("alerts not sent", kind=self._courier.name, fault=str(fault), attempt=self._failures)
            return
        self._failures = 0
        self._delivered |= {note.id for note in notes}


class Despatch:
    """All couriers of one process. Nobody sends again what he delivered only because another failed."""

    def __init__(self, couriers: Sequence[Courier]) -> None:
        self._rounds = [Round(courier) for courier in couriers]
        if not couriers:
            _log.warning("alerts are not sent", why="neither mail nor webhook is configured")

    @property
    def is_empty(self) -> bool:
        return not self._rounds

    def deliver(self, notes: Sequence[Note], now: datetime) -> set[str]:
        """The ids that every courier has delivered."""
        return set.intersection(*[each.deliver(notes, now) for each in self._rounds])

    def forget(self, ids: set[str]) -> None:
        for each in self._rounds:
            each.forget(ids)


def send_alerts(transactions: Transactions, despatch: Despatch) -> int:
    """Send what was not sent yet, also what was closed meanwhile; returns how many every courier delivered.

    A process that dies between a message and its mark sends it again.
    """
    if despatch.is_empty:
        return 0
    with transactions.reading() as work:
        query = select(Alert).where(Alert.sent_at.is_(None)).order_by(Alert.id).limit(AT_ONCE)
        notes, now = [_note(alert) for alert in work.session.scalars(query)], work.now
    sent = despatch.deliver(notes, now) if notes else set()
    if not sent:
        return 0
    with transactions.writing() as work:
        work.session.execute(
            update(Alert)
            .where(Alert.id.in_(sent), Alert.sent_at.is_(None))
            .values(sent_at=work.now)
            .execution_options(synchronize_session=False)
        )
    despatch.forget(sent)
    return len(sent)


def _note(alert: Alert) -> Note:
    return Note(alert.id, alert.kind, alert.subject_id, alert.court_id, alert.times, alert.opened_at)
