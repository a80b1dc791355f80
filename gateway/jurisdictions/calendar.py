"""Working days: a calendar that answers for the years it knows and refuses all others."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

import chinese_calendar
from chinese_calendar.constants import holidays

_PUBLISHED_YEARS = frozenset(range(min(holidays).year, max(holidays).year + 1))


class CalendarUnknown(LookupError):
    """Nobody has said yet which days of that year are worked."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the working calendar does not know the year {year}")
        self.year = year


class WorkingCalendar(Protocol):
    """Which days a court works; a new calendar says only `is_working_day` and `knows`."""

    @abstractmethod
    def is_working_day(self, day: date) -> bool:
        """Whether the court works on that day. Raises CalendarUnknown for a day it cannot tell about."""

    @abstractmethod
    def knows(self, year: int) -> bool:
        """Whether every day of that year can be told."""

    def add_working_days(self, start: date, days: int) -> date:
        """The last of that many working days after `start`, which itself is not counted.

        `days` is 1 or more, else ValueError. Raises CalendarUnknown when the count runs into an unknown day.
        """
        if days < 1:
            raise ValueError("count at least one working day")
        day = start
        for _ in range(days):
            day = self.move_to_working_day(_next(day))
        return day

    def move_to_working_day(self, day: date) -> date:
        """The day itself when it is worked, else the first worked day after it. Raises CalendarUnknown."""
        while not self.is_working_day(day):
            day = _next(day)
        return day


@dataclass(frozen=True, slots=True)
class PrcCalendar(WorkingCalendar):
    """The calendar of the People's Republic: statutory holidays, and the weekends worked in exchange.

    The State Council publishes a year's arrangement in the November before; the years that the kept library
    has are known. `days` is the court's own table (True: worked): it wins over the library, day by day, and a
    year which it holds whole is known too.
    """

    days: Mapping[date, bool] = field(default_factory=lambda: MappingProxyType({}))

    def __reduce__(self) -> tuple[type["PrcCalendar"], tuple[dict[date, bool]]]:
        """For another process: a view of a mapping cannot go there."""
        return PrcCalendar, (dict(self.days),)

    def is_working_day(self, day: date) -> bool:
        told = self.days.get(day)
        if told is not None:
            return told
        if day.year not in _PUBLISHED_YEARS:
            raise CalendarUnknown(day.year)
        return _is_published_as_worked(day)

    def knows(self, year: int) -> bool:
        return year in _PUBLISHED_YEARS or self._holds_whole(year)

    @property
    def known_years(self) -> frozenset[int]:
        """Every year for which `knows` says yes."""
        return _PUBLISHED_YEARS | {
            year for year in {day.year for day in self.days} if self._holds_whole(year)
        }

    def _holds_whole(self, year: int) -> bool:
        return any(day.year == year for day in self.days) and all(day in self.days for day in _days_of(year))


@lru_cache(maxsize=4096)
def _is_published_as_worked(day: date) -> bool:
    """What the library says, which looks through all of its years each time it is asked."""
    return bool(chinese_calendar.is_workday(day))


def _days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1)]


def _next(day: date) -> date:
    if day == date.max:
        raise CalendarUnknown(date.max.year + 1)
    return day + timedelta(days=1)
