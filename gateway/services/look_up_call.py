"""The one statement that decides calls: for each its line, notice, conditions, caller and earlier call."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    LargeBinary,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.exc import MultipleResultsFound

from gateway.call_transaction import Asking
from gateway.ids import first_id
from gateway.models import (
    HELD,
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
from gateway.prepared import Columns, Prepared, in_tables
from gateway.services.may_play import Batch, First, InstantSql, Second, why_silent_sql
from ivr.facts import Recording
from ivr.plan import Why

SAME_PAIR_WITHIN = timedelta(seconds=3)


class Found(NamedTuple):
    """What the database says of a call at this moment, in one consistent state."""

    line_id: str
    court_id: str
    public_sealed: bytes
    deliver_sealed: bytes
    caller_id_policy: str
    ring_seconds: int
    time_limit_seconds: int
    zone: str
    shadow: bool
    notice_id: str | None
    silent_because: str | None
    first_sha256: str | None
    first_ms: int | None
    second_sha256: str | None
    second_ms: int | None
    cap_days: int
    starts_at: datetime | None
    hours_from: str | None
    hours_to: str | None
    skip_key: bool
    protected: bool
    same_pair_again: bool
    reported_before: bool
    earlier_decision: str | None
    """Of the call with this carrier call id, if it was answered before; the next two likewise."""
    earlier_why: str | None
    earlier_notice: str | None
    database_time: datetime
    greatest_recorded: datetime
    revision: str

    @property
    def why_silent(self) -> Why | None:
        return None if self.silent_because is None else Why(self.silent_because)

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """What the notice plays, in order."""
        both = ((self.first_sha256, self.first_ms), (self.second_sha256, self.second_ms))
        return tuple([Recording(sha256, ms) for sha256, ms in both if sha256 and ms is not None])

    @property
    def hours(self) -> tuple[time, time] | None:
        if self.hours_from is None or self.hours_to is None:
            return None
        return time.fromisoformat(self.hours_from), time.fromisoformat(self.hours_to)


class Question(NamedTuple):
    """What a call asks the database. The hashes are as many as there are keys, the current one's first; a
    caller who is not known has none."""

    connection_id: str
    dialled_hashes: tuple[bytes, ...]
    carrier_call_id: str
    caller_hashes: tuple[bytes, ...]
    pair_hash: bytes | None


def look_up_calls(asking: Asking, questions: Sequence[Question], now: datetime) -> list[Found | None]:
    """What is known of each call; None where no line of the connection has the dialled number."""
    since = now - SAME_PAIR_WITHIN
    shared = (now, since, first_id(since))
    found: list[Found | None] = [None] * len(questions)
    for first, part in in_tables(questions):
        statement = look_up(len(part[0].dialled_hashes))
        for place, *row in asking.rows(statement, [_row(each) for each in part], shared):
            if found[first + place] is not None:
                raise MultipleResultsFound
            found[first + place] = Found(*row)
    return found


def _row(question: Question) -> tuple[Any, ...]:
    """A row of the table `asked`, see `look_up`."""
    nobody = (None,) * len(question.dialled_hashes)
    return (
        question.connection_id,
        question.carrier_call_id,
        question.pair_hash,
        *question.dialled_hashes,
        *(question.caller_hashes or nobody),
    )


@cache
def look_up(keys: int) -> Prepared:
    """The statement, for so many keys under which numbers may stand."""
    columns: Columns = {"connection": String(), "call": String(), "pair": LargeBinary()}
    hashes = [f"{who}_{key}" for who in ("dialled", "caller") for key in range(keys)]
    return Prepared(
        {**columns, **dict.fromkeys(hashes, LargeBinary())},
        lambda asked, dialect: _statement(asked, dialect, keys),
        ("now", "pair_since", "pair_first"),
    )


def _statement(asked: CTE, dialect: str, keys: int) -> Select[*tuple[Any, ...]]:
    now = InstantSql(dialect)
    earlier = Call.__table__.alias("earlier")
    columns: Mapping[str, Any] = {
        "line_id": PhoneLine.id,
        "notice_id": Notice.id,
        "silent_because": _why_silent(now),
        "first_sha256": First.sha256,
        "first_ms": First.duration_ms,
        "second_sha256": Second.sha256,
        "second_ms": Second.duration_ms,
        "protected": _is_protected(asked, keys),
        "same_pair_again": _same_pair(asked, dialect),
        "reported_before": _reported(asked),
        "earlier_decision": earlier.c.decision,
        "earlier_why": earlier.c.why,
        "earlier_notice": earlier.c.notice_id,
        "database_time": now.database,
        "greatest_recorded": now.greatest,
        "revision": literal_column("(SELECT version_num FROM alembic_version)"),
        **{name: getattr(PhoneLine, name) for name in _OF_LINE},
        **{name: getattr(Court, name) for name in ("zone", "shadow")},
        **{name: getattr(Notice, name) for name in _OF_NOTICE},
    }
    return (
        select(asked.c.place, *(columns[name].label(name) for name in Found._fields))
        .select_from(asked)
        .join(now.table, true())
        .join(
            PhoneLine,
            and_(
                PhoneLine.connection_id == asked.c.connection,
                _is_one_of(PhoneLine.gateway_hash, asked, "dialled", keys),
                HELD,
                _published(),
            ),
        )
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
                earlier.c.connection_id == asked.c.connection,
                earlier.c.carrier_call_id == asked.c.call,
            ),
        )
    )


_OF_LINE = (
    "court_id",
    "public_sealed",
    "deliver_sealed",
    "caller_id_policy",
    "ring_seconds",
    "time_limit_seconds",
)
_OF_NOTICE = ("cap_days", "starts_at", "hours_from", "hours_to", "skip_key")


def _is_one_of(column: Any, asked: CTE, name: str, keys: int) -> Any:
    """Whether the column is one of the hashes asked for. For a list SQLite makes a table, even for one."""
    hashes = [asked.c[f"{name}_{key}"] for key in range(keys)]
    return column == hashes[0] if keys == 1 else column.in_(hashes)


def _why_silent(now: InstantSql) -> ColumnElement[str | None]:
    """A line on which nothing is in force is silent for the reason that was left on it."""
    without = func.coalesce(PhoneLine.quiet_because, literal(Why.no_notice.value))
    return case((Notice.id.is_(None), without), else_=why_silent_sql(now))


def _in_force_or_suspended() -> Any:
    return Notice.state.in_([literal("approved"), literal("suspended")])


def _there_is() -> Any:
    """EXISTS that reads no column but those of its conditions, as the calls' role may not read all."""
    return exists(literal_column("1"))


def _published() -> Any:
    """The lines of an import are known from the moment in which all of them are."""
    whole = _there_is().where(ImportBatch.id == PhoneLine.import_id, ImportBatch.change_no.is_not(None))
    return or_(PhoneLine.import_id.is_(None), whole)


def _is_protected(asked: CTE, keys: int) -> Any:
    return _there_is().where(
        _is_one_of(ProtectedCaller.number_hash, asked, "caller", keys),
        or_(ProtectedCaller.court_id.is_(None), ProtectedCaller.court_id == PhoneLine.court_id),
        or_(ProtectedCaller.line_id.is_(None), ProtectedCaller.line_id == PhoneLine.id),
    )


def _same_pair(asked: CTE, dialect: str) -> Any:
    return _there_is().where(
        Call.line_id == PhoneLine.id,
        *_ON_LINE_SINCE[dialect](bindparam("pair_since", type_=UtcTime())),
        Call.caller_hash == asked.c.pair,
        Call.carrier_call_id != asked.c.call,
    )


_ON_LINE_SINCE: Mapping[str, Callable[[Any], Sequence[ColumnElement[bool]]]] = {
    "sqlite": lambda since: [Call.received_at > since],
    "postgresql": lambda since: [
        tuple_(Call.line_id, Call.received_at) > tuple_(PhoneLine.id, since),
        Call.id >= bindparam("pair_first", type_=String()),
    ],
}
"""On PostgreSQL in words that fit the line's index alone: else it might read all calls of these seconds. The
id tells it which months it need not look into."""


def _reported(asked: CTE) -> Any:
    return _there_is().where(
        CallEvent.connection_id == asked.c.connection, CallEvent.carrier_call_id == asked.c.call
    )
