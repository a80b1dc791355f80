"""Later decisions: an extension is held to every formality, an early deletion to hardly any."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from gateway.jurisdictions.cn_spc_2017_7.checks import EARLY_DELETION, EXTENSION, check_further_decision
from gateway.jurisdictions.facts import Decision, DecisionKind, Extension
from tests.gateway.jurisdictions.factories import (
    CALENDAR,
    PERSON,
    TODAY,
    Weekdays,
    a_decision,
    a_decision_with_term,
    an_early_deletion,
    an_extension,
)

LISTED = [a_decision_with_term()]


def judged(earlier: list[Decision], decision: Decision) -> list[tuple[str, str]]:
    found = check_further_decision(PERSON, earlier, decision, TODAY, CALENDAR)
    return [(refusal.rule, refusal.field) for refusal in found]


@dataclass(frozen=True)
class Row:
    """One rule of an extension: what it alone refuses after which decisions, and what passes."""

    rule: str
    path: str
    refused: list[tuple[list[Decision], Decision]]
    passing: list[tuple[list[Decision], Decision]]


EXTENSIONS = [
    Row(
        "decision-before-listing",
        "decision.made_on",
        [(LISTED, an_extension(made_on=date(2026, 3, 1)))],
        [(LISTED, an_extension(made_on=date(2026, 3, 2)))],
    ),
    Row(
        "extension-needs-a-term",
        "decision.kind",
        [([a_decision()], an_extension())],
        [(LISTED, an_extension())],
    ),
    Row(
        "extension-after-term",
        "decision.made_on",
        [
            (
                [a_decision_with_term(made_on=date(2024, 5, 3))],
                an_extension(made_on=date(2026, 5, 4)),
            ),
            ([*LISTED, an_early_deletion(made_on=date(2026, 5, 4))], an_extension(made_on=date(2026, 5, 4))),
        ],
        [
            (
                [a_decision_with_term(made_on=date(2024, 5, 4))],
                an_extension(made_on=date(2026, 5, 4)),
            ),
            ([*LISTED, an_early_deletion(made_on=date(2026, 5, 5))], an_extension(made_on=date(2026, 5, 4))),
        ],
    ),
    Row(
        "extension-reason-required",
        "decision.extension",
        [(LISTED, an_extension(extension=None))],
        [(LISTED, an_extension(extension=Extension.SEVERAL_ACTS))],
    ),
    Row(
        "extension-wrong-length",
        "decision.term_months",
        [(LISTED, an_extension(term_months=months)) for months in (None, 0, 24, 35, 61)],
        [(LISTED, an_extension(term_months=months)) for months in (36, 60)],
    ),
    Row(
        "extension-does-not-lengthen",
        "decision.term_months",
        [
            ([*LISTED, an_extension(term_months=48)], an_extension(term_months=48)),
            ([*LISTED, an_extension(term_months=48)], an_extension(term_months=36)),
        ],
        [([*LISTED, an_extension(term_months=48)], an_extension(term_months=49))],
    ),
    Row(
        "violence-needs-ground-2",
        "decision.extension",
        [(LISTED, an_extension(extension=Extension.SERIOUS_VIOLENCE))],
        [(LISTED, an_extension(extension=Extension.SERIOUS_VIOLENCE, grounds=frozenset({2})))],
    ),
    Row(
        "decision-number-required",
        "decision.number",
        [(LISTED, an_extension(number=" "))],
        [(LISTED, an_extension(number="8"))],
    ),
    Row(
        "decision-reasons-required",
        "decision.reasons",
        [(LISTED, an_extension(reasons=None))],
        [(LISTED, an_extension(reasons="hid a car"))],
    ),
    Row(
        "decision-date-required",
        "decision.made_on",
        [(LISTED, an_extension(made_on=None))],
        [(LISTED, an_extension(made_on=date(2026, 5, 4)))],
    ),
    Row(
        "decision-in-future",
        "decision.made_on",
        [(LISTED, an_extension(made_on=date(2026, 6, 2), served_on=date(2026, 6, 2)))],
        [(LISTED, an_extension(made_on=date(2026, 6, 1), served_on=date(2026, 6, 1)))],
    ),
    Row(
        "decision-before-law",
        "decision.made_on",
        [(LISTED, an_extension(made_on=date(2017, 4, 30)))],
        [([a_decision_with_term(made_on=date(2017, 5, 1))], an_extension(made_on=date(2017, 5, 1)))],
    ),
    Row(
        "grounds-required",
        "decision.grounds",
        [(LISTED, an_extension(grounds=frozenset()))],
        [(LISTED, an_extension(grounds=frozenset({6})))],
    ),
    Row(
        "ground-unknown",
        "decision.grounds",
        [(LISTED, an_extension(grounds=frozenset({7})))],
        [(LISTED, an_extension(grounds=frozenset({6})))],
    ),
    Row(
        "signature-required",
        "decision.signed_by",
        [(LISTED, an_extension(signed_by=None))],
        [(LISTED, an_extension(signed_by="Court President A"))],
    ),
    Row(
        "service-date-required",
        "decision.served_on",
        [(LISTED, an_extension(served_on=None))],
        [(LISTED, an_extension(served_on=date(2026, 5, 4)))],
    ),
    Row(
        "service-method-required",
        "decision.service_method",
        [(LISTED, an_extension(service_method=None))],
        [(LISTED, an_extension())],
    ),
    Row(
        "served-before-decision",
        "decision.served_on",
        [(LISTED, an_extension(served_on=date(2026, 5, 3)))],
        [(LISTED, an_extension(served_on=date(2026, 5, 4)))],
    ),
    Row(
        "served-in-future",
        "decision.served_on",
        [(LISTED, an_extension(served_on=date(2026, 6, 2)))],
        [(LISTED, an_extension(served_on=date(2026, 6, 1)))],
    ),
    Row(
        "art3-answer-required",
        "decision.art3_declarations.other",
        [(LISTED, an_extension(grounds=frozenset({1, 3})))],
        [(LISTED, an_extension(grounds=frozenset({1, 3}), art3=a_decision().art3))],
    ),
]
REFUSED = [(row, earlier, decision) for row in EXTENSIONS for earlier, decision in row.refused]
PASSING = [(row, earlier, decision) for row in EXTENSIONS for earlier, decision in row.passing]


@pytest.mark.parametrize(("row", "earlier", "decision"), REFUSED, ids=lambda v: getattr(v, "rule", ""))
def test_an_extension_is_refused_by_its_row(row: Row, earlier: list[Decision], decision: Decision) -> None:
    assert (row.rule, row.path) in judged(earlier, decision)


@pytest.mark.parametrize(("row", "earlier", "decision"), PASSING, ids=lambda v: getattr(v, "rule", ""))
def test_its_neighbour_may_extend(row: Row, earlier: list[Decision], decision: Decision) -> None:
    assert judged(earlier, decision) == [], row.rule


def test_every_row_of_an_extension_is_tried() -> None:
    kinds = {"initial-decision-missing", "decision-not-further"}
    bars = {"art3-evidence-required", "art3-bars-listing"}
    calendar = {"calendar-year-unknown"}
    assert {row.refusal.rule for row in EXTENSION} == {r.rule for r in EXTENSIONS} | kinds | bars | calendar


def test_an_early_deletion_needs_no_reason_signature_service_or_calendar() -> None:
    bare = an_early_deletion()
    assert check_further_decision(PERSON, LISTED, bare, TODAY, Weekdays()) == ()
    assert check_further_decision(PERSON, [a_decision()], bare, TODAY, Weekdays()) == ()
    assert len(EARLY_DELETION) == 6


@pytest.mark.parametrize(
    ("made_on", "found"),
    [
        (date(2026, 3, 1), [("decision-before-listing", "decision.made_on")]),
        (date(2026, 3, 2), []),
        (date(2026, 6, 1), []),
        (date(2026, 6, 2), [("decision-in-future", "decision.made_on")]),
        (None, [("decision-date-required", "decision.made_on")]),
    ],
)
def test_an_early_deletion_is_made_between_the_listing_and_today(
    made_on: date | None, found: list[tuple[str, str]]
) -> None:
    assert judged(LISTED, an_early_deletion(made_on=made_on)) == found


def test_an_extension_waits_for_the_calendar_of_the_year() -> None:
    found = check_further_decision(PERSON, LISTED, an_extension(), TODAY, Weekdays())
    assert [r.rule for r in found] == ["calendar-year-unknown"]


@pytest.mark.parametrize("decision", [an_extension(), an_early_deletion()])
def test_a_later_decision_follows_a_decision_to_list(decision: Decision) -> None:
    nothing: list[Any] = []
    assert ("initial-decision-missing", "decision.kind") in judged(nothing, decision)
    assert ("initial-decision-missing", "decision.kind") not in judged(LISTED, decision)


def test_a_second_decision_to_list_is_no_later_decision() -> None:
    second = a_decision_with_term(kind=DecisionKind.INITIAL)
    assert judged(LISTED, second) == [("decision-not-further", "decision.kind")]
