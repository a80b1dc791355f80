"""A window and a term know whether they hold any day at all."""

from datetime import date

import pytest

from gateway.jurisdictions.findings import NO_DAY, NO_LISTING, Term, Window


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (date(2026, 6, 1), False),
        (date(2026, 6, 2), True),
        (date(2026, 6, 4), True),
        (date(2026, 6, 5), False),
    ],
)
def test_a_window_holds_its_first_and_its_last_day(day: date, held: bool) -> None:
    assert Window(date(2026, 6, 2), date(2026, 6, 4)).holds(day) is held


@pytest.mark.parametrize(
    ("last_day", "empty"), [(date(2026, 6, 1), True), (date(2026, 6, 2), False), (date(2026, 6, 3), False)]
)
def test_a_window_is_empty_when_it_ends_before_it_begins(last_day: date, empty: bool) -> None:
    assert Window(date(2026, 6, 2), last_day).is_empty is empty


@pytest.mark.parametrize("day", [date.min, date(2026, 6, 1), date.max])
def test_no_day_holds_no_day(day: date) -> None:
    assert NO_DAY.is_empty
    assert not NO_DAY.holds(day)


def test_a_term_is_empty_when_it_ends_before_it_begins_and_never_when_it_is_open() -> None:
    assert not Term(date(2026, 6, 2), None).is_empty
    assert not Term(date(2026, 6, 2), date(2026, 6, 2)).is_empty
    assert Term(date(2026, 6, 2), date(2026, 6, 1)).is_empty
    assert NO_LISTING.is_empty
