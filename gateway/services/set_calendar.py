"""A court's own working days: single days, or a whole year as the State Council announced it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, insert, select

from gateway.jurisdictions.calendar import CalendarUnknown
from gateway.models import Court, CourtCalendarDay
from gateway.services.audit import Chain
from gateway.services.calendar import calendar_of_court
from gateway.services.find_court import find_court, see_court
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.work import Work

EARLIEST, LATEST = 2000, 2099


@dataclass(frozen=True, slots=True)
class DayShown:
    """A day of the calendar: worked or not, None where nobody knows; `own` where the court entered it."""

    day: date
    working: bool | None
    own: bool


def read_calendar(work: Work, court_id: str, year: int) -> tuple[DayShown, ...]:
    """Every day of a year as the court counts it."""
    work.actor.must(Action.READ_COURT)
    court = see_court(work, court_id)
    fields = Fields()
    _check_year(fields, "year", year)
    fields.done()
    calendar = calendar_of_court(work, court.id)

    def shown(day: date) -> DayShown:
        try:
            return DayShown(day, calendar.is_working_day(day), day in calendar.days)
        except CalendarUnknown:
            return DayShown(day, None, False)

    return tuple(shown(day) for day in _days_of(year))


def set_calendar_day(work: Work, court_id: str, day: date, working: bool | None) -> Court:
    """Say that the court works on a day, or does not; None: the published calendar again."""
    work.actor.must(Action.SET_CALENDAR)
    court = find_court(work, court_id)
    fields = Fields()
    _check_year(fields, "day", day.year)
    fields.done()
    _write(work, court, {day: working})
    return court


def set_calendar_year(
    work: Work, court_id: str, year: int, closed: Iterable[date], worked: Iterable[date]
) -> Court:
    """Enter a whole year: Monday to Friday is worked, but for `closed`; `worked` are weekends worked."""
    work.actor.must(Action.SET_CALENDAR)
    court = find_court(work, court_id)
    off, on = frozenset(closed), frozenset(worked)
    _check_announced(year, off, on)
    _write(work, court, {day: (day.weekday() < 5 and day not in off) or day in on for day in _days_of(year)})
    return court


def _check_announced(year: int, closed: frozenset[date], worked: frozenset[date]) -> None:
    fields = Fields()
    _check_year(fields, "year", year)
    for field, days in (("closed", closed), ("worked", worked)):
        if any(day.year != year for day in days):
            fields.add(field, "other-year", f"Enter days of {year} only.", f"只能填写{year}年的日期。")
    if not any(day.weekday() < 5 for day in closed):
        fields.add(
            "closed",
            "no-holiday",
            "Enter the public holidays: every year has some that fall on a weekday.",
            "请填写放假日期：每年都有落在工作日的法定节假日。",
        )
    if any(day.weekday() < 5 for day in worked):
        fields.add(
            "worked",
            "not-a-weekend",
            "Only a Saturday or Sunday is worked in exchange.",
            "调休上班日只能是星期六或星期日。",
        )
    if closed & worked:
        fields.add("worked", "both", "A day is either closed or worked.", "同一天不能既放假又上班。")
    fields.done()


def _check_year(fields: Fields, field: str, year: int) -> None:
    if not EARLIEST <= year <= LATEST:
        fields.add(
            field,
            "year",
            f"Enter a year from {EARLIEST} to {LATEST}.",
            f"请填写{EARLIEST}年至{LATEST}年之间的年份。",
        )


def _write(work: Work, court: Court, days: dict[date, bool | None]) -> None:
    """Replace these days; one entry names the first and the last of them and digests what was entered."""
    texts = [day.isoformat() for day in days]
    query = select(CourtCalendarDay.day, CourtCalendarDay.working).where(
        CourtCalendarDay.court_id == court.id, CourtCalendarDay.day.between(min(texts), max(texts))
    )
    present = {row.day: row.working for row in work.session.execute(query)}
    if all(present.get(day.isoformat()) is working for day, working in days.items()):
        return
    work.session.execute(
        delete(CourtCalendarDay).where(
            CourtCalendarDay.court_id == court.id, CourtCalendarDay.day.between(min(texts), max(texts))
        )
    )
    kept = [
        {"court_id": court.id, "day": day.isoformat(), "working": working}
        for day, working in days.items()
        if working is not None
    ]
    if kept:
        work.session.execute(insert(CourtCalendarDay), kept)
    court.version += 1
    span = f"{min(texts)}/{max(texts)}" if len(texts) > 1 else texts[0]
    told = {"days": " ".join(f"{day.isoformat()}={working}" for day, working in days.items())}
    work.enter(Chain(court.id), "calendar_set", "court_calendar_day", span, told)


def _days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)
