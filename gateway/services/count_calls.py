"""Calls of the last days, counted day by day: heard, skipped, connected, failed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import CTE, Select, case, column, exists, func, select, values
from sqlalchemy import Integer as WholeNumber

from gateway.jurisdictions.dates import end_of, start_of
from gateway.models import Call, CallEvent
from gateway.models.base import UtcTime
from gateway.services.permissions import Action
from gateway.services.work import Work

DAYS = 90


@dataclass(frozen=True, slots=True)
class CallsOfADay:
    """`heard`: the notice is proved to have been heard to its end; `skipped`: a key was pressed while it
    played; `connected` and `failed`: what became of the call. A call counts in each that is true of it."""

    day: date
    calls: int
    heard: int
    skipped: int
    connected: int
    failed: int


def count_calls(
    work: Work, line_id: str, notice_id: str | None = None, days: int = DAYS
) -> tuple[CallsOfADay, ...]:
    """Each of the last days of the court's zone, today last, of a line or only of one of its notices.

    One statement, of one range of the index by line and time for each day.
    """
    work.actor.must(Action.READ)
    today, zone = work.today(), ZoneInfo(work.court().zone)
    wanted = [today - timedelta(days=days - 1 - number) for number in range(days)]
    spans = [(number, start_of(day, zone), end_of(day, zone)) for number, day in enumerate(wanted)]
    rows = work.session.execute(_statement(work.actor.court, line_id, notice_id, spans))
    counts = {number: counted for number, *counted in rows}
    return tuple(CallsOfADay(day, *counts.get(number, (0, 0, 0, 0, 0))) for number, day in enumerate(wanted))


def _statement(
    court_id: str, line_id: str, notice_id: str | None, spans: list[tuple[int, datetime, datetime]]
) -> Select[*tuple[int, ...]]:
    day = _days(spans)
    pressed = exists().where(
        CallEvent.connection_id == Call.connection_id,
        CallEvent.carrier_call_id == Call.carrier_call_id,
        CallEvent.kind == "keys",
    )
    played = Call.decision == "played"
    query = (
        select(
            day.c.number,
            func.count(),
            func.sum(case((played & (Call.heard_ms >= Call.played_ms), 1), else_=0)),
            func.sum(case((played & pressed, 1), else_=0)),
            func.sum(case((Call.outcome == "connected", 1), else_=0)),
            func.sum(case((Call.outcome == "failed", 1), else_=0)),
        )
        .join(Call, (Call.received_at >= day.c.begins) & (Call.received_at < day.c.ends))
        .where(Call.line_id == line_id, Call.court_id == court_id)
        .group_by(day.c.number)
    )
    return query if notice_id is None else query.where(Call.notice_id == notice_id)


def _days(spans: list[tuple[int, datetime, datetime]]) -> CTE:
    columns = column("number", WholeNumber), column("begins", UtcTime()), column("ends", UtcTime())
    return values(*columns, name="day").data(spans).cte("day")
