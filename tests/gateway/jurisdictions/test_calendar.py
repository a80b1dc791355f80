"""Working days of the People's Republic, with the weekends that are worked in exchange for holidays."""

from datetime import date, timedelta
from types import MappingProxyType

import pytest

from gateway.jurisdictions.calendar import CalendarUnknown, PrcCalendar
from tests.gateway.jurisdictions.factories import Weekdays

PRC = PrcCalendar()


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 6, 1), True),  # an ordinary Monday
        (date(2026, 6, 6), False),  # an ordinary Saturday
        (date(2026, 6, 7), False),  # an ordinary Sunday
        (date(2026, 1, 1), False),  # New Year, a Thursday
        (date(2026, 1, 4), True),  # a Sunday worked for it
        (date(2026, 2, 14), True),  # a Saturday worked for the Spring Festival
        (date(2026, 2, 16), False),  # Monday of the Spring Festival
        (date(2026, 2, 23), False),  # its last day
        (date(2026, 2, 24), True),  # the day after
        (date(2026, 9, 30), True),  # the day before National Day
        (date(2026, 10, 7), False),  # the last day of National Day
        (date(2026, 10, 8), True),  # the day after
        (date(2026, 10, 10), True),  # a Saturday worked for it
        (date(2026, 12, 31), True),  # the last day that is known
    ],
)
def test_a_day_is_worked_as_the_state_council_arranged(day: date, worked: bool) -> None:
    assert PRC.is_working_day(day) is worked


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 6, 1), 3, date(2026, 6, 4)),  # Monday: Tuesday, Wednesday, Thursday
        (date(2026, 6, 4), 3, date(2026, 6, 9)),  # Thursday: Friday, Monday, Tuesday
        (date(2026, 6, 5), 1, date(2026, 6, 8)),  # Friday: Monday
        (date(2026, 6, 6), 1, date(2026, 6, 8)),  # Saturday: Monday
        (date(2026, 2, 12), 3, date(2026, 2, 24)),  # Friday, the worked Saturday, and after nine days off
        (date(2026, 9, 29), 3, date(2026, 10, 9)),  # 30 September, 8 and 9 October
        (date(2026, 10, 9), 1, date(2026, 10, 10)),  # the worked Saturday
        (date(2026, 12, 28), 3, date(2026, 12, 31)),  # the last that is known
    ],
)
def test_working_days_are_counted_from_the_day_after(start: date, days: int, expected: date) -> None:
    assert PRC.add_working_days(start, days) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 6, 5), date(2026, 6, 5)),
        (date(2026, 6, 6), date(2026, 6, 8)),
        (date(2026, 2, 14), date(2026, 2, 14)),
        (date(2026, 2, 15), date(2026, 2, 24)),
    ],
)
def test_a_last_day_on_a_holiday_moves_to_the_next_working_day(day: date, expected: date) -> None:
    assert PRC.move_to_working_day(day) == expected


def test_less_than_one_working_day_cannot_be_counted() -> None:
    with pytest.raises(ValueError, match="at least one"):
        PRC.add_working_days(date(2026, 6, 1), 0)


@pytest.mark.parametrize("day", [date(2003, 12, 31), date(2500, 1, 2), date.min, date.max])
def test_a_year_that_nobody_arranged_is_refused(day: date) -> None:
    with pytest.raises(CalendarUnknown) as refused:
        PRC.is_working_day(day)
    assert refused.value.year == day.year
    assert str(day.year) in str(refused.value)


def test_a_count_that_runs_into_an_unknown_year_is_refused() -> None:
    calendar = Weekdays(2026)
    assert calendar.add_working_days(date(2026, 12, 30), 1) == date(2026, 12, 31)
    with pytest.raises(CalendarUnknown) as refused:
        calendar.add_working_days(date(2026, 12, 30), 2)
    assert refused.value.year == 2027


def test_the_first_and_last_arranged_years_are_known_and_their_neighbours_are_not() -> None:
    assert (PRC.knows(2003), PRC.knows(2004), PRC.knows(2026), PRC.knows(2500)) == (False, True, True, False)
    assert {2004, 2026} <= PRC.known_years
    assert not {2003, 2500} & PRC.known_years


def test_what_is_called_known_can_be_told_and_the_year_after_cannot() -> None:
    for year in PRC.known_years:
        assert PRC.is_working_day(date(year, 12, 31)) in (True, False)
    with pytest.raises(CalendarUnknown):
        PRC.is_working_day(date(max(PRC.known_years) + 1, 1, 4))


def test_the_courts_own_table_wins_over_the_library_day_by_day() -> None:
    court = PrcCalendar(MappingProxyType({date(2026, 6, 1): False, date(2026, 6, 6): True}))
    assert not court.is_working_day(date(2026, 6, 1))
    assert court.is_working_day(date(2026, 6, 6))
    assert court.is_working_day(date(2026, 6, 2))
    assert court.add_working_days(date(2026, 6, 5), 1) == date(2026, 6, 6)


def test_a_day_of_an_unknown_year_that_the_court_entered_is_told() -> None:
    court = PrcCalendar({date(2500, 1, 4): True})
    assert court.is_working_day(date(2500, 1, 4))
    with pytest.raises(CalendarUnknown):
        court.is_working_day(date(2500, 1, 5))


def test_a_year_is_known_once_the_court_entered_all_of_it() -> None:
    days = {date(2500, 1, 1) + timedelta(days=n): n % 7 < 5 for n in range(365)}
    assert PrcCalendar(days).knows(2500)
    assert 2500 in PrcCalendar(days).known_years
    for missing in (date(2500, 1, 1), date(2500, 7, 1), date(2500, 12, 31)):
        gappy = PrcCalendar({day: worked for day, worked in days.items() if day != missing})
        assert not gappy.knows(2500)
        assert 2500 not in gappy.known_years


def test_counting_stops_where_the_calendar_of_the_world_does() -> None:
    court = PrcCalendar({date.max: False})
    with pytest.raises(CalendarUnknown) as refused:
        court.move_to_working_day(date.max)
    assert refused.value.year == 10_000
