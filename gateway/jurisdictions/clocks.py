"""Legal clocks: what may be counted, in which unit, and the day on which it runs out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from gateway.jurisdictions.calendar import CalendarUnknown, WorkingCalendar
from gateway.jurisdictions.dates import add_days
from gateway.jurisdictions.findings import Due, DueStatus
from gateway.jurisdictions.provision import Provision


class ObjectionClock(StrEnum):
    """What is counted. The first four are the kinds of objection, counted from the day it was made."""

    CORRECTION = "correction"
    REMOVAL = "removal"
    WRONG_PERSON = "wrong_person"
    WRONG_NUMBER = "wrong_number"
    WRONGLY_LISTED = "wrongly_listed"
    INACCURATE = "inaccurate"
    UPHELD = "upheld"
    RECONSIDERATION_REQUEST = "reconsideration_request"
    RECONSIDERATION_DECISION = "reconsideration_decision"


class Unit(StrEnum):
    """Calendar days run out on a working day, moved to the next one; working days are counted as such."""

    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class ClockRow:
    """How long a clock runs from its event, whose own day is not counted, and which provision says so."""

    days: int
    unit: Unit
    provision: Provision


def clock_due(row: ClockRow, event_on: date, calendar: WorkingCalendar) -> Due:
    """The last day of a clock whose event happened on the court's day `event_on`.

    A year that the calendar does not know gives a `Due` that is not computable, never an error.
    """
    try:
        due_on = _COUNT[row.unit](event_on, row.days, calendar)
    except CalendarUnknown:
        return Due(DueStatus.NOT_COMPUTABLE, None, row.provision.article)
    return Due(DueStatus.COMPUTED, due_on, row.provision.article)


def _calendar_days(event_on: date, days: int, calendar: WorkingCalendar) -> date:
    return calendar.move_to_working_day(add_days(event_on, days))


def _working_days(event_on: date, days: int, calendar: WorkingCalendar) -> date:
    return calendar.add_working_days(event_on, days)


_COUNT: Mapping[Unit, Callable[[date, int, WorkingCalendar], date]] = MappingProxyType(
    {Unit.CALENDAR_DAYS: _calendar_days, Unit.WORKING_DAYS: _working_days}
)
