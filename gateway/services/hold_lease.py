"""Leases: who may do a thing alone. Who has lost one learns it in the very transaction he would write in."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from gateway.models import Lease
from gateway.services.upsert import insert_if_new

LEASE = timedelta(seconds=15)
"""How long a holder that fell silent keeps others waiting."""


class LeaseLost(Exception):
    """Another holder has the lease: nothing more may be written under it."""


def take_lease(session: Session, name: str, holder: str, now: datetime) -> bool:
    """Take or renew; False while another holds it. `now` is the database's clock, the one that all share.

    A lease that ends later than any lease could was taken before that clock went back: it counts as over.
    """
    free = or_(Lease.holder == holder, Lease.expires_at <= now, Lease.expires_at > now + LEASE)
    taken = session.execute(
        update(Lease)
        .where(Lease.name == name, free)
        .values(holder=holder, expires_at=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount:  # type: ignore[attr-defined]
        return True
    return insert_if_new(session, Lease, {"name": name, "holder": holder, "expires_at": now + LEASE})


def hold_lease(session: Session, name: str, holder: str) -> None:
    """Raise LeaseLost unless it is this holder's; nobody takes it over before this transaction ends."""
    query = select(Lease.holder).where(Lease.name == name).with_for_update()
    if session.scalars(query).one_or_none() != holder:
        raise LeaseLost(name)


def give_up_lease(session: Session, name: str, holder: str, now: datetime) -> None:
    """Let the next one have it at once."""
    session.execute(
        update(Lease)
        .where(Lease.name == name, Lease.holder == holder)
        .values(expires_at=now)
        .execution_options(synchronize_session=False)
    )
