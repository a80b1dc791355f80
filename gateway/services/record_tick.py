"""The greatest time recorded: it only ever moves forward, so that a clock set back wakes nothing."""

from datetime import datetime

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from gateway.models import Platform


def record_tick(session: Session, now: datetime) -> None:
    """Record that the scheduler was at work at `now`, unless a later time is recorded already."""
    session.execute(
        update(Platform)
        .where(or_(Platform.last_tick_at.is_(None), Platform.last_tick_at < now))
        .values(last_tick_at=now)
        .execution_options(synchronize_session=False)
    )
