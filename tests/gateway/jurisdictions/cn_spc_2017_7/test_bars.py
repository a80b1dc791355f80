"""Art. 3: nobody is listed for mere refusal while one of four bars stands, or was not declared on."""

from dataclasses import replace

import pytest

from gateway.jurisdictions.cn_spc_2017_7.checks import check_enrolment
from gateway.jurisdictions.facts import Declaration
from tests.gateway.jurisdictions.factories import CALENDAR, NO_BARS, PERSON, TODAY, a_decision

BARS = [("security", "(1)"), ("assets_suffice", "(2)"), ("later_in_order", "(3)"), ("other", "(4)")]
GROUND_SETS = [({1}, None), ({1, 2}, 24), ({1, 2, 3, 4, 5, 6}, 24)]


@pytest.mark.parametrize(("bar", "item"), BARS)
@pytest.mark.parametrize(("grounds", "months"), GROUND_SETS)
@pytest.mark.parametrize(
    ("declaration", "rule"),
    [
        (Declaration(None, None), "art3-answer-required"),
        (Declaration(None, "a bank statement"), "art3-answer-required"),
        (Declaration(False, None), "art3-evidence-required"),
        (Declaration(False, "  "), "art3-evidence-required"),
        (Declaration(True, "a mortgage"), "art3-bars-listing"),
        (Declaration(True, None), "art3-bars-listing"),
    ],
)
def test_each_bar_is_answered_evidenced_and_not_so(
    bar: str, item: str, grounds: set[int], months: int | None, declaration: Declaration, rule: str
) -> None:
    decision = a_decision(
        grounds=frozenset(grounds), term_months=months, art3=replace(NO_BARS, **{bar: declaration})
    )
    found = check_enrolment(PERSON, decision, TODAY, CALENDAR)
    assert [(r.rule, r.field, r.article) for r in found] == [
        (rule, f"decision.art3_declarations.{bar}", f"法释〔2017〕7号 Art. 3{item}")
    ]


def test_declarations_that_are_wholly_missing_are_asked_for_one_by_one() -> None:
    found = check_enrolment(PERSON, a_decision(art3=None), TODAY, CALENDAR)
    assert [(r.rule, r.field) for r in found] == [
        ("art3-answer-required", "decision.art3_declarations.security"),
        ("art3-answer-required", "decision.art3_declarations.assets_suffice"),
        ("art3-answer-required", "decision.art3_declarations.later_in_order"),
        ("art3-answer-required", "decision.art3_declarations.other"),
    ]


@pytest.mark.parametrize("ground", [2, 3, 4, 5, 6])
def test_without_ground_1_nothing_is_asked_and_nothing_bars(ground: int) -> None:
    on_another = a_decision(grounds=frozenset({ground}), term_months=24, art3=None)
    assert check_enrolment(PERSON, on_another, TODAY, CALENDAR) == ()
    secured = replace(NO_BARS, security=Declaration(True, "a mortgage"))
    assert check_enrolment(PERSON, replace(on_another, art3=secured), TODAY, CALENDAR) == ()


def test_four_answers_with_evidence_pass() -> None:
    assert check_enrolment(PERSON, a_decision(art3=NO_BARS), TODAY, CALENDAR) == ()
