"""The one statement that decides a call: line, notice, conditions, caller and earlier call in one row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    LargeBinary,
    Select,
    and_,
    bindparam,
    exists,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.exc import MultipleResultsFound

from gateway.database import Transaction
from gateway.models import (
    Call,
    CallEvent,
    Court,
    Decision,
    EnforcementCase,
    ImportBatch,
    Notice,
    PhoneLine,
    ProtectedCaller,
)
from gateway.models.base import UtcTime
from gateway.prepared import Prepared
from gateway.services.may_play import CONDITIONS, Batch, First, InstantSql, Second, condition_columns
from ivr.plan import Why

SAME_PAIR_WITHIN = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Found:
    """What the database says of a call at this moment, in one consistent state."""

    line_id: str
    court_id: str
    public_sealed: bytes
    gateway_sealed: bytes
    deliver_sealed: bytes
    caller_id_policy: str
    ring_seconds: int
    time_limit_seconds: int
    zone: str
    shadow: bool
    notice_id: str | None
    recordings: tuple[tuple[str, int], ...]
    cap_days: int
    starts_at: datetime | None
    hours: tuple[time, time] | None
    skip_key: bool
    why_silent: Why | None
    protected: bool
    same_pair_again: bool
    reported_before: bool
    earlier: tuple[str, str, str | None] | None
    """(decision, why, notice) of the call with this carrier call id, if it was answered before."""
    database_time: datetime
    greatest_recorded: datetime
    revision: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a call asks the database. The hashes are as many as there are keys, the current one's first; a
    caller who is not known has none."""

    connection_id: str
    dialled_hashes: tuple[bytes, ...]
    carrier_call_id: str
    caller_hashes: tuple[bytes, ...]
    pair_hash: bytes | None


def look_up_calls(
    transaction: Transaction, questions: Sequence[Question], now: datetime
) -> list[Found | None]:
    """What is known of each call; None where no line of the connection has the dialled number."""
    if not questions:
        return []
    statement = _prepared(transaction.dialect, len(questions[0].dialled_hashes))
    values = [_values(question, now) for question in questions]
    return [_only(rows) for rows in transaction.rows(statement, values)]


def _values(question: Question, now: datetime) -> dict[str, Any]:
    values = {
        "connection": question.connection_id,
        "call": question.carrier_call_id,
        "pair": question.pair_hash or b"",
        "pair_since": now - SAME_PAIR_WITHIN,
        "now": now,
    }
    callers = question.caller_hashes or (b"",) * len(question.dialled_hashes)
    values |= {f"dialled_{place}": digest for place, digest in enumerate(question.dialled_hashes)}
    return values | {f"caller_{place}": digest for place, digest in enumerate(callers)}


def _only(rows: list[dict[str, Any]]) -> Found | None:
    if len(rows) > 1:
        raise MultipleResultsFound
    return _found(rows[0]) if rows else None


_PREPARED: dict[tuple[str, int], Prepared] = {}


def _prepared(dialect: Dialect, keys: int) -> Prepared:
    """The statement, written out once for each dialect and number of keys."""
    known = _PREPARED.get((dialect.name, keys))
    if known is None:
        known = _PREPARED[dialect.name, keys] = Prepared(_statement(dialect.name, keys), dialect)
    return known


def _one_of(name: str, keys: int) -> list[ColumnElement[bytes]]:
    return [bindparam(f"{name}_{place}", type_=LargeBinary()) for place in range(keys)]


def _statement(dialect: str, keys: int) -> Select[*tuple[Any, ...]]:
    now = InstantSql(dialect)
    earlier = Call.__table__.alias("earlier")
    return (
        select(
            PhoneLine.id.label("line_id"),
            PhoneLine.court_id,
            PhoneLine.public_sealed,
            PhoneLine.gateway_sealed,
            PhoneLine.deliver_sealed,
            PhoneLine.caller_id_policy,
            PhoneLine.ring_seconds,
            PhoneLine.time_limit_seconds,
            PhoneLine.quiet_because,
            Court.zone,
            Court.shadow,
            Notice.id.label("notice_id"),
            Notice.cap_days,
            Notice.starts_at,
            Notice.hours_from,
            Notice.hours_to,
            Notice.skip_key,
            First.sha256.label("first_sha256"),
            First.duration_ms.label("first_ms"),
            Second.sha256.label("second_sha256"),
            Second.duration_ms.label("second_ms"),
            *condition_columns(now),
            _is_protected(keys).label("protected"),
            _same_pair().label("same_pair_again"),
            _reported().label("reported_before"),
            earlier.c.decision.label("earlier_decision"),
            earlier.c.why.label("earlier_why"),
            earlier.c.notice_id.label("earlier_notice"),
            now.database.label("database_time"),
            now.greatest.label("greatest_recorded"),
            literal_column("(SELECT version_num FROM alembic_version)").label("revision"),
        )
        .select_from(PhoneLine)
        .join(Court, Court.id == PhoneLine.court_id)
        .outerjoin(Notice, and_(Notice.line_id == PhoneLine.id, _in_force_or_suspended()))
        .outerjoin(EnforcementCase, EnforcementCase.id == Notice.case_id)
        .outerjoin(Decision, Decision.id == Notice.decision_id)
        .outerjoin(First, First.id == Notice.recording_id)
        .outerjoin(Second, Second.id == Notice.second_recording_id)
        .outerjoin(Batch, Batch.id == Notice.import_id)
        .outerjoin(
            earlier,
            and_(
                earlier.c.connection_id == PhoneLine.connection_id,
                earlier.c.carrier_call_id == bindparam("call"),
            ),
        )
        .where(
            PhoneLine.connection_id == bindparam("connection"),
            PhoneLine.gateway_hash.in_(_one_of("dialled", keys)),
            PhoneLine.state != "released",
            _published(),
        )
    )


def _in_force_or_suspended() -> Any:
    return Notice.state.in_([literal("approved"), literal("suspended")])


def _published() -> Any:
    """The lines of an import are known from the moment in which all of them are."""
    whole = exists().where(ImportBatch.id == PhoneLine.import_id, ImportBatch.change_no.is_not(None))
    return or_(PhoneLine.import_id.is_(None), whole)


def _is_protected(keys: int) -> Any:
    return exists().where(
        ProtectedCaller.number_hash.in_(_one_of("caller", keys)),
        or_(ProtectedCaller.court_id.is_(None), ProtectedCaller.court_id == PhoneLine.court_id),
        or_(ProtectedCaller.line_id.is_(None), ProtectedCaller.line_id == PhoneLine.id),
    )


def _same_pair() -> Any:
    return exists().where(
        Call.line_id == PhoneLine.id,
        Call.received_at > bindparam("pair_since", type_=UtcTime()),
        Call.caller_hash == bindparam("pair"),
        Call.carrier_call_id != bindparam("call"),
    )


def _reported() -> Any:
    return exists().where(
        CallEvent.connection_id == PhoneLine.connection_id, CallEvent.carrier_call_id == bindparam("call")
    )


def _found(row: Mapping[str, Any]) -> Found:
    recordings = tuple(
        (row[f"{place}_sha256"], row[f"{place}_ms"])
        for place in ("first", "second")
        if row[f"{place}_sha256"]
    )
    hours = (
        (time.fromisoformat(row["hours_from"]), time.fromisoformat(row["hours_to"]))
        if row["hours_from"]
        else None
    )
    return Found(
        recordings=recordings,
        hours=hours,
        why_silent=_why_silent(row),
        earlier=_earlier(row),
        **{name: row[name] for name in _AS_READ},
    )


def _earlier(row: Mapping[str, Any]) -> tuple[str, str, str | None] | None:
    if row["earlier_decision"] is None:
        return None
    return row["earlier_decision"], row["earlier_why"], row["earlier_notice"]


def _why_silent(row: Mapping[str, Any]) -> Why | None:
    if row["notice_id"] is None:
        return Why(row["quiet_because"]) if row["quiet_because"] else Why.no_notice
    return next((each.why for each in CONDITIONS if not row[each.name]), None)


_AS_READ = tuple(
    field.name
    for field in fields(Found)
    if field.name not in {"recordings", "hours", "why_silent", "earlier"}
)
