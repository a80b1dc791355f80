"""What must hold when a notice is submitted or approved, row by row, on both sides of each boundary."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from gateway.jurisdictions.cn_spc_2017_7.checks import ACTIVATION, ENROLMENT, check_activation, check_review
from gateway.jurisdictions.facts import Debtor, DebtorKind, Declaration, NoticeDates, ServiceMethod
from tests.gateway.jurisdictions.factories import (
    CALENDAR,
    NO_BARS,
    PERSON,
    REVIEWED,
    TODAY,
    Weekdays,
    a_decision,
    a_decision_with_term,
    an_early_deletion,
    an_extension,
)

PUBLIC = {"service_method": ServiceMethod.PUBLIC_NOTICE}
OPEN = NoticeDates()


@dataclass(frozen=True)
class Row:
    """One rule, with decisions and dates that only it refuses, and their neighbours that pass."""

    rule: str
    path: str
    article: str
    refused: list[tuple[Any, NoticeDates]]
    passing: list[tuple[Any, NoticeDates]]


ROWS = [
    Row(
        "signature-required",
        "decision.signed_by",
        "Art. 5",
        [(a_decision(signed_by=None), REVIEWED), (a_decision(signed_by=" "), REVIEWED)],
        [(a_decision(signed_by="Court President A"), REVIEWED)],
    ),
    Row(
        "service-date-required",
        "decision.served_on",
        "Art. 5",
        [(a_decision(served_on=None), REVIEWED)],
        [(a_decision(served_on=date(2026, 6, 1)), REVIEWED)],
    ),
    Row(
        "service-method-required",
        "decision.service_method",
        "Art. 5",
        [(a_decision(service_method=None), REVIEWED)],
        [(a_decision(service_method=method), REVIEWED) for method in ServiceMethod],
    ),
    Row(
        "public-notice-not-complete",
        "decision.served_on",
        "Art. 95",
        # Published on 3 May: the 30th day is 2 June, a day after today.
        [(a_decision(served_on=date(2026, 5, 3), **PUBLIC), REVIEWED)],
        [
            (a_decision(served_on=date(2026, 5, 2), **PUBLIC), REVIEWED),
            (a_decision(served_on=date(2026, 5, 3)), REVIEWED),
        ],
    ),
    Row(
        "warning-required",
        "decision.warned_on",
        "Art. 5",
        [(a_decision(warned_on=None), REVIEWED)],
        [(a_decision(warned_on=date(2026, 2, 20)), REVIEWED)],
    ),
    Row(
        "warning-too-late",
        "decision.warned_on",
        "court policy",
        [
            (a_decision(warned_on=date(2026, 5, 30)), REVIEWED),
            (a_decision(warned_on=date(2026, 6, 1)), REVIEWED),
            (a_decision(warned_on=date(2026, 6, 1)), replace(REVIEWED, starts_on=date(2026, 6, 3))),
        ],
        [
            (a_decision(warned_on=date(2026, 5, 29)), REVIEWED),
            (a_decision(warned_on=date(2026, 6, 1)), replace(REVIEWED, starts_on=date(2026, 6, 4))),
        ],
    ),
    Row(
        "listing-is-over",
        "decision.term_months",
        "Art. 2",
        [(a_decision_with_term(made_on=date(2024, 5, 31), served_on=date(2024, 6, 3)), OPEN)],
        [(a_decision_with_term(made_on=date(2024, 6, 1), served_on=date(2024, 6, 3)), OPEN)],
    ),
    Row(
        "starts-after-term",
        "starts_on",
        "Art. 2",
        [(a_decision_with_term(made_on=date(2024, 6, 1)), NoticeDates(starts_on=date(2026, 6, 2)))],
        [(a_decision_with_term(made_on=date(2024, 6, 1)), NoticeDates(starts_on=date(2026, 6, 1)))],
    ),
    Row(
        "ends-after-term",
        "ends_on",
        "Art. 2",
        [(a_decision_with_term(), NoticeDates(ends_on=date(2028, 3, 3)))],
        [(a_decision_with_term(), NoticeDates(ends_on=date(2028, 3, 2)))],
    ),
    Row(
        "ends-before-start",
        "ends_on",
        "court policy",
        [
            (a_decision_with_term(), NoticeDates(ends_on=date(2026, 5, 31))),
            (a_decision_with_term(grace_until=date(2026, 6, 2)), NoticeDates(ends_on=date(2026, 6, 2))),
        ],
        [
            (a_decision_with_term(), NoticeDates(ends_on=date(2026, 6, 1))),
            (a_decision_with_term(grace_until=date(2026, 6, 2)), NoticeDates(ends_on=date(2026, 6, 3))),
        ],
    ),
    Row(
        "review-required",
        "review_on",
        "court policy",
        [(a_decision(), OPEN), (a_decision(), NoticeDates(ends_on=date(2026, 9, 1)))],
        [(a_decision(), REVIEWED), (a_decision_with_term(), OPEN)],
    ),
    Row(
        "review-too-far",
        "review_on",
        "court policy",
        [(a_decision(), NoticeDates(review_on=date(2026, 12, 2)))],
        [
            (a_decision(), NoticeDates(review_on=date(2026, 12, 1))),
            (a_decision_with_term(), NoticeDates(review_on=date(2026, 12, 2))),
        ],
    ),
    Row(
        "review-before-start",
        "review_on",
        "court policy",
        [
            (a_decision(), NoticeDates(review_on=date(2026, 5, 31))),
            (a_decision(), NoticeDates(starts_on=date(2026, 7, 2), review_on=date(2026, 7, 1))),
        ],
        [
            (a_decision(), NoticeDates(review_on=date(2026, 6, 1))),
            (a_decision(), NoticeDates(starts_on=date(2026, 7, 1), review_on=date(2026, 7, 1))),
        ],
    ),
    Row(
        "calendar-start-year-unknown",
        "starts_on",
        "法释〔2017〕7号",
        [(a_decision_with_term(), NoticeDates(starts_on=date(2027, 1, 1)))],
        [(a_decision_with_term(), NoticeDates(starts_on=date(2026, 12, 31)))],
    ),
]

REFUSED = [(row, decision, notice) for row in ROWS for decision, notice in row.refused]
PASSING = [(row, decision, notice) for row in ROWS for decision, notice in row.passing]


@pytest.mark.parametrize(("row", "decision", "notice"), REFUSED, ids=lambda v: getattr(v, "rule", ""))
def test_a_notice_is_refused_by_its_row_alone(row: Row, decision: Any, notice: NoticeDates) -> None:
    found = check_activation(PERSON, [decision], notice, TODAY, CALENDAR)
    assert [(r.rule, r.field) for r in found] == [(row.rule, row.path)]
    assert row.article in found[0].article


@pytest.mark.parametrize(("row", "decision", "notice"), PASSING, ids=lambda v: getattr(v, "rule", ""))
def test_its_neighbour_on_the_lawful_side_may_be_activated(
    row: Row, decision: Any, notice: NoticeDates
) -> None:
    assert check_activation(PERSON, [decision], notice, TODAY, CALENDAR) == (), row.rule


def test_every_row_of_the_table_is_tried_here_or_at_enrolment() -> None:
    own = {row.refusal.rule for row in ACTIVATION} - {row.refusal.rule for row in ENROLMENT}
    assert own == {row.rule for row in ROWS}


def test_the_rules_of_enrolment_are_asked_again() -> None:
    barred = a_decision(art3=replace(NO_BARS, security=Declaration(True, "a mortgage")), reasons=" ")
    minor = Debtor(DebtorKind.PERSON, date(2008, 3, 2))
    found = check_activation(minor, [barred], REVIEWED, TODAY, CALENDAR)
    assert [r.rule for r in found] == ["debtor-is-minor", "decision-reasons-required", "art3-bars-listing"]


def test_an_approver_who_declared_nothing_is_refused() -> None:
    found = check_activation(PERSON, [a_decision(art3=None)], REVIEWED, TODAY, CALENDAR)
    assert [r.rule for r in found] == ["art3-answer-required"] * 4


@pytest.mark.parametrize(
    "decisions", [[], [a_decision(made_on=None)], [an_extension()], [an_early_deletion()]]
)
def test_without_a_dated_decision_to_list_nothing_is_activated(decisions: list[Any]) -> None:
    found = check_activation(PERSON, decisions, REVIEWED, TODAY, CALENDAR)
    assert [r.rule for r in found] == ["decision-required"]


def test_a_term_that_was_never_stated_is_told_as_that_and_not_as_over() -> None:
    found = check_activation(PERSON, [a_decision_with_term(term_months=None)], REVIEWED, TODAY, CALENDAR)
    assert [r.rule for r in found] == ["term-required"]


def test_an_extension_moves_the_last_possible_end_and_an_early_deletion_forbids_any() -> None:
    last, beyond = NoticeDates(ends_on=date(2029, 3, 2)), NoticeDates(ends_on=date(2029, 3, 3))
    extended = [a_decision_with_term(), an_extension()]
    assert check_activation(PERSON, extended, last, TODAY, CALENDAR) == ()
    assert [r.rule for r in check_activation(PERSON, extended, beyond, TODAY, CALENDAR)] == [
        "ends-after-term"
    ]
    deleted = [*extended, an_early_deletion()]
    assert [r.rule for r in check_activation(PERSON, deleted, OPEN, TODAY, CALENDAR)] == ["listing-is-over"]


def test_an_early_deletion_of_today_forbids_today_and_one_of_tomorrow_does_not() -> None:
    today = [a_decision_with_term(), an_early_deletion(made_on=date(2026, 6, 1))]
    assert [r.rule for r in check_activation(PERSON, today, OPEN, TODAY, CALENDAR)] == ["listing-is-over"]
    tomorrow = [a_decision_with_term(), an_early_deletion(made_on=date(2026, 6, 2))]
    assert check_activation(PERSON, tomorrow, OPEN, TODAY, CALENDAR) == ()


def test_a_notice_whose_start_the_calendar_knows_passes_into_the_next_year() -> None:
    january = NoticeDates(starts_on=date(2027, 1, 1))
    assert check_activation(PERSON, [a_decision_with_term()], january, TODAY, Weekdays(2026, 2027)) == ()


def test_a_year_without_a_calendar_is_told_once() -> None:
    found = check_activation(PERSON, [a_decision_with_term()], OPEN, TODAY, Weekdays())
    assert [r.rule for r in found] == ["calendar-year-unknown"]


@pytest.mark.parametrize(
    ("decision", "review_on", "rules"),
    [
        (a_decision(), date(2026, 12, 1), []),
        (a_decision(), date(2026, 12, 2), ["review-too-far"]),
        (a_decision(), date(2026, 6, 1), []),
        (a_decision(), date(2026, 5, 31), ["review-before-start"]),
        (a_decision(), None, ["review-required"]),
        (a_decision_with_term(), None, []),
        (a_decision_with_term(), date(2027, 6, 1), []),
    ],
)
def test_a_review_is_set_at_most_six_months_ahead_where_there_is_no_term(
    decision: Any, review_on: date | None, rules: list[str]
) -> None:
    notice = NoticeDates(review_on=review_on)
    assert [r.rule for r in check_review(PERSON, [decision], notice, TODAY, Weekdays())] == rules
