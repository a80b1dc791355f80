"""Counting what a court has: notices by their shown state, calls by what was decided and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from gateway.models import Call, EnforcementCase, Notice, Objection, PhoneLine, Recording
from gateway.services.list_notices import STATES
from gateway.services.list_rows import published
from gateway.services.permissions import Action
from gateway.services.work import Work

SECONDS_OF_A_DAY = 86400


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of the actor's court; the median is None where nothing was decided yet."""

    cases: Mapping[str, int]
    lines: Mapping[str, int]
    prompts: Mapping[str, int]
    notices: Mapping[str, int]
    objections: Mapping[str, int]
    calls_by_decision: Mapping[str, int]
    calls_by_why: Mapping[str, int]
    calls_by_outcome: Mapping[str, int]
    median_days_to_decide_objections: float | None


def count_statistics(work: Work) -> Statistics:
    """The counts as of now."""
    work.actor.must(Action.READ)
    return Statistics(
        cases=_counts(work, EnforcementCase.state, published(EnforcementCase)),
        lines=_counts(work, PhoneLine.state, published(PhoneLine)),
        prompts=_counts(work, Recording.state),
        notices={state: _notices(work, state) for state in STATES},
        objections=_counts(work, Objection.state),
        calls_by_decision=_counts(work, Call.decision),
        calls_by_why=_counts(work, Call.why),
        calls_by_outcome=_counts(work, Call.outcome),
        median_days_to_decide_objections=_median_days(work),
    )


def _counts(work: Work, column: InstrumentedAttribute[str], *conditions: Any) -> dict[str, int]:
    court_id = column.class_.court_id
    query = select(column, func.count()).where(court_id == work.actor.court, *conditions).group_by(column)
    return {row[0]: row[1] for row in work.session.execute(query.order_by(column))}


def _notices(work: Work, state: str) -> int:
    query = select(func.count(Notice.id)).where(
        Notice.court_id == work.actor.court, published(Notice), STATES[state](work.now)
    )
    return work.session.scalars(query).one()


def _median_days(work: Work) -> float | None:
    query = select(Objection.created_at, Objection.decided_at).where(
        Objection.court_id == work.actor.court, Objection.decided_at.is_not(None)
    )
    seconds = [
        (decided - asked).total_seconds()
        for asked, decided in work.session.execute(query)
        if decided is not None
    ]
    return round(median(seconds) / SECONDS_OF_A_DAY, 2) if seconds else None
