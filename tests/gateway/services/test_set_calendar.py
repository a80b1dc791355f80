"""A court's working days: entered one by one or a year at once, and counted from then on."""

from datetime import date

import pytest

from gateway.models import CourtCalendarDay
from gateway.services.calendar import calendar_of
from gateway.services.refusals import NotAllowed, NotFound, NotValid
from gateway.services.set_calendar import DayShown, read_calendar, set_calendar_day, set_calendar_year
from tests.factories import Gateway
from tests.gateway.records import rows

NEW_YEAR = [date(2031, 1, day) for day in (1, 2, 3)]
IN_EXCHANGE = [date(2031, 1, 4)]
SATURDAY = date(2026, 1, 10)


def test_a_day_that_the_court_enters_wins_over_the_published_calendar(gateway: Gateway) -> None:
    with gateway.work("administrator") as work:
        set_calendar_day(work, gateway.court_a, SATURDAY, True)
    with gateway.work("clerk") as work:
        assert calendar_of(work).is_working_day(SATURDAY) is True
    with gateway.work("b_clerk") as work:
        assert calendar_of(work).is_working_day(SATURDAY) is False, "each court has its own"
    with gateway.work("operator") as work:
        set_calendar_day(work, gateway.court_a, SATURDAY, None)
    with gateway.work("clerk") as work:
        assert calendar_of(work).is_working_day(SATURDAY) is False
    assert rows(gateway, CourtCalendarDay) == 0


def test_a_year_is_entered_as_it_was_announced(gateway: Gateway) -> None:
    with gateway.work("clerk") as work:
        assert not calendar_of(work).knows(2031)
    for _ in range(2):
        with gateway.work("administrator") as work:
            set_calendar_year(work, gateway.court_a, 2031, NEW_YEAR, IN_EXCHANGE)
    with gateway.work("clerk") as work:
        calendar = calendar_of(work)
        assert calendar.knows(2031)
        worked = [day for day in range(1, 13) if calendar.is_working_day(date(2031, 1, day))]
    assert worked == [4, 6, 7, 8, 9, 10]
    assert rows(gateway, CourtCalendarDay) == 365


def test_a_year_is_read_day_by_day(gateway: Gateway) -> None:
    with gateway.work("administrator") as work:
        set_calendar_day(work, gateway.court_a, date(2031, 12, 31), False)
    with gateway.work("auditor") as work:
        unknown, published = (
            read_calendar(work, gateway.court_a, 2031),
            read_calendar(work, gateway.court_a, 2026),
        )
    assert (len(unknown), len(published)) == (365, 365)
    assert unknown[0] == DayShown(date(2031, 1, 1), None, False)
    assert unknown[-1] == DayShown(date(2031, 12, 31), False, True)
    assert published[0] == DayShown(date(2026, 1, 1), False, False)


def test_a_year_that_contradicts_itself_is_refused(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    saturday, friday, holiday = date(2031, 1, 4), date(2031, 1, 3), date(2031, 10, 1)
    wrong = (
        (1999, (date(1999, 10, 1),), (), ["year: year"]),
        (2100, (date(2100, 10, 1),), (), ["year: year"]),
        (2031, (), (), ["closed: no-holiday"]),
        (2031, (saturday,), (), ["closed: no-holiday"]),
        (2031, (date(2030, 1, 1), holiday), (), ["closed: other-year"]),
        (2031, (holiday,), (friday,), ["worked: not-a-weekend"]),
        (2031, (holiday, saturday), (saturday,), ["worked: both"]),
    )
    for year, closed, worked, told in wrong:
        with pytest.raises(NotValid) as refused, gateway.work("administrator") as work:
            set_calendar_year(work, gateway.court_a, year, closed, worked)
        assert str(refused.value).split("; ") == told
    with pytest.raises(NotValid), gateway.work("administrator") as work:
        set_calendar_day(work, gateway.court_a, date(1999, 12, 31), True)
    with pytest.raises(NotValid), gateway.work("administrator") as work:
        read_calendar(work, gateway.court_a, 2100)


def test_only_administrators_and_operators_set_it_and_each_his_own(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    for who in ("clerk", "judge", "auditor"):
        with pytest.raises(NotAllowed), gateway.work(who) as work:
            set_calendar_day(work, gateway.court_a, SATURDAY, True)
    for wrong in (gateway.court_b, "0" * 26):
        with pytest.raises(NotFound), gateway.work("administrator") as work:
            set_calendar_year(work, wrong, 2031, NEW_YEAR, IN_EXCHANGE)
        with pytest.raises(NotFound), gateway.work("administrator") as work:
            read_calendar(work, wrong, 2031)
