"""Art. 1, 2, 4 and 5 row by row: what is refused when a case is created, and what just passes."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from gateway.jurisdictions.cn_spc_2017_7.checks import ENROLMENT, check_enrolment
from gateway.jurisdictions.cn_spc_2017_7.enrolment import of_age_on
from gateway.jurisdictions.facts import Debtor, DebtorKind, DecisionKind, Extension, ServiceMethod
from tests.gateway.jurisdictions.factories import (
    CALENDAR,
    ENTITY,
    PERSON,
    TODAY,
    Weekdays,
    a_decision,
    a_decision_with_term,
)


@dataclass(frozen=True)
class Row:
    """One rule: decisions that it refuses, and their neighbours that pass every rule."""

    rule: str
    path: str
    article: str
    refused: list[dict[str, Any]]
    passing: list[dict[str, Any]] = field(default_factory=list)


ON_1 = {"grounds": frozenset({1}), "term_months": None}
ON_2 = {"grounds": frozenset({2}), "term_months": 24}
VIOLENCE = {"extension": Extension.SERIOUS_VIOLENCE}
SEVERAL = {"extension": Extension.SEVERAL_ACTS}

ROWS = [
    Row(
        "decision-not-initial",
        "decision.kind",
        "Art. 5",
        [{"kind": DecisionKind.EXTENSION}, {"kind": DecisionKind.EARLY_DELETION}],
        [{"kind": DecisionKind.INITIAL}],
    ),
    Row(
        "decision-number-required",
        "decision.number",
        "Art. 5",
        [{"number": None}, {"number": ""}, {"number": " \t\u3000"}],
        [{"number": "7"}],
    ),
    Row(
        "decision-reasons-required",
        "decision.reasons",
        "Art. 5",
        [{"reasons": None}, {"reasons": ""}, {"reasons": "  "}],
        [{"reasons": "可供执行"}],
    ),
    Row("decision-date-required", "decision.made_on", "Art. 5", [{"made_on": None}]),
    Row(
        "decision-in-future",
        "decision.made_on",
        "Art. 5",
        [{"made_on": date(2026, 6, 2), "served_on": None}],
        [{"made_on": date(2026, 6, 1), "served_on": None}],
    ),
    Row(
        "decision-before-law",
        "decision.made_on",
        "2017-05-01",
        [{"made_on": date(2017, 4, 30)}],
        [{"made_on": date(2017, 5, 1)}],
    ),
    Row("grounds-required", "decision.grounds", "Art. 1", [{"grounds": frozenset()}]),
    Row(
        "ground-unknown",
        "decision.grounds",
        "Art. 1",
        [
            {"grounds": frozenset({0})},
            {"grounds": frozenset({7}), "term_months": 24},
            {"grounds": frozenset({1, 7}), "term_months": 24},
        ],
        [ON_1, *({"grounds": frozenset({n}), "term_months": 24} for n in (2, 3, 4, 5, 6))],
    ),
    Row(
        "term-not-allowed",
        "decision.term_months",
        "Art. 2",
        [{**ON_1, "term_months": 24}, {**ON_1, "term_months": 0}],
        [ON_1],
    ),
    Row(
        "term-required",
        "decision.term_months",
        "Art. 2",
        [
            {**ON_2, "term_months": None},
            {"grounds": frozenset({1, 2}), "term_months": None},
            {"grounds": frozenset({1, 2, 3, 4, 5, 6}), "term_months": None},
        ],
        [ON_2, {"grounds": frozenset({1, 2}), "term_months": 24}],
    ),
    Row(
        "term-wrong-length",
        "decision.term_months",
        "Art. 2",
        [{**ON_2, "term_months": n} for n in (-1, 0, 23, 25)]
        + [{**ON_2, **SEVERAL, "term_months": n} for n in (35, 61)],
        [{**ON_2, "term_months": 24}] + [{**ON_2, **SEVERAL, "term_months": n} for n in (36, 37, 60)],
    ),
    Row(
        "term-needs-reason",
        "decision.extension",
        "Art. 2",
        [{**ON_2, "term_months": 36}, {**ON_2, "term_months": 60}],
        [{**ON_2, **VIOLENCE, "term_months": 36}, {**ON_2, **SEVERAL, "term_months": 60}],
    ),
    Row(
        "extension-without-longer-term",
        "decision.extension",
        "Art. 2",
        [{**ON_2, **SEVERAL}, {**ON_1, **SEVERAL}],
        [ON_2, ON_1, {**ON_2, **SEVERAL, "term_months": 36}],
    ),
    Row(
        "violence-needs-ground-2",
        "decision.extension",
        "Art. 2",
        [{"grounds": frozenset({1, 3}), "term_months": 36, **VIOLENCE}],
        [
            {"grounds": frozenset({2, 3}), "term_months": 36, **VIOLENCE},
            {"grounds": frozenset({3}), "term_months": 36, **SEVERAL},
        ],
    ),
    Row(
        "served-before-decision",
        "decision.served_on",
        "Art. 5",
        [{"served_on": date(2026, 3, 1)}],
        [{"served_on": date(2026, 3, 2)}, {"served_on": None}],
    ),
    Row(
        "served-in-future",
        "decision.served_on",
        "Art. 5",
        [
            {"served_on": date(2026, 6, 2)},
            {"served_on": date(2026, 6, 2), "service_method": ServiceMethod.PUBLIC_NOTICE},
        ],
        [
            {"served_on": date(2026, 6, 1)},
            {"served_on": date(2026, 6, 1), "service_method": ServiceMethod.PUBLIC_NOTICE},
        ],
    ),
    Row(
        "warned-in-future",
        "decision.warned_on",
        "Art. 5",
        [{"warned_on": date(2026, 6, 2)}],
        [{"warned_on": date(2026, 6, 1)}, {"warned_on": None}],
    ),
    Row(
        "grace-too-short",
        "decision.grace_until",
        "法发〔2019〕35号",
        [{"grace_until": date(2026, 4, 1)}, {"grace_until": date(2026, 2, 1)}],
        [{"grace_until": date(2026, 4, 2)}, {"grace_until": None}],
    ),
    Row(
        "grace-too-long",
        "decision.grace_until",
        "法发〔2019〕35号",
        [{"grace_until": date(2026, 6, 3)}],
        [{"grace_until": date(2026, 6, 2)}],
    ),
]

REFUSED = [(row, change) for row in ROWS for change in row.refused]
PASSING = [(row, change) for row in ROWS for change in row.passing]


@pytest.mark.parametrize(("row", "change"), REFUSED, ids=lambda value: getattr(value, "rule", ""))
def test_a_decision_is_refused_by_its_row(row: Row, change: dict[str, Any]) -> None:
    found = check_enrolment(PERSON, a_decision(**change), TODAY, CALENDAR)
    mine = [refusal for refusal in found if refusal.rule == row.rule]
    assert len(mine) == 1
    assert mine[0].field == row.path
    assert row.article in mine[0].article


@pytest.mark.parametrize(("row", "change"), PASSING, ids=lambda value: getattr(value, "rule", ""))
def test_its_neighbour_on_the_lawful_side_may_be_enrolled(row: Row, change: dict[str, Any]) -> None:
    assert check_enrolment(PERSON, a_decision(**change), TODAY, CALENDAR) == (), row.rule


@pytest.mark.parametrize(
    ("born", "made_on", "minor"),
    [
        (date(2008, 3, 2), date(2026, 3, 1), True),  # the day before the 18th birthday
        (date(2008, 3, 2), date(2026, 3, 2), True),  # the birthday itself
        (date(2008, 3, 2), date(2026, 3, 3), False),  # the day after
        (date(2008, 2, 29), date(2026, 2, 27), True),
        (date(2008, 2, 29), date(2026, 2, 28), True),  # 2026 has no 29 February
        (date(2008, 2, 29), date(2026, 3, 1), False),
        (date(2008, 2, 28), date(2026, 2, 28), True),
        (date(2008, 2, 28), date(2026, 3, 1), False),
        (date(2008, 3, 1), date(2026, 3, 1), True),
        (date(2008, 3, 1), date(2026, 3, 2), False),
        (date(2007, 12, 31), date(2025, 12, 31), True),
        (date(2007, 12, 31), date(2026, 1, 1), False),
        (date(2026, 5, 1), date(2026, 3, 2), True),  # born after the decision
    ],
)
def test_a_minor_is_never_listed_and_is_of_age_the_day_after_the_birthday(
    born: date, made_on: date, minor: bool
) -> None:
    debtor = Debtor(DebtorKind.PERSON, born)
    found = check_enrolment(debtor, a_decision(made_on=made_on), TODAY, CALENDAR)
    assert [(r.rule, r.field, r.article) for r in found] == (
        [("debtor-is-minor", "debtor.birth_date", "法释〔2017〕7号 Art. 4")] if minor else []
    )


@pytest.mark.parametrize(
    ("born", "of_age"),
    [
        (date(2008, 3, 2), date(2026, 3, 3)),
        (date(2008, 2, 28), date(2026, 3, 1)),
        (date(2008, 2, 29), date(2026, 3, 1)),
        (date(2008, 3, 1), date(2026, 3, 2)),
        (date(2007, 12, 31), date(2026, 1, 1)),
        (date.max, date.max),
    ],
)
def test_a_person_is_of_age_from_the_day_after_the_eighteenth_birthday(born: date, of_age: date) -> None:
    assert of_age_on(born) == of_age


def test_coming_of_age_after_the_decision_does_not_heal_it() -> None:
    debtor = Debtor(DebtorKind.PERSON, date(2008, 3, 2))
    found = check_enrolment(debtor, a_decision(), date(2026, 12, 1), CALENDAR)
    assert [r.rule for r in found] == ["debtor-is-minor"]


def test_a_person_needs_a_birth_date_and_an_entity_does_not() -> None:
    nameless = Debtor(DebtorKind.PERSON, None)
    found = check_enrolment(nameless, a_decision(), TODAY, CALENDAR)
    assert [(r.rule, r.field) for r in found] == [("birth-date-required", "debtor.birth_date")]
    assert check_enrolment(ENTITY, a_decision(), TODAY, CALENDAR) == ()


def test_enrolment_is_refused_in_a_year_without_a_calendar() -> None:
    last_day, first_day = date(2026, 12, 31), date(2027, 1, 1)
    assert check_enrolment(PERSON, a_decision(), last_day, CALENDAR) == ()
    found = check_enrolment(PERSON, a_decision(), first_day, CALENDAR)
    assert [(r.rule, r.field) for r in found] == [("calendar-year-unknown", "calendar")]
    assert check_enrolment(PERSON, a_decision(), first_day, Weekdays(2027)) == ()


def test_signature_service_and_warning_may_follow_the_enrolment() -> None:
    early = a_decision(signed_by=None, served_on=None, service_method=None, warned_on=None)
    assert check_enrolment(PERSON, early, TODAY, CALENDAR) == ()


@pytest.mark.parametrize(
    ("grounds", "rule"),
    [(frozenset(), "grounds-required"), (frozenset({8}), "ground-unknown")],
)
def test_a_term_is_not_asked_for_before_the_grounds_are_right(grounds: frozenset[int], rule: str) -> None:
    found = check_enrolment(PERSON, a_decision(grounds=grounds, term_months=None), TODAY, CALENDAR)
    assert [r.rule for r in found] == [rule]


def test_every_refusal_is_told_at_once() -> None:
    wrong = a_decision_with_term(
        number="",
        reasons=None,
        grounds=frozenset({3, 9}),
        term_months=25,
        extension=Extension.SERIOUS_VIOLENCE,
        made_on=date(2026, 6, 2),
        served_on=date(2026, 6, 3),
        warned_on=date(2026, 6, 3),
        grace_until=date(2026, 6, 3),
    )
    found = check_enrolment(Debtor(DebtorKind.PERSON), wrong, TODAY, Weekdays())
    assert [r.rule for r in found] == [
        "birth-date-required",
        "decision-number-required",
        "decision-reasons-required",
        "decision-in-future",
        "ground-unknown",
        "term-wrong-length",
        "extension-without-longer-term",
        "violence-needs-ground-2",
        "served-in-future",
        "warned-in-future",
        "grace-too-short",
        "calendar-year-unknown",
    ]


def test_every_row_of_the_table_is_tried_here_or_beside_the_bars() -> None:
    elsewhere = {"art3-answer-required", "art3-evidence-required", "art3-bars-listing"}
    own = {"birth-date-required", "debtor-is-minor", "calendar-year-unknown"}
    assert {row.refusal.rule for row in ENROLMENT} == {row.rule for row in ROWS} | elsewhere | own
