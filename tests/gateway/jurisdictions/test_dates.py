"""Days and months are added without surprise at the ends of months, of the calendar and of a court day."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.jurisdictions.dates import add_days, add_months, day_of, end_of, start_of

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 3, 15), 1, date(2026, 4, 15)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 1, 30), 1, date(2024, 2, 29)),
        (date(2024, 1, 29), 1, date(2024, 2, 29)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 2, 28), 1, date(2026, 3, 28)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 3, 15), 0, date(2026, 3, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(9999, 12, 31), 1, date(9999, 12, 31)),
        (date(9998, 12, 31), 12, date(9999, 12, 31)),
        (date(9999, 1, 5), 1, date(9999, 2, 5)),
        (date(1, 1, 1), -1, date(1, 1, 1)),
        (date(1, 3, 5), -1, date(1, 2, 5)),
    ],
)
def test_a_month_later_is_the_corresponding_day_or_the_last_of_its_month(
    day: date, months: int, expected: date
) -> None:
    assert add_months(day, months) == expected


@given(st.dates(), st.integers(-(10**6), 10**6))
def test_months_are_added_to_any_day_without_an_error(day: date, months: int) -> None:
    later = add_months(day, months)
    assert later >= day if months >= 0 else later <= day


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [
        (date(2026, 2, 28), 1, date(2026, 3, 1)),
        (date(2026, 3, 1), -1, date(2026, 2, 28)),
        (date(9999, 12, 31), 1, date(9999, 12, 31)),
        (date(1, 1, 1), -1, date(1, 1, 1)),
    ],
)
def test_days_are_added_within_the_range_of_a_date(day: date, days: int, expected: date) -> None:
    assert add_days(day, days) == expected


def test_a_courts_day_lasts_from_midnight_to_midnight_in_shanghai() -> None:
    assert start_of(date(2026, 6, 1), SHANGHAI) == datetime(2026, 5, 31, 16, 0, tzinfo=UTC)
    assert end_of(date(2026, 6, 1), SHANGHAI) == datetime(2026, 6, 1, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2026, 5, 31, 15, 59, 59, tzinfo=UTC), date(2026, 5, 31)),
        (datetime(2026, 5, 31, 16, 0, tzinfo=UTC), date(2026, 6, 1)),
        (datetime(2026, 6, 1, 15, 59, 59, tzinfo=UTC), date(2026, 6, 1)),
        (datetime(2026, 6, 1, 16, 0, tzinfo=UTC), date(2026, 6, 2)),
        (datetime(2026, 6, 1, 0, 0, tzinfo=timezone(timedelta(hours=8))), date(2026, 6, 1)),
        (datetime(9999, 12, 31, 23, 0, tzinfo=UTC), date(9999, 12, 31)),
    ],
)
def test_the_day_of_an_instant_is_the_courts_day(instant: datetime, expected: date) -> None:
    assert day_of(instant, SHANGHAI) == expected


def test_a_day_of_twenty_three_hours_ends_where_the_next_begins() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert start_of(date(2026, 3, 29), berlin) == datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    assert end_of(date(2026, 3, 29), berlin) == datetime(2026, 3, 29, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize("zone", [SHANGHAI, ZoneInfo("America/New_York")])
def test_the_first_and_the_last_day_there_are_have_a_start_and_an_end(zone: ZoneInfo) -> None:
    assert start_of(date.min, zone) < end_of(date.min, zone)
    assert start_of(date.max, zone) < end_of(date.max, zone)
