"""Lawful facts to vary from: everything here may be enrolled and activated on `TODAY` as it stands."""

from dataclasses import replace
from datetime import date
from typing import Any

from gateway.jurisdictions.calendar import CalendarUnknown, WorkingCalendar
from gateway.jurisdictions.facts import (
    Art3Declarations,
    Debtor,
    DebtorKind,
    Decision,
    DecisionKind,
    Declaration,
    Extension,
    NoticeDates,
    ServiceMethod,
)

TODAY = date(2026, 6, 1)
PERSON = Debtor(DebtorKind.PERSON, date(1980, 1, 15))
ENTITY = Debtor(DebtorKind.ENTITY)

NOT_SO = Declaration(applies=False, evidence="asset search of 2026-02-10")
NO_BARS = Art3Declarations(security=NOT_SO, assets_suffice=NOT_SO, later_in_order=NOT_SO, other=NOT_SO)


class Weekdays(WorkingCalendar):
    """Monday to Friday are worked; only the years handed in are known."""

    def __init__(self, *years: int) -> None:
        self.years = years

    def is_working_day(self, day: date) -> bool:
        if day.year not in self.years:
            raise CalendarUnknown(day.year)
        return day.weekday() < 5

    def knows(self, year: int) -> bool:
        return year in self.years


CALENDAR = Weekdays(2026)


def a_decision(**changes: Any) -> Decision:
    """A decision on ground 1 alone: no term, four declarations, signed, served, warned."""
    decision = Decision(
        number="(2026)川1302执决7号",
        grounds=frozenset({1}),
        reasons="has income and does not pay",
        term_months=None,
        signed_by="Court President A",
        made_on=date(2026, 3, 2),
        served_on=date(2026, 3, 5),
        service_method=ServiceMethod.DIRECT,
        warned_on=date(2026, 2, 20),
        art3=NO_BARS,
    )
    return replace(decision, **changes)


def a_decision_with_term(**changes: Any) -> Decision:
    """A decision on ground 3: 24 months from 2026-03-02, so through 2028-03-02."""
    return a_decision(**{"grounds": frozenset({3}), "term_months": 24, "art3": None, **changes})


def an_extension(**changes: Any) -> Decision:
    """An extension to 36 months, made and served while the term of `a_decision_with_term` runs."""
    longer: dict[str, Any] = {
        "kind": DecisionKind.EXTENSION,
        "term_months": 36,
        "extension": Extension.SEVERAL_ACTS,
        "made_on": date(2026, 5, 4),
        "served_on": date(2026, 5, 6),
    }
    return a_decision_with_term(**{**longer, **changes})


def an_early_deletion(**changes: Any) -> Decision:
    """An early deletion with nothing but a day: nobody signed, served or reasoned it."""
    bare: dict[str, Any] = {
        "kind": DecisionKind.EARLY_DELETION,
        "number": None,
        "grounds": frozenset(),
        "reasons": None,
        "term_months": None,
        "signed_by": None,
        "made_on": date(2026, 5, 20),
        "served_on": None,
        "service_method": None,
        "warned_on": None,
        "art3": None,
    }
    return a_decision(**{**bare, **changes})


REVIEWED = NoticeDates(review_on=date(2026, 9, 1))
