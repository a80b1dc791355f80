"""What carriers report of a call: kept as events, once each, and read off as outcome and seconds heard."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.ids import new_id
from gateway.models import HELD, Call, CallEvent, PhoneLine
from gateway.services.upsert import insert_if_new
from gateway.vault import Vault
from ivr.facts import CallerIdPolicy, CallStatus, Line
from ivr.progress import CallProgress, Event, KeysPressed, LegEnded, StatusReport, advance


def record_progress(
    session: Session, connection_id: str, carrier_call_id: str, event: Event, now: datetime
) -> None:
    """Keep one report and bring the call up to date; a repeated report changes nothing.

    A report may come before its call or a day late: the call is read off all reports whenever one comes.
    """
    kind, status, sequence, duration_s = _columns(event)
    row = {
        "id": new_id(now),
        "connection_id": connection_id,
        "carrier_call_id": carrier_call_id,
        "kind": kind,
        "status": status,
        "sequence": sequence,
        "duration_s": duration_s,
        "at": now,
    }
    if not _came_before(session, row) and insert_if_new(session, CallEvent, row):
        settle_call(session, connection_id, carrier_call_id)


def _came_before(session: Session, row: Mapping[str, Any]) -> bool:
    """Asked on PostgreSQL, which holds the key of reports by month: one may be repeated in the next."""
    if session.get_bind().dialect.name == "sqlite":
        return False
    same = (getattr(CallEvent, name) == row[name] for name in _TELL_APART)
    return session.scalars(select(CallEvent.id).where(*same).limit(1)).first() is not None


_TELL_APART = ("connection_id", "carrier_call_id", "kind", "status", "sequence")


def settle_call(session: Session, connection_id: str, carrier_call_id: str) -> None:
    """Read the call's outcome off everything that was reported of it."""
    call = session.scalars(
        select(Call)
        .where(Call.connection_id == connection_id, Call.carrier_call_id == carrier_call_id)
        .with_for_update()
    ).one_or_none()
    if call is None:
        return
    reported = session.scalars(
        select(CallEvent)
        .where(CallEvent.connection_id == connection_id, CallEvent.carrier_call_id == carrier_call_id)
        .order_by(CallEvent.at)
    ).all()
    progress = CallProgress()
    for row in reported:
        progress = advance(progress, _event(row, call.received_at), call.played_ms)
    call.outcome, call.heard_ms = progress.outcome.value, progress.heard_ms
    if progress.ended and call.ended_at is None:
        call.ended_at = reported[-1].at
    session.flush()


def _columns(event: Event) -> tuple[str, str, int, int | None]:
    """(kind, status, sequence, seconds); which key was pressed is nobody's business."""
    match event:
        case KeysPressed():
            return "keys", "pressed", 0, None
        case LegEnded():
            return "dialled", event.status.value, 0, event.duration_s
        case StatusReport():
            return "status", event.status.value, event.sequence, event.duration_s


def _event(row: CallEvent, received_at: datetime) -> Event:
    match row.kind:
        case "keys":
            return KeysPressed("", max(0, round((row.at - received_at).total_seconds() * 1000)))
        case "dialled":
            return LegEnded(CallStatus(row.status), row.duration_s)
        case _:
            return StatusReport(CallStatus(row.status), row.duration_s, row.sequence)


_LINE = (
    PhoneLine.id,
    PhoneLine.public_sealed,
    PhoneLine.gateway_sealed,
    PhoneLine.deliver_sealed,
    PhoneLine.caller_id_policy,
    PhoneLine.ring_seconds,
    PhoneLine.time_limit_seconds,
)
"""What a call may read of a line, and needs."""


def line_dialled(session: Session, vault: Vault, connection_id: str, dialled: str) -> Line | None:
    """The line with this dialled number, for a plan that only connects."""
    row = session.execute(
        select(*_LINE).where(
            PhoneLine.connection_id == connection_id,
            PhoneLine.gateway_hash.in_(vault.look_up_hashes(dialled)),
            HELD,
        )
    ).one_or_none()
    if row is None:
        return None
    return Line(
        id=row.id,
        public_number=vault.open(row.public_sealed, "number"),
        gateway_number=vault.open(row.gateway_sealed, "number"),
        deliver_to=vault.open(row.deliver_sealed, "number"),
        caller_id_policy=CallerIdPolicy(row.caller_id_policy),
        ring_seconds=row.ring_seconds,
        time_limit_seconds=row.time_limit_seconds,
    )
