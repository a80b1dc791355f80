"""The questions that services ask: may this be enrolled, followed by that decision, activated, reviewed?"""

from collections.abc import Sequence
from datetime import date

from gateway.jurisdictions.calendar import WorkingCalendar
from gateway.jurisdictions.cn_spc_2017_7.activation import (
    CALENDAR_START_RULES,
    CALENDAR_TODAY_RULES,
    DATE_RULES,
    PAPERS_RULES,
    REVIEW_RULES,
    SERVICE_COMPLETE_RULES,
    WARNING_RULES,
)
from gateway.jurisdictions.cn_spc_2017_7.bars import BAR_RULES
from gateway.jurisdictions.cn_spc_2017_7.enrolment import (
    DEBTOR_RULES,
    GROUND_RULES,
    INITIAL_KIND_RULES,
    INITIAL_TERM_RULES,
    MADE_ON_RULES,
    SERVICE_DAY_RULES,
    VIOLENCE_RULES,
    WARNING_AND_GRACE_RULES,
    WRITTEN_RULES,
)
from gateway.jurisdictions.cn_spc_2017_7.further import EXTENSION_RULES, FOLLOWING_RULES
from gateway.jurisdictions.cn_spc_2017_7.listing import governing_decision
from gateway.jurisdictions.cn_spc_2017_7.sources import ART_5
from gateway.jurisdictions.facts import Debtor, Decision, DecisionKind, NoticeDates
from gateway.jurisdictions.refusal import Refusal, Refusals
from gateway.jurisdictions.rules import Rule, Situation, refusals

ENROLMENT = (
    *DEBTOR_RULES,
    *INITIAL_KIND_RULES,
    *WRITTEN_RULES,
    *MADE_ON_RULES,
    *GROUND_RULES,
    *INITIAL_TERM_RULES,
    *VIOLENCE_RULES,
    *BAR_RULES,
    *SERVICE_DAY_RULES,
    *WARNING_AND_GRACE_RULES,
    *CALENDAR_TODAY_RULES,
)
ACTIVATION = (
    *ENROLMENT,
    *PAPERS_RULES,
    *SERVICE_COMPLETE_RULES,
    *WARNING_RULES,
    *DATE_RULES,
    *REVIEW_RULES,
    *CALENDAR_START_RULES,
)
EXTENSION = (
    *FOLLOWING_RULES,
    *WRITTEN_RULES,
    *MADE_ON_RULES,
    *GROUND_RULES,
    *EXTENSION_RULES,
    *VIOLENCE_RULES,
    *BAR_RULES,
    *PAPERS_RULES,
    *SERVICE_DAY_RULES,
    *CALENDAR_TODAY_RULES,
)
# Nothing that ends a listing waits for a reason, a signature, a service or a calendar.
EARLY_DELETION = (*FOLLOWING_RULES, *MADE_ON_RULES)

_FURTHER = {
    DecisionKind.INITIAL: FOLLOWING_RULES,
    DecisionKind.EXTENSION: EXTENSION,
    DecisionKind.EARLY_DELETION: EARLY_DELETION,
}

NO_DECISION = Refusal(
    "decision",
    "decision-required",
    ART_5,
    "There is no dated decision to list the debtor.",
    "没有注明日期的纳入决定。",
)


def check_enrolment(debtor: Debtor, decision: Decision, today: date, calendar: WorkingCalendar) -> Refusals:
    """Everything that forbids creating a case with this decision, judged on the court's day `today`.

    Signature, service and warning may still be missing; what is given must already be right.
    """
    situation = Situation(debtor=debtor, decision=decision, today=today, calendar=calendar)
    return refusals(ENROLMENT, situation)


def check_further_decision(
    debtor: Debtor, earlier: Sequence[Decision], decision: Decision, today: date, calendar: WorkingCalendar
) -> Refusals:
    """Everything that forbids adding an extension or an early deletion to the case's earlier decisions."""
    situation = Situation(
        debtor=debtor, decision=decision, decisions=tuple(earlier), today=today, calendar=calendar
    )
    return refusals(_FURTHER[decision.kind], situation)


def check_activation(
    debtor: Debtor, decisions: Sequence[Decision], notice: NoticeDates, today: date, calendar: WorkingCalendar
) -> Refusals:
    """Everything that forbids submitting or approving a notice on the court's day `today`.

    `decisions` are all of the case; the latest initial one is judged, again by every rule of enrolment. When
    a notice is approved, its `art3` must hold the declarations that the approver made, not the clerk's.
    """
    return _judge(ACTIVATION, debtor, decisions, notice, today, calendar)


def check_review(
    debtor: Debtor, decisions: Sequence[Decision], notice: NoticeDates, today: date, calendar: WorkingCalendar
) -> Refusals:
    """Everything that forbids making `notice.review_on` the new review date on the court's day `today`."""
    return _judge(REVIEW_RULES, debtor, decisions, notice, today, calendar)


def _judge(
    rules: Sequence[Rule],
    debtor: Debtor,
    decisions: Sequence[Decision],
    notice: NoticeDates,
    today: date,
    calendar: WorkingCalendar,
) -> Refusals:
    initial = governing_decision(decisions)
    if initial is None:
        return (NO_DECISION,)
    situation = Situation(
        debtor=debtor,
        decision=initial,
        decisions=tuple(decisions),
        notice=notice,
        today=today,
        calendar=calendar,
    )
    return refusals(rules, situation)
