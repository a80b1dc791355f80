"""What a test reads back from the database: calls, alerts, who has heard, the audit record."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from gateway.database import reading, writing
from gateway.models import Alert, AuditEntry, Base, Call, Heard
from gateway.sight import EVERY_COURT
from tests.factories import Gateway


def call_of(gateway: Gateway, carrier_call_id: str) -> Call:
    """The record of a call; fails where there is none."""
    with gateway.read() as session:
        call = session.scalars(select(Call).where(Call.carrier_call_id == carrier_call_id)).one()
        session.expunge(call)
        return call


def why_of(gateway: Gateway, carrier_call_id: str) -> tuple[str, str]:
    """(decision, why) of a call."""
    call = call_of(gateway, carrier_call_id)
    return call.decision, call.why


def rows(gateway: Gateway, model: type[Base]) -> int:
    """How many rows a table has."""
    with gateway.read() as session:
        return session.scalars(select(func.count()).select_from(model)).one()


def heard(gateway: Gateway) -> int:
    """How many callers were counted."""
    return rows(gateway, Heard)


def alerts(gateway: Gateway) -> list[str]:
    """The kinds of the open alerts, in alphabetical order; the clocks of a slow test may drift apart."""
    with gateway.read() as session:
        kinds = session.scalars(select(Alert.kind).where(Alert.closed_at.is_(None))).all()
    return sorted(kind for kind in kinds if kind != "clock_skew")


def actions(gateway: Gateway, subject_id: str) -> list[str]:
    """What the audit record says was done with this subject, in order."""
    query = select(AuditEntry.action).where(AuditEntry.subject_id == subject_id)
    with gateway.read() as session:
        return list(session.scalars(query.order_by(AuditEntry.chain, AuditEntry.sequence)))


@contextmanager
def changed_by_hand(gateway: Gateway, model: type[Base], row_id: str, **columns: object) -> Iterator[None]:
    """A row changed behind the services' back for the time of the block."""
    with reading(gateway.runtime.engine, EVERY_COURT) as session:
        row = session.get_one(model, row_id)
        before = {name: getattr(row, name) for name in columns}
    change(gateway, model, row_id, **columns)
    yield
    change(gateway, model, row_id, **before)


def change(gateway: Gateway, model: type[Base], row_id: str, **columns: object) -> None:
    """Change a row behind the services' back, as the owner may."""
    with gateway.owner() as owner, writing(owner, EVERY_COURT) as session:
        row = session.get_one(model, row_id)
        for name, value in columns.items():
            setattr(row, name, value)
