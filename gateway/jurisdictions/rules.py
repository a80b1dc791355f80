"""A rule of law as a row: the refusal it leads to, and the question whether a situation breaks it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from gateway.jurisdictions.calendar import WorkingCalendar
from gateway.jurisdictions.facts import Debtor, Decision, NoticeDates
from gateway.jurisdictions.refusal import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a rule may look at: the decision judged, its case's decisions, and the court's day.

    `decisions` holds the decisions of the case that count beside `decision` (and may hold it too).
    """

    debtor: Debtor
    decision: Decision
    today: date
    calendar: WorkingCalendar
    decisions: tuple[Decision, ...] = ()
    notice: NoticeDates = field(default_factory=NoticeDates)


@dataclass(frozen=True, slots=True)
class Rule:
    """A refusal, and the predicate that is true where the refusal is due. Predicates never raise."""

    refusal: Refusal
    broken_by: Callable[[Situation], bool]


def rule(
    code: str, path: str, article: str, broken_by: Callable[[Situation], bool], en: str, zh: str
) -> Rule:
    """One row of a rule table."""
    return Rule(Refusal(field=path, rule=code, article=article, en=en, zh=zh), broken_by)


def refusals(rules: Iterable[Rule], situation: Situation) -> tuple[Refusal, ...]:
    """Every refusal that the situation earns, in the order of the table; empty when nothing is wrong."""
    return tuple(row.refusal for row in rules if row.broken_by(situation))
