"""Counting calls by day into tallies, so that a chart reads some hundred rows and not a million."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, select, update

from gateway.models import OF_NO_COURT, Call, CallTally, Court
from gateway.services.transactions import Transactions
from gateway.services.upsert import insert_if_new
from gateway.services.work import Work

AT_ONCE = 50
ZONE_OF_NO_COURT = "UTC"
REPORTS_COME_FOR = timedelta(days=2)
"""How long after a call its tally may still change: carriers report at most a day late."""
FIRST_TIME = timedelta(days=90)
OUTCOMES = ("connected", "busy", "no_answer", "failed", "canceled", "unknown")


@dataclass(slots=True)
class _Sums:
    """What is counted of one court's day over one connection."""

    counts: Counter[str] = field(default_factory=Counter)
    plan_ms: Counter[int] = field(default_factory=Counter)
    last_at: datetime | None = None


def tally_calls(transactions: Transactions) -> int:
    """Count the days that may have changed, and at first all that are kept; returns how many tallies changed.

    Counting twice, or late, changes nothing. A day of which fewer calls are found than were counted has been
    purged in part: its tally stays as it is.
    """
    changed = 0
    with transactions.reading() as work:
        days = list(_days(work))
    for zone, courts, day in days:
        with transactions.reading() as work:
            tallies = _count(work, zone, courts, day)
        counted = sorted(tallies.items())
        for start in range(0, len(counted), AT_ONCE):
            with transactions.writing() as work:
                changed += sum(_keep(work, key, sums) for key, sums in counted[start : start + AT_ONCE])
    return changed


def _days(work: Work) -> Iterator[tuple[str, Sequence[str], date]]:
    """(zone, its courts, day), each court's days by its own zone."""
    first = work.session.scalar(select(func.min(Call.received_at)))
    if first is None:
        return
    for zone, courts in _zones(work).items():
        today = work.now.astimezone(ZoneInfo(zone)).date()
        counted = work.session.scalar(select(func.max(CallTally.day)).where(CallTally.court_id.in_(courts)))
        since = today - FIRST_TIME if counted is None else min(counted, today) - REPORTS_COME_FOR
        day = max(since, first.astimezone(ZoneInfo(zone)).date())
        while day <= today:
            yield zone, courts, day
            day += timedelta(days=1)


def _zones(work: Work) -> dict[str, list[str]]:
    zones: dict[str, list[str]] = {ZONE_OF_NO_COURT: [OF_NO_COURT]}
    for court_id, zone in work.session.execute(select(Court.id, Court.zone).order_by(Court.id)):
        zones.setdefault(zone, []).append(court_id)
    return zones


def _count(
    work: Work, zone: str, courts: Sequence[str], day: date
) -> dict[tuple[str, date, str], dict[str, Any]]:
    found: dict[tuple[str, date, str], _Sums] = {}
    for row in work.session.execute(_grouped(zone, day)):
        court_id = row.court_id or OF_NO_COURT
        if court_id in courts:
            _add(found.setdefault((court_id, day, row.connection_id), _Sums()), row)
    return {key: _columns(sums) for key, sums in found.items()}


def _grouped(zone: str, day: date) -> Any:
    """One statement over the index of the times of calls, no longer than a day."""
    heard, skipped = _heard()
    begin, end = (datetime.combine(each, time(), ZoneInfo(zone)) for each in (day, day + timedelta(days=1)))
    columns = (Call.court_id, Call.connection_id, Call.decision, Call.outcome, heard, skipped, Call.plan_ms)
    return (
        select(*columns, func.count().label("calls"), func.max(Call.received_at).label("last_at"))
        .where(Call.received_at >= begin, Call.received_at < end)
        .group_by(*columns)
    )


def _heard() -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Whether some of it was heard by evidence, and whether a key ended it before its end."""
    some = and_(Call.decision == "played", Call.heard_ms > 0)
    heard = case((some, 1), else_=0).label("heard")
    return heard, case((and_(some, Call.heard_ms < Call.played_ms), 1), else_=0).label("skipped")


def _add(sums: _Sums, row: Any) -> None:
    sums.counts["calls"] += row.calls
    sums.counts[row.outcome] += row.calls
    sums.counts["played"] += row.calls if row.decision == "played" else 0
    sums.counts["heard"] += row.calls * row.heard
    sums.counts["skipped"] += row.calls * row.skipped
    if row.plan_ms is not None:
        sums.plan_ms[row.plan_ms] += row.calls
    sums.last_at = max(sums.last_at or row.last_at, row.last_at)


def _columns(sums: _Sums) -> dict[str, Any]:
    names = ("calls", "played", "heard", "skipped", *OUTCOMES)
    return {name: sums.counts[name] for name in names} | {
        "plan_ms": json.dumps({str(ms): calls for ms, calls in sorted(sums.plan_ms.items())}),
        "last_at": sums.last_at,
    }


def _keep(work: Work, key: tuple[str, date, str], columns: dict[str, Any]) -> bool:
    keys = dict(zip(("court_id", "day", "connection_id"), key, strict=True))
    row = columns | {"counted_at": work.now}
    if insert_if_new(work.session, CallTally, keys | row):
        return True
    done = work.session.execute(
        update(CallTally)
        .where(*(getattr(CallTally, name) == value for name, value in keys.items()))
        .where(CallTally.calls <= columns["calls"])
        .values(row)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]
