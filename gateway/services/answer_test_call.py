"""Answering a test call: the approved sound once, then the end; no call row, no cap, nothing counted."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from gateway.models import Court, Recording, TestCall, User
from ivr import facts
from ivr.plan import CallPlan, Hangup, Play, Why, hang_up


def answer_test_call(
    session: Session, connection_id: str, test_call_id: str, carrier_call_id: str, now: datetime
) -> CallPlan:
    """Play to the first call that asks in time, and to the same call again where the carrier asks twice.

    Whatever was withdrawn, disabled or ended meanwhile is not heard.
    """
    row = session.scalars(
        select(TestCall)
        .join(Court, Court.id == TestCall.court_id)
        .join(User, User.id == TestCall.user_id)
        .where(
            TestCall.id == test_call_id,
            TestCall.connection_id == connection_id,
            Court.enabled,
            User.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None or not _claim(session, row, carrier_call_id, now):
        return hang_up(Why.test_call)
    recordings = _still_approved(session, row)
    if recordings is None:
        return hang_up(Why.withdrawn)
    return CallPlan((Play(recordings, skip_key=False), Hangup()), Why.test_call)


def _claim(session: Session, row: TestCall, carrier_call_id: str, now: datetime) -> bool:
    """One statement that names the state it expects: of several calls with one token, one is answered."""
    claimed = session.execute(
        update(TestCall)
        .where(
            TestCall.id == row.id,
            TestCall.expires_at > now,
            or_(
                TestCall.state == "placed",
                (TestCall.state == "answered") & (TestCall.carrier_call_id == carrier_call_id),
            ),
        )
        .values(state="answered", carrier_call_id=carrier_call_id, answered_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(claimed.rowcount == 1)  # type: ignore[attr-defined]


def _still_approved(session: Session, row: TestCall) -> tuple[facts.Recording, ...] | None:
    """The recordings in their order; None where one of them is approved no more in this court."""
    wanted = row.recordings.split()
    query = select(Recording.sha256, Recording.duration_ms).where(
        Recording.court_id == row.court_id, Recording.sha256.in_(wanted), Recording.state == "approved"
    )
    approved = {sha256: facts.Recording(sha256, duration) for sha256, duration in session.execute(query)}
    return tuple(approved[each] for each in wanted) if approved.keys() >= set(wanted) else None
