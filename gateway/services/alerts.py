"""Alerts: something that a person should look at; one open alert for each kind and subject, counted."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from gateway.ids import new_id
from gateway.models import Alert
from gateway.services.upsert import insert_all_if_new, insert_if_new


def open_alert(
    session: Session, kind: str, subject_id: str, now: datetime, court_id: str | None = None, times: int = 1
) -> None:
    """Open an alert, or count so many times more on the one that is open. Subjects are ids, never numbers."""
    counted = session.execute(
        update(Alert)
        .where(Alert.kind == kind, Alert.subject_id == subject_id, Alert.closed_at.is_(None))
        .values(times=Alert.times + times, last_at=now)
        .execution_options(synchronize_session=False)
    )
    if counted.rowcount:  # type: ignore[attr-defined]
        return
    row = {
        "id": new_id(now),
        "court_id": court_id,
        "kind": kind,
        "subject_id": subject_id,
        "times": times,
        "opened_at": now,
        "last_at": now,
    }
    insert_if_new(session, Alert, row)


def open_alerts(
    session: Session, kind: str, subject_ids: Sequence[str], now: datetime, court_id: str
) -> None:
    """The same of many subjects of one court at once."""
    counted = session.scalars(
        update(Alert)
        .where(Alert.kind == kind, Alert.subject_id.in_(subject_ids), Alert.closed_at.is_(None))
        .values(times=Alert.times + 1, last_at=now)
        .returning(Alert.subject_id)
        .execution_options(synchronize_session=False)
    ).all()
    opened = {"court_id": court_id, "kind": kind, "times": 1, "opened_at": now, "last_at": now}
    new = sorted(set(subject_ids) - set(counted))
    insert_all_if_new(session, Alert, [{"id": new_id(now), "subject_id": each, **opened} for each in new])


def close_alert(session: Session, kind: str, subject_id: str, now: datetime) -> None:
    """Close the open alert of this kind and subject, if there is one."""
    session.execute(
        update(Alert)
        .where(Alert.kind == kind, Alert.subject_id == subject_id, Alert.closed_at.is_(None))
        .values(closed_at=now)
        .execution_options(synchronize_session=False)
    )
