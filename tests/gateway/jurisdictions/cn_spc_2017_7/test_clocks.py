"""Art. 9-12: objections are decided, and what follows is done, within clocks counted from the next day."""

from datetime import date

import pytest

from gateway.jurisdictions.calendar import PrcCalendar
from gateway.jurisdictions.clocks import ObjectionClock
from gateway.jurisdictions.cn_spc_2017_7.clocks import (
    OBJECTION_CLOCKS,
    clock_due,
    correction_due,
    creditor_may_ask_again_on,
    reconsideration_due,
)
from gateway.jurisdictions.findings import Due, DueStatus
from tests.gateway.jurisdictions.factories import Weekdays

PRC = PrcCalendar()
Clock = ObjectionClock
ART = "法释〔2017〕7号 Art. "


@pytest.mark.parametrize(
    ("clock", "event_on", "due_on", "article"),
    [
        # Fifteen calendar days; the last moves off a weekend.
        (Clock.CORRECTION, date(2026, 6, 2), date(2026, 6, 17), f"{ART}12"),
        (Clock.CORRECTION, date(2026, 5, 29), date(2026, 6, 15), f"{ART}12"),  # Saturday 13 June
        (Clock.CORRECTION, date(2026, 9, 16), date(2026, 10, 8), f"{ART}12"),  # 1 October, National Day
        (Clock.CORRECTION, date(2026, 1, 30), date(2026, 2, 14), f"{ART}12"),  # a Saturday that is worked
        (Clock.CORRECTION, date(2026, 1, 31), date(2026, 2, 24), f"{ART}12"),  # the Sunday after it is not
        (Clock.REMOVAL, date(2026, 6, 2), date(2026, 6, 17), f"{ART}11(3), Art. 12"),
        # Three working days.
        (Clock.WRONG_PERSON, date(2026, 6, 4), date(2026, 6, 9), f"{ART}9"),
        (Clock.WRONG_NUMBER, date(2026, 6, 4), date(2026, 6, 9), f"{ART}9"),
        (Clock.WRONGLY_LISTED, date(2026, 6, 1), date(2026, 6, 4), f"{ART}9"),
        (Clock.INACCURATE, date(2026, 2, 12), date(2026, 2, 24), f"{ART}9"),
        (Clock.UPHELD, date(2026, 9, 29), date(2026, 10, 9), f"{ART}12"),
        # Ten days to ask the higher court, fifteen for its answer.
        (Clock.RECONSIDERATION_REQUEST, date(2026, 6, 1), date(2026, 6, 11), f"{ART}12"),
        (Clock.RECONSIDERATION_REQUEST, date(2026, 6, 3), date(2026, 6, 15), f"{ART}12"),  # Saturday 13 June
        (Clock.RECONSIDERATION_DECISION, date(2026, 6, 2), date(2026, 6, 17), f"{ART}12"),
    ],
)
def test_a_clock_runs_out_on_its_day(clock: Clock, event_on: date, due_on: date, article: str) -> None:
    assert clock_due(clock, event_on, PRC) == Due(DueStatus.COMPUTED, due_on, article)


def test_the_named_clocks_are_those_of_a_correction_and_of_a_request_to_the_higher_court() -> None:
    assert correction_due(date(2026, 6, 2), PRC).due_on == date(2026, 6, 17)
    assert reconsideration_due(date(2026, 6, 1), PRC).due_on == date(2026, 6, 11)


@pytest.mark.parametrize("clock", list(Clock))
def test_a_year_without_a_calendar_is_an_answer_and_not_an_error(clock: Clock) -> None:
    found = clock_due(clock, date(2026, 12, 30), Weekdays(2026))
    assert (found.status, found.due_on) == (DueStatus.NOT_COMPUTABLE, None)
    assert found.article.startswith(ART)
    assert clock_due(clock, date(2026, 12, 30), Weekdays(2026, 2027)).status is DueStatus.COMPUTED


def test_the_last_known_day_is_still_computed() -> None:
    known = Weekdays(2026)
    assert correction_due(date(2026, 12, 16), known).due_on == date(2026, 12, 31)
    assert correction_due(date(2026, 12, 17), known).due_on is None
    assert clock_due(Clock.UPHELD, date(2026, 12, 28), known).due_on == date(2026, 12, 31)
    assert clock_due(Clock.UPHELD, date(2026, 12, 29), known).due_on is None


def test_every_clock_has_a_row() -> None:
    assert set(OBJECTION_CLOCKS) == set(Clock)


@pytest.mark.parametrize(
    ("deleted_on", "asks_on"),
    [
        (date(2026, 6, 1), date(2026, 12, 2)),
        (date(2026, 8, 31), date(2027, 3, 1)),
        (date(2027, 8, 31), date(2028, 3, 1)),
    ],
)
def test_a_creditor_who_had_a_debtor_deleted_waits_six_months(deleted_on: date, asks_on: date) -> None:
    assert creditor_may_ask_again_on(deleted_on) == asks_on
