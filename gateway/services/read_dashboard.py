"""What the dashboard shows, read from tallies and short spans of an index: never counted row by row.

A court's people see their court; operators see calls and carriers of the whole platform, and no notices.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from gateway.ids import first_id
from gateway.models import Alert, Call, CallTally, Connection, Court, EnforcementCase, Notice, NoticeTally
from gateway.models.tally import NOT_STARTED
from gateway.services.handle_alerts import concerns, must_read
from gateway.services.keyset import Branch, Count, Listing, among, count_rows
from gateway.services.tally_calls import OUTCOMES
from gateway.services.work import Work

SPANS = (30, 90)
"""Days that may be looked at."""
LAST_HOUR = timedelta(hours=1)
LOOKED_AT = 20_000
"""Calls of the last hour of which carrier health is made at most, the latest first."""
COUNTS = ("calls", "played", "heard", "skipped", *OUTCOMES)


@dataclass(frozen=True, slots=True)
class Day:
    """The calls of one day; `median_plan_ms` is None where nothing was measured."""

    day: date
    counts: Mapping[str, int]
    median_plan_ms: float | None


@dataclass(frozen=True, slots=True)
class Carrier:
    """How one connection stands: when the last call came, and what came of those of the last hour."""

    connection: str
    last_call_at: datetime | None
    calls_last_hour: int
    failed_last_hour: int

    @property
    def failed_share(self) -> float | None:
        return self.failed_last_hour / self.calls_last_hour if self.calls_last_hour else None


@dataclass(frozen=True, slots=True)
class Clocks:
    """Formal deletions that fell due within the span: done in time, done or standing late, not due yet."""

    met: int
    late: int
    running: int

    @property
    def met_share(self) -> float | None:
        return self.met / (self.met + self.late) if self.met + self.late else None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Times tell how old the counts are; None where nobody has counted yet."""

    today: date
    days: tuple[Day, ...]
    median_plan_ms: float | None
    carriers: tuple[Carrier, ...]
    open_alerts: Count
    notices: Mapping[str, int]
    notices_counted_at: datetime | None
    calls_counted_at: datetime | None
    clocks: Clocks | None


def read_dashboard(work: Work, span: int) -> Dashboard:
    """The last `span` days, today included; a span that is not in SPANS is read as the first of them."""
    must_read(work)
    today = _today(work)
    first = today - timedelta(days=(span if span in SPANS else SPANS[0]) - 1)
    tallies = work.session.scalars(select(CallTally).where(*_own(work), CallTally.day >= first)).all()
    shown, counted_at = _notices(work)
    return Dashboard(
        today=today,
        days=_by_day(tallies, first, today),
        median_plan_ms=median_of(_plan_ms(tallies)),
        carriers=_carriers(work, tallies),
        open_alerts=_open_alerts(work),
        notices=shown,
        notices_counted_at=counted_at,
        calls_counted_at=max((each.counted_at for each in tallies), default=None),
        clocks=_clocks(work, first, today) if work.actor.court_id else None,
    )


def _today(work: Work) -> date:
    """The court's day; for the platform's people the day of the court that is furthest ahead, as calls are
    counted by the day of the court that they were for."""
    if work.actor.court_id:
        return work.today()
    zones = work.session.scalars(select(Court.zone).distinct())
    return max((work.now.astimezone(ZoneInfo(zone)).date() for zone in zones), default=work.now.date())


def median_of(counts: Mapping[int, int]) -> float | None:
    """The median of values of which each was counted so many times; None of none."""
    total = sum(counts.values())
    if total == 0:
        return None
    lower, upper = (total - 1) // 2, total // 2
    found, seen = [], 0
    for value, times in sorted(counts.items()):
        found += [value for place in (lower, upper) if seen <= place < seen + times]
        seen += times
    return sum(found) / 2


def _own(work: Work) -> tuple[ColumnElement[bool], ...]:
    return (CallTally.court_id == work.actor.court_id,) if work.actor.court_id else ()


def _by_day(tallies: Sequence[CallTally], first: date, last: date) -> tuple[Day, ...]:
    """Every day of the span, also those without calls."""
    of_day: dict[date, list[CallTally]] = {}
    for each in tallies:
        of_day.setdefault(each.day, []).append(each)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(_day(day, of_day.get(day, [])) for day in days)


def _day(day: date, tallies: Sequence[CallTally]) -> Day:
    counts = {name: sum(getattr(each, name) for each in tallies) for name in COUNTS}
    return Day(day, counts, median_of(_plan_ms(tallies)))


def _plan_ms(tallies: Iterable[CallTally]) -> Counter[int]:
    total: Counter[int] = Counter()
    for each in tallies:
        total.update({int(ms): calls for ms, calls in json.loads(each.plan_ms).items()})
    return total


def _carriers(work: Work, tallies: Sequence[CallTally]) -> tuple[Carrier, ...]:
    last: dict[str, datetime] = {}
    for each in tallies:
        last[each.connection_id] = max(each.last_at, last.get(each.connection_id, each.last_at))
    calls, failed = _last_hour(work, last)
    names = work.session.execute(select(Connection.id, Connection.slug).order_by(Connection.slug))
    return tuple(Carrier(slug, last.get(each), calls[each], failed[each]) for each, slug in names)


def _last_hour(work: Work, last: dict[str, datetime]) -> tuple[Counter[str], Counter[str]]:
    """Calls and failures by connection; a call that came since the days were counted moves `last` on."""
    since = work.now - LAST_HOUR
    if work.actor.court_id:
        own: ColumnElement[bool] = (Call.court_id == work.actor.court_id) & (Call.id >= first_id(since))
        order: ColumnElement[Any] = Call.id.desc()
    else:
        own, order = Call.received_at >= since, Call.received_at.desc()
    some = (
        select(Call.connection_id, Call.outcome, Call.received_at)
        .where(own)
        .order_by(order)
        .limit(LOOKED_AT)
        .subquery()
    )
    columns = (some.c.connection_id, some.c.outcome)
    query = select(*columns, func.count(), func.max(some.c.received_at)).group_by(*columns)
    calls, failed = Counter[str](), Counter[str]()
    for connection_id, outcome, number, latest in work.session.execute(query):
        calls[connection_id] += number
        failed[connection_id] += number if outcome == "failed" else 0
        last[connection_id] = max(latest, last.get(connection_id, latest))
    return calls, failed


def _open_alerts(work: Work) -> Count:
    branches = tuple(Branch((each, Alert.closed_at.is_(None))) for each in concerns(work))
    return count_rows(work.session, Listing(Alert, branches))


def _notices(work: Work) -> tuple[dict[str, int], datetime | None]:
    """As last counted, by the state that is shown: of those approved, which have started is asked now."""
    if work.actor.court_id is None:
        return {}, None
    rows = work.session.scalars(select(NoticeTally).where(NoticeTally.court_id == work.actor.court_id)).all()
    shown = {each.state: each.notices for each in rows}
    not_started = shown.pop(NOT_STARTED, 0)
    counted_at = min((each.counted_at for each in rows), default=None)
    if (approved := shown.get("approved", 0)) and counted_at is not None:
        started_since = Listing(
            Notice,
            (
                Branch(
                    (
                        Notice.court_id == work.actor.court_id,
                        Notice.state == "approved",
                        Notice.starts_at > counted_at,
                        Notice.starts_at <= work.now,
                        Notice.approved_at <= counted_at,
                    ),
                    Notice.starts_at,
                ),
            ),
            newest_first=False,
        )
        started = count_rows(work.session, started_since, LOOKED_AT).number
        not_yet = min(max(not_started - started, 0), approved)
        shown |= {"approved": not_yet, "in_force": approved - not_yet}
    return shown, counted_at


def _clocks(work: Work, first: date, today: date) -> Clocks:
    """Grouped along an index that holds all that is asked for."""
    columns = (
        EnforcementCase.formal_deletion,
        EnforcementCase.formal_deletion_due_on,
        EnforcementCase.formal_deletion_done_on,
    )
    query = (
        select(*columns, func.count())
        .where(
            EnforcementCase.court_id == work.actor.court_id,
            among(EnforcementCase.formal_deletion, "due", "done"),
            EnforcementCase.formal_deletion_due_on >= first,
            EnforcementCase.formal_deletion_due_on <= today + timedelta(days=14),
        )
        .group_by(*columns)
    )
    sums: Counter[str] = Counter()
    for state, due_on, done_on, number in work.session.execute(query):
        sums[_standing(state, due_on, done_on, today)] += number
    return Clocks(sums["met"], sums["late"], sums["running"])


def _standing(state: str | None, due_on: date | None, done_on: date | None, today: date) -> str:
    """The last day itself is in time."""
    assert due_on is not None
    end = done_on if state == "done" and done_on is not None else None
    if end is not None:
        return "met" if end <= due_on else "late"
    return "late" if today > due_on else "running"
