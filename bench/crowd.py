"""A court of any size: lines, cases and notices in every state, calls of ninety days, a long audit chain."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, text, update

from gateway.case_numbers import case_key
from gateway.database import writing
from gateway.ids import new_id
from gateway.models import (
    AuditEntry,
    AuditHead,
    Base,
    Call,
    Debtor,
    Decision,
    EnforcementCase,
    Notice,
    PhoneLine,
)
from gateway.sight import EVERY_COURT
from tests.factories import Gateway

CHUNK = 2_000
STATES = ("draft", "submitted", "rejected", "suspended", "ended", "ended", *["approved"] * 94)
"""What a hundred notices are."""
OUTCOMES = ("failed", "busy", "no_answer", *["connected"] * 17)


def fill_court(gateway: Gateway, notices: int, calls: int = 0, entries: int = 0) -> None:
    """Make court A this size: each notice with a line and a case of its own, like one that was approved."""
    notice = gateway.notice()
    like = _models(gateway, notice)
    different: tuple[tuple[type[Base], Callable[[int], dict[str, Any]]], ...] = (
        (PhoneLine, lambda place: _line(gateway, place)),
        (Debtor, lambda place: {"id": f"d{place:025d}", "identity_hash": _hash("identity", place)}),
        (EnforcementCase, _case),
        (Decision, _decision),
        (Notice, lambda place: _notice(gateway, like[Notice], place)),
    )
    for model, changes in different:
        _insert(gateway, model, notices, _copies(like[model], changes))
    _insert(gateway, Call, calls, lambda place: _call(gateway, like[PhoneLine], place, calls))
    _lengthen_chain(gateway, entries)
    _analyse(gateway)


def _models(gateway: Gateway, notice: Notice) -> dict[type[Base], dict[str, Any]]:
    """The rows behind one approved notice, as columns."""
    with gateway.read() as session:
        case = session.get_one(EnforcementCase, notice.case_id)
        rows: tuple[Base, ...] = (
            session.get_one(Notice, notice.id),
            session.get_one(PhoneLine, notice.line_id),
            session.get_one(Decision, notice.decision_id),
            session.get_one(Debtor, case.debtor_id),
            case,
        )
        return {type(row): _columns(row) for row in rows}


def _copies(
    like: dict[str, Any], changes: Callable[[int], dict[str, Any]]
) -> Callable[[int], dict[str, Any]]:
    return lambda place: like | changes(place)


def _columns(row: Base) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def _insert(gateway: Gateway, model: type[Base], number: int, row: Callable[[int], dict[str, Any]]) -> None:
    for places in _chunks(number):
        with writing(gateway.runtime.engine, EVERY_COURT) as session:
            session.execute(insert(model), [row(place) for place in places])


def _chunks(number: int) -> Iterator[range]:
    return (range(first, min(number, first + CHUNK)) for first in range(0, number, CHUNK))


def _hash(word: str, place: int) -> bytes:
    return hashlib.sha256(f"{word} {place}".encode()).digest()[:16]


def _line(gateway: Gateway, place: int) -> dict[str, Any]:
    digest = _hash("dialled", place)
    return {
        "id": f"l{place:025d}",
        "public_hash": digest,
        "gateway_hash": digest,
        "deliver_hash": _hash("deliver", place),
        "state": "enrolled" if place % 50 == 0 else "active",
        "attested_until": gateway.clock.now() + timedelta(days=place % 30, seconds=place % 1000),
    }


def _case(place: int) -> dict[str, Any]:
    number = f"(2026)川{place % 9973:04d}执{place}号"
    closed = place % 25 == 4
    return {
        "id": f"c{place:025d}",
        "debtor_id": f"d{place:025d}",
        "case_number": number,
        "number_key": case_key(number),
        "state": "open" if not closed else "stayed",
    }


def _decision(place: int) -> dict[str, Any]:
    return {
        "id": f"e{place:025d}",
        "case_id": f"c{place:025d}",
        "debtor_id": f"d{place:025d}",
        "number": f"decision {place}",
    }


def _notice(gateway: Gateway, like: dict[str, Any], place: int) -> dict[str, Any]:
    state, now = STATES[place % 100], gateway.clock.now()
    return {
        "id": f"n{place:025d}",
        "line_id": f"l{place:025d}",
        "case_id": f"c{place:025d}",
        "decision_id": f"e{place:025d}",
        "state": state,
        "ended_at": now if state == "ended" else None,
        "suspended_because": ("person", "attestation")[place // 100 % 2] if state == "suspended" else None,
        "starts_at": now + timedelta(days=1) if place % 100 == 99 else like["starts_at"],
        "review_until": now + timedelta(days=1 + place % 180, seconds=place % 1000),
    }


def _call(gateway: Gateway, line: dict[str, Any], place: int, calls: int) -> dict[str, Any]:
    at = gateway.clock.now() - timedelta(days=90) * (1 - place / calls)
    return {
        "id": new_id(at),
        "connection_id": line["connection_id"],
        "carrier_call_id": f"call {place}",
        "court_id": line["court_id"],
        "line_id": f"l{place % 997:025d}",
        "notice_id": f"n{place % 997:025d}",
        "decision": ("silent", "played", "played")[place % 3],
        "why": "plays",
        "shadow": False,
        "recordings": None,
        "played_ms": 2000,
        "caller_hash": None,
        "heard_ms": 2000 if place % 3 == 1 else None,
        "outcome": OUTCOMES[place % 20],
        "plan_ms": 3 + place % 7,
        "ended_at": at,
        "received_at": at,
    }


def _lengthen_chain(gateway: Gateway, entries: int) -> None:
    """Entries that only look like some: this chain proves nothing."""
    with gateway.read() as session:
        last = session.scalars(
            select(AuditEntry).where(AuditEntry.chain == gateway.court_a).order_by(AuditEntry.sequence.desc())
        ).first()
        assert last is not None
        like = _columns(last)
    _insert(
        gateway,
        AuditEntry,
        entries,
        lambda place: (
            like
            | {
                "id": f"a{place:025d}",
                "sequence": like["sequence"] + 1 + place,
                "subject_id": f"n{place % 5000:025d}",
                "action": "suspended" if place % 9000 == 0 else "approved",
            }
        ),
    )
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        session.execute(
            update(AuditHead)
            .where(AuditHead.chain == gateway.court_a)
            .values(sequence=like["sequence"] + entries)
        )


def _analyse(gateway: Gateway) -> None:
    """What autovacuum does by itself; SQLite goes without, as it does in use."""
    if gateway.runtime.engine.dialect.name == "postgresql":
        with gateway.owner() as owner:
            connection = owner.connect().execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("VACUUM ANALYZE"))
            connection.close()
