"""How long a listing lasts, and on which days its notice may play."""

from datetime import date
from typing import Any

import pytest

from gateway.jurisdictions.cn_spc_2017_7.listing import latest_review_on, listing_term, notice_window
from gateway.jurisdictions.facts import Decision, DecisionKind, Extension, ServiceMethod
from gateway.jurisdictions.findings import NO_DAY, NO_LISTING, Term, Window
from tests.gateway.jurisdictions.factories import (
    TODAY,
    a_decision,
    a_decision_with_term,
    an_early_deletion,
    an_extension,
)

MADE_ON = date(2026, 3, 2)
ORDINARY_END = date(2028, 3, 2)


@pytest.mark.parametrize(
    ("made_on", "months", "last_day"),
    [
        (date(2024, 3, 15), 24, date(2026, 3, 15)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 8, 31), 42, date(2029, 2, 28)),
        (date(2026, 3, 2), 36, date(2029, 3, 2)),
        (date(2026, 3, 2), 60, date(2031, 3, 2)),
        (date(2026, 3, 2), 61, date(2031, 3, 2)),  # never beyond five years, whatever was written
        (date(9999, 1, 1), 24, date(9999, 12, 31)),
    ],
)
def test_a_term_runs_from_the_decision_through_the_corresponding_day(
    made_on: date, months: int, last_day: date
) -> None:
    assert listing_term([a_decision_with_term(made_on=made_on, term_months=months)]) == Term(
        made_on, last_day
    )


def test_neither_service_nor_grace_moves_the_term() -> None:
    late = a_decision_with_term(served_on=date(2026, 5, 30), grace_until=date(2026, 6, 2))
    assert listing_term([late]) == Term(MADE_ON, ORDINARY_END)


def test_ground_1_alone_has_no_term_and_with_mixed_grounds_the_term_governs() -> None:
    assert listing_term([a_decision()]) == Term(MADE_ON, None)
    mixed = a_decision(grounds=frozenset({1, 4}), term_months=24)
    assert listing_term([mixed]) == Term(MADE_ON, ORDINARY_END)


@pytest.mark.parametrize(
    "decisions",
    [
        [],
        [a_decision(made_on=None)],
        [a_decision_with_term(term_months=None)],
        [a_decision(grounds=frozenset())],
        [an_extension()],
        [an_early_deletion()],
    ],
)
def test_without_a_usable_decision_nobody_is_listed_on_any_day(decisions: list[Decision]) -> None:
    assert listing_term(decisions) == NO_LISTING


@pytest.mark.parametrize(
    ("changes", "last_day"),
    [
        ({}, date(2029, 3, 2)),
        ({"term_months": 60}, date(2031, 3, 2)),
        ({"made_on": ORDINARY_END, "served_on": ORDINARY_END}, date(2029, 3, 2)),
        ({"made_on": MADE_ON}, date(2029, 3, 2)),
        # What does not count, and leaves the ordinary end:
        ({"made_on": date(2028, 3, 3), "served_on": date(2028, 3, 3)}, ORDINARY_END),
        ({"made_on": date(2026, 3, 1)}, ORDINARY_END),
        ({"made_on": None}, ORDINARY_END),
        ({"signed_by": " "}, ORDINARY_END),
        ({"served_on": None}, ORDINARY_END),
        ({"service_method": None}, ORDINARY_END),
        ({"extension": None}, ORDINARY_END),
        ({"term_months": None}, ORDINARY_END),
        ({"term_months": 35}, ORDINARY_END),
        ({"term_months": 61}, ORDINARY_END),
    ],
)
def test_an_extension_counts_only_with_every_formality(changes: dict[str, Any], last_day: date) -> None:
    assert listing_term([a_decision_with_term(), an_extension(**changes)]) == Term(MADE_ON, last_day)


def test_extensions_follow_each_other_in_the_order_in_which_they_were_made() -> None:
    first = an_extension(term_months=36)
    in_the_third_year = an_extension(
        term_months=48, made_on=date(2029, 3, 2), served_on=date(2029, 3, 2), extension=Extension.SEVERAL_ACTS
    )
    assert listing_term([in_the_third_year, first, a_decision_with_term()]).last_day == date(2030, 3, 2)
    assert listing_term([in_the_third_year, a_decision_with_term()]).last_day == ORDINARY_END


def test_a_shorter_extension_takes_nothing_away() -> None:
    longest = a_decision_with_term(term_months=60, extension=Extension.SEVERAL_ACTS)
    assert listing_term([longest, an_extension(term_months=36)]).last_day == date(2031, 3, 2)


def test_a_listing_without_a_term_is_not_given_one_by_an_extension() -> None:
    assert listing_term([a_decision(), an_extension()]) == Term(MADE_ON, None)


@pytest.mark.parametrize(
    ("listed", "deleted_on", "expected"),
    [
        ("term", date(2026, 5, 20), Term(MADE_ON, date(2026, 5, 19), date(2026, 5, 20))),
        ("open", date(2026, 5, 20), Term(MADE_ON, date(2026, 5, 19), date(2026, 5, 20))),
        ("term", MADE_ON, Term(MADE_ON, date(2026, 3, 1), MADE_ON)),
        ("term", ORDINARY_END, Term(MADE_ON, date(2028, 3, 1), ORDINARY_END)),
        (
            "term",
            date(2028, 3, 3),
            Term(MADE_ON, ORDINARY_END),
        ),  # after the end: nothing left to delete early
        ("term", date(2026, 3, 1), Term(MADE_ON, ORDINARY_END)),  # of an earlier listing
        ("term", None, Term(MADE_ON, date(2026, 3, 1), MADE_ON)),  # undated: silent from the first day
    ],
)
def test_an_early_deletion_ends_the_listing_before_its_own_day(
    listed: str, deleted_on: date | None, expected: Term
) -> None:
    initial = a_decision_with_term() if listed == "term" else a_decision()
    assert listing_term([initial, an_early_deletion(made_on=deleted_on)]) == expected


def test_the_earliest_of_two_deletions_counts_and_no_extension_revives_the_listing() -> None:
    decisions = [
        a_decision_with_term(),
        an_early_deletion(made_on=date(2026, 5, 20)),
        an_early_deletion(made_on=date(2026, 4, 20)),
        an_extension(made_on=date(2026, 5, 4)),
    ]
    assert listing_term(decisions).last_day == date(2026, 4, 19)


def test_a_new_listing_is_not_ended_by_the_deletion_of_the_old_one() -> None:
    old, new = a_decision_with_term(made_on=date(2025, 1, 6)), a_decision_with_term()
    deletion = an_early_deletion(made_on=date(2025, 9, 1))
    assert listing_term([old, deletion, new]) == Term(MADE_ON, ORDINARY_END)


SERVED_LATE = {"served_on": date(2026, 5, 20), "service_method": ServiceMethod.PUBLIC_NOTICE}


@pytest.mark.parametrize(
    ("changes", "approved_on", "starts_on", "first_day"),
    [
        ({}, date(2026, 6, 1), None, date(2026, 6, 1)),
        ({}, date(2026, 6, 1), date(2026, 5, 1), date(2026, 6, 1)),
        ({}, date(2026, 6, 1), date(2026, 6, 2), date(2026, 6, 2)),
        ({"grace_until": date(2026, 6, 1)}, date(2026, 6, 1), None, date(2026, 6, 2)),
        ({"grace_until": date(2026, 5, 31)}, date(2026, 6, 1), None, date(2026, 6, 1)),
        ({"grace_until": date(2026, 6, 1)}, date(2026, 6, 1), date(2026, 6, 3), date(2026, 6, 3)),
        (SERVED_LATE, date(2026, 6, 1), None, date(2026, 6, 19)),
        ({"served_on": date(2026, 5, 20)}, date(2026, 6, 1), None, date(2026, 6, 1)),
        ({}, date(2026, 3, 1), None, date(2026, 3, 5)),
    ],
)
def test_a_notice_starts_at_the_latest_of_approval_grace_service_and_its_own_start(
    changes: dict[str, Any], approved_on: date, starts_on: date | None, first_day: date
) -> None:
    window = notice_window([a_decision_with_term(**changes)], approved_on, starts_on, None, None)
    assert window == Window(first_day, ORDINARY_END)


@pytest.mark.parametrize(
    ("ends_on", "review_on", "last_day"),
    [
        (None, None, ORDINARY_END),
        (date(2028, 3, 1), None, date(2028, 3, 1)),
        (date(2028, 3, 3), None, ORDINARY_END),
        (None, date(2026, 9, 1), date(2026, 9, 1)),
        (date(2026, 8, 31), date(2026, 9, 1), date(2026, 8, 31)),
        (date(2026, 9, 2), date(2026, 9, 1), date(2026, 9, 1)),
    ],
)
def test_a_notice_ends_at_the_earliest_of_term_end_and_review(
    ends_on: date | None, review_on: date | None, last_day: date
) -> None:
    assert notice_window([a_decision_with_term()], TODAY, None, ends_on, review_on) == Window(TODAY, last_day)


def test_without_a_term_the_review_date_silences_and_its_absence_silences_at_once() -> None:
    review_on = date(2026, 9, 1)
    assert notice_window([a_decision()], TODAY, None, None, review_on) == Window(TODAY, review_on)
    assert notice_window([a_decision()], TODAY, None, None, None).is_empty
    assert notice_window([a_decision()], TODAY, None, date(2026, 9, 1), None).is_empty


@pytest.mark.parametrize(
    "decisions",
    [
        [],
        [a_decision_with_term(made_on=None)],
        [a_decision_with_term(term_months=None)],
        [a_decision_with_term(signed_by=None)],
        [a_decision_with_term(served_on=None)],
        [a_decision_with_term(service_method=None)],
        [a_decision_with_term(), an_early_deletion(made_on=TODAY)],
        [a_decision_with_term(kind=DecisionKind.EARLY_DELETION)],
    ],
)
def test_where_the_papers_are_not_in_order_no_day_is_left(decisions: list[Decision]) -> None:
    assert notice_window(decisions, TODAY, None, None, date(2026, 9, 1)).is_empty


def test_no_day_is_left_without_a_decision_not_even_the_first_of_the_calendar() -> None:
    assert notice_window([], date.min, None, None, None) == NO_DAY
    assert notice_window([a_decision_with_term(term_months=None)], date.min, None, None, None) == NO_DAY


def test_an_extension_lengthens_and_an_early_deletion_shortens_the_window() -> None:
    extended = [a_decision_with_term(), an_extension()]
    assert notice_window(extended, TODAY, None, None, None).last_day == date(2029, 3, 2)
    shortened = [*extended, an_early_deletion(made_on=date(2026, 7, 1))]
    assert notice_window(shortened, TODAY, None, None, None) == Window(TODAY, date(2026, 6, 30))


@pytest.mark.parametrize(
    ("today", "latest"),
    [
        (date(2026, 6, 1), date(2026, 12, 1)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2026, 8, 28), date(2027, 2, 28)),
        (date(2027, 8, 31), date(2028, 2, 29)),
    ],
)
def test_a_review_is_at_most_six_months_ahead(today: date, latest: date) -> None:
    assert latest_review_on(today) == latest
