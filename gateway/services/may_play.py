"""May a notice play now? Each condition twice, side by side: as SQL for the call, as Python on a record.

The call's single statement selects every condition by name; `standing_of` reads the same facts as a frozen
record. A property test demands that both agree on every generated state and on both sides of every boundary.
Nothing caches an answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, false, func, or_, select, type_coerce
from sqlalchemy.orm import aliased

from gateway.clock import Instant
from gateway.models import (
    FAR_FUTURE,
    Call,
    Court,
    Decision,
    EnforcementCase,
    ImportBatch,
    Notice,
    PhoneLine,
    Platform,
    Recording,
)
from gateway.models.base import UtcTime
from ivr.plan import Why

First = aliased(Recording, name="first_recording")
Second = aliased(Recording, name="second_recording")
Batch = aliased(ImportBatch, name="batch")


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything on which it depends whether a notice may play."""

    court_enabled: bool
    profile: str | None
    legal_basis: str | None
    case_state: str
    debtor_dead: bool
    decision_complete: bool
    notice_state: str
    import_state: str | None
    starts_at: datetime | None
    ends_at: datetime
    review_until: datetime
    approved_recordings: str | None
    first_sha256: str
    first_state: str
    second_sha256: str | None
    second_state: str | None
    line_state: str
    attested_until: datetime


class InstantSql:
    """The two clocks and the greatest time recorded, as a table of one row that the statement joins.

    `dialect` is "sqlite" or "postgresql"; the statement is executed with the parameter `now`.
    """

    def __init__(self, dialect: str) -> None:
        now = bindparam("now", type_=UtcTime())
        last_call = select(func.max(Call.received_at)).scalar_subquery()
        last_tick = select(Platform.last_tick_at).scalar_subquery()
        greatest = func.coalesce(_GREATER[dialect](last_call, last_tick), now)
        self.table = select(
            now.label("application"),
            type_coerce(_CLOCK[dialect](), UtcTime()).label("database_time"),
            type_coerce(greatest, UtcTime()).label("greatest_recorded"),
        ).cte("instant")
        self.application = self.table.c.application
        self.database = self.table.c.database_time
        self.greatest = self.table.c.greatest_recorded

    def started(self, start: ColumnElement[datetime | None]) -> ColumnElement[bool]:
        return and_(start <= self.application, start <= self.database)

    def over(self, end: ColumnElement[datetime]) -> ColumnElement[bool]:
        return or_(end <= self.application, end <= self.database, end <= self.greatest)


_CLOCK: dict[str, Callable[[], ColumnElement[Any]]] = {
    "sqlite": lambda: func.strftime("%Y-%m-%d %H:%M:%f000", "now"),
    "postgresql": lambda: func.clock_timestamp(),
}
"""The database's own clock; on SQLite in the fixed width in which times are stored there."""

_GREATER: dict[str, Callable[[ColumnElement[Any], ColumnElement[Any]], ColumnElement[Any]]] = {
    "sqlite": lambda one, other: func.max(func.coalesce(one, other), func.coalesce(other, one)),
    "postgresql": lambda one, other: func.greatest(one, other),
}
"""The greater of two times either of which may be missing."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold: in SQL, in Python, and why the call is silent where it does not."""

    name: str
    why: Why
    sql: Callable[[InstantSql], ColumnElement[bool]]
    holds: Callable[[Standing, Instant], bool]


CONDITIONS = (
    Condition(
        "court_enabled",
        Why.disabled,
        lambda _now: and_(Court.enabled, Court.profile.is_not(None), Court.legal_basis.is_not(None)),
        lambda it, _now: it.court_enabled and it.profile is not None and it.legal_basis is not None,
    ),
    Condition(
        "case_open",
        Why.closed,
        lambda _now: and_(EnforcementCase.state == "open", ~EnforcementCase.debtor_dead),
        lambda it, _now: it.case_state == "open" and not it.debtor_dead,
    ),
    Condition(
        "not_suspended",
        Why.suspended,
        lambda _now: Notice.state != "suspended",
        lambda it, _now: it.notice_state != "suspended",
    ),
    Condition(
        "approved",
        Why.no_notice,
        lambda _now: and_(
            Notice.state == "approved", Decision.complete, or_(Batch.id.is_(None), Batch.state == "approved")
        ),
        lambda it, _now: (
            it.notice_state == "approved" and it.decision_complete and it.import_state in {None, "approved"}
        ),
    ),
    Condition(
        "started",
        Why.not_started,
        lambda now: and_(Notice.starts_at.is_not(None), now.started(Notice.starts_at.expression)),
        lambda it, now: it.starts_at is not None and it.starts_at <= now.earliest,
    ),
    Condition(
        "not_over",
        Why.ended,
        lambda now: ~now.over(Notice.ends_at.expression),
        lambda it, now: it.ends_at > now.latest,
    ),
    Condition(
        "reviewed",
        Why.review,
        lambda now: and_(
            ~now.over(Notice.review_until.expression),
            or_(Notice.ends_at < FAR_FUTURE, Notice.review_until < FAR_FUTURE),
        ),
        lambda it, now: it.review_until > now.latest and min(it.ends_at, it.review_until) < FAR_FUTURE,
    ),
    Condition(
        "attested",
        Why.stale,
        lambda now: ~now.over(PhoneLine.attested_until.expression),
        lambda it, now: it.attested_until > now.latest,
    ),
    Condition(
        "line_active",
        Why.stale,
        lambda _now: PhoneLine.state == "active",
        lambda it, _now: it.line_state == "active",
    ),
    Condition(
        "recordings_approved",
        Why.withdrawn,
        lambda _now: and_(
            First.state == "approved",
            or_(Second.id.is_(None), Second.state == "approved"),
            Notice.approved_recordings
            == case((Second.id.is_(None), First.sha256), else_=First.sha256 + " " + Second.sha256),
        ),
        lambda it, _now: (
            it.first_state == "approved"
            and it.second_state in {None, "approved"}
            and it.approved_recordings == " ".join(filter(None, (it.first_sha256, it.second_sha256)))
        ),
    ),
)
"""In the order in which the reason for silence is told: what a person ordered before what time brought."""


def why_silent(standing: Standing, now: Instant) -> Why | None:
    """The first condition that does not hold; None where the notice may play."""
    return next((each.why for each in CONDITIONS if not each.holds(standing, now)), None)


def why_silent_sql(now: InstantSql) -> ColumnElement[str | None]:
    """The first condition that does not hold, as its Why; NULL where all hold. A condition that is unknown
    (NULL) does not hold."""
    return case(*((~func.coalesce(each.sql(now), false()), each.why.value) for each in CONDITIONS))


__all__ = [
    "CONDITIONS",
    "Batch",
    "Condition",
    "First",
    "InstantSql",
    "Second",
    "Standing",
    "why_silent",
    "why_silent_sql",
]
