"""Art. 10: the formal record goes three working days after the close, the term, or an early deletion."""

from datetime import date

import pytest

from gateway.jurisdictions.calendar import PrcCalendar
from gateway.jurisdictions.cn_spc_2017_7.deletion import formal_deletion
from gateway.jurisdictions.facts import Decision
from gateway.jurisdictions.findings import DeletionStatus, FormalDeletion
from tests.gateway.jurisdictions.factories import (
    Weekdays,
    a_decision,
    a_decision_with_term,
    an_early_deletion,
    an_extension,
)

PRC = PrcCalendar()
DUE, BEFORE_TERM, UNKNOWN = (
    DeletionStatus.DUE,
    DeletionStatus.NOT_DUE_BEFORE_TERM,
    DeletionStatus.NOT_COMPUTABLE,
)
OF_TERM = "法释〔2017〕7号 Art. 10 para. 2"
# 24 months from Wednesday 2024-06-05: through Friday 2026-06-05.
ENDS_ON_FRIDAY = a_decision_with_term(made_on=date(2024, 6, 5), served_on=date(2024, 6, 6))


@pytest.mark.parametrize("ground", [1, 2, 3, 4, 5, 6, 7])
def test_each_of_the_seven_grounds_gives_three_working_days_under_its_own_item(ground: int) -> None:
    found = formal_deletion(ground, [a_decision()], date(2026, 6, 4), PRC)
    assert found == FormalDeletion(DUE, date(2026, 6, 9), f"法释〔2017〕7号 Art. 10({ground})")


@pytest.mark.parametrize("ground", [0, 8, -1])
def test_a_ground_that_does_not_exist_delays_nothing(ground: int) -> None:
    found = formal_deletion(ground, [a_decision()], date(2026, 6, 4), PRC)
    assert found == FormalDeletion(DUE, date(2026, 6, 9), "法释〔2017〕7号 Art. 10")


@pytest.mark.parametrize(
    ("closed_on", "due_on"),
    [
        (date(2026, 6, 1), date(2026, 6, 4)),
        (date(2026, 2, 12), date(2026, 2, 24)),  # over the Spring Festival, one Saturday worked
        (date(2026, 9, 29), date(2026, 10, 9)),  # over National Day
        (date(2026, 6, 6), date(2026, 6, 10)),  # closed on a Saturday
    ],
)
def test_working_days_skip_holidays_and_count_swapped_weekends(closed_on: date, due_on: date) -> None:
    assert formal_deletion(1, [a_decision()], closed_on, PRC).due_on == due_on


@pytest.mark.parametrize("ground", [1, 2, 3, 4, 5, 6, 7])
@pytest.mark.parametrize(
    ("closed_on", "status"),
    [
        (date(2025, 1, 6), BEFORE_TERM),
        (date(2026, 6, 4), BEFORE_TERM),
        (date(2026, 6, 5), DUE),
        (date(2026, 6, 8), DUE),
    ],
)
def test_a_listing_with_a_term_stays_in_the_record_until_its_term_ends(
    ground: int, closed_on: date, status: DeletionStatus
) -> None:
    found = formal_deletion(ground, [ENDS_ON_FRIDAY], closed_on, PRC)
    assert found == FormalDeletion(status, date(2026, 6, 10), OF_TERM)


def test_a_term_that_ends_in_an_unknown_year_has_no_deletion_day_yet() -> None:
    found = formal_deletion(1, [a_decision_with_term()], date(2026, 6, 4), Weekdays(2026))
    assert found == FormalDeletion(BEFORE_TERM, None, OF_TERM)


def test_an_extension_postpones_the_deletion() -> None:
    extension = an_extension(made_on=date(2026, 5, 4), served_on=date(2026, 5, 6))
    found = formal_deletion(1, [ENDS_ON_FRIDAY, extension], date(2026, 6, 8), Weekdays(2026, 2027))
    # The longer term ends on Saturday 2027-06-05.
    assert found == FormalDeletion(BEFORE_TERM, date(2027, 6, 9), OF_TERM)


@pytest.mark.parametrize("closed_on", [date(2026, 5, 18), date(2026, 5, 20), date(2026, 5, 21)])
@pytest.mark.parametrize("initial", [a_decision_with_term(), a_decision()])
def test_after_an_early_deletion_its_own_day_counts(closed_on: date, initial: Decision) -> None:
    found = formal_deletion(1, [initial, an_early_deletion(made_on=date(2026, 5, 20))], closed_on, PRC)
    assert found == FormalDeletion(DUE, date(2026, 5, 25), OF_TERM)


def test_a_year_without_a_calendar_is_an_answer_and_not_an_error() -> None:
    known = Weekdays(2026)
    assert formal_deletion(1, [a_decision()], date(2026, 12, 28), known).due_on == date(2026, 12, 31)
    assert formal_deletion(1, [a_decision()], date(2026, 12, 29), known) == FormalDeletion(
        UNKNOWN, None, "法释〔2017〕7号 Art. 10(1)"
    )
    assert formal_deletion(1, [ENDS_ON_FRIDAY], date(2026, 6, 8), Weekdays()).status is UNKNOWN


@pytest.mark.parametrize(
    "decisions", [[], [a_decision(made_on=None)], [a_decision_with_term(term_months=None)]]
)
def test_papers_that_tell_no_term_postpone_nothing(decisions: list[Decision]) -> None:
    found = formal_deletion(1, decisions, date(2026, 6, 4), PRC)
    assert found == FormalDeletion(DUE, date(2026, 6, 9), "法释〔2017〕7号 Art. 10(1)")
