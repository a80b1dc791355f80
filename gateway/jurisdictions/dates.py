"""Arithmetic on days: always an answer, held inside the range that a date can have.

`datetime.date` ends with the year 9999: a sum beyond it is the last day there is, one before the year 1 the
first.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def add_days(day: date, days: int) -> date:
    """The day that many days later, or earlier for a negative number."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def add_months(day: date, months: int) -> date:
    """The corresponding day that many months later; where that month has none, its last day.

    31 January and one month give 28 or 29 February. Source: Civil Code (民法典) Art. 202. Clamping never
    moves a day into the following month, so what ends on it ends sooner rather than later.
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    if year < date.min.year:
        return date.min
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """00:00 of a court's day, as an aware UTC datetime."""
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """24:00 of a court's day, the first instant after it, as an aware UTC datetime."""
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return start_of(add_days(day, 1), zone)


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The court's day in which an aware instant lies."""
    try:
        return instant.astimezone(zone).date()
    except OverflowError:
        return instant.date()
