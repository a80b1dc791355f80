"""How the platform stands: what a probe or a person wants to know of it, read in one consistent state."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gateway.models import Alert, Lease, Notice, Platform
from gateway.services.hold_lease import LEASE
from gateway.services.read_instant import read_instant
from gateway.services.sweep_notices import LIVE


@dataclass(frozen=True, slots=True)
class Health:
    """Ages and skew are in seconds, None where there is nothing to measure.

    `last_tick_age_s` is negative when a clock went back behind the last tick: `scheduler_alive` then rests on
    the lease. `overdue_notices` are silent already and wait to be written down as ended.
    """

    revision: str | None
    change_no: int | None
    last_tick_age_s: float | None
    scheduler_alive: bool
    overdue_notices: int
    open_alerts: int
    clock_skew_s: float
    chains_intact: bool | None
    chains_age_s: float | None
    closures_age_s: float | None


def read_health(session: Session, now: datetime) -> Health:
    """Read it; the database has the revision of this program, or this raises SQLAlchemyError."""
    instant = read_instant(session, now)
    row = session.execute(
        select(
            Platform.change_no,
            Platform.last_tick_at,
            Platform.chains_verified_at,
            Platform.chains_intact,
            Platform.closures_imported_at,
        )
    ).one_or_none()
    tick_age = _age(now, row.last_tick_at) if row else None
    return Health(
        revision=read_revision(session),
        change_no=row.change_no if row else None,
        last_tick_age_s=tick_age,
        scheduler_alive=_is_recent(tick_age) or _is_held(session, instant.database),
        overdue_notices=_count(session, Notice.state.in_(LIVE), Notice.ends_at <= instant.latest),
        open_alerts=_count(session, Alert.closed_at.is_(None)),
        clock_skew_s=instant.skew_seconds,
        chains_intact=row.chains_intact if row else None,
        chains_age_s=_age(now, row.chains_verified_at) if row else None,
        closures_age_s=_age(now, row.closures_imported_at) if row else None,
    )


def read_revision(session: Session) -> str | None:
    """The schema's revision; raises SQLAlchemyError for a database without one."""
    found: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _count(session: Session, *conditions: object) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0  # type: ignore[arg-type]


def _age(now: datetime, at: datetime | None) -> float | None:
    return None if at is None else round((now - at).total_seconds(), 1)


def _is_recent(age: float | None) -> bool:
    """Three beats are a lease."""
    return age is not None and 0 <= age <= LEASE.total_seconds()


def _is_held(session: Session, database_time: datetime) -> bool:
    end = session.scalar(select(Lease.expires_at).where(Lease.name == "scheduler"))
    return end is not None and timedelta() < end - database_time <= LEASE
