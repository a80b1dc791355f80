"""A jurisdiction profile: one country's rules as data and pure functions, all that the gateway knows of law.

Services ask a profile and never a country's own modules, so that a second one changes nothing for them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from gateway.jurisdictions.calendar import WorkingCalendar
from gateway.jurisdictions.clocks import ClockRow, ObjectionClock
from gateway.jurisdictions.facts import Debtor, Decision, NoticeDates, ServiceMethod
from gateway.jurisdictions.findings import Due, FormalDeletion, Term, Window
from gateway.jurisdictions.provision import Provision
from gateway.jurisdictions.refusal import Refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a jurisdiction must answer. All days are days of a court in `zone`; no function reads a clock.

    `confirmed_by` names the lawyer admitted in that country who confirmed each constraint; None means that
    nobody has, and `disclaimer_en` / `disclaimer_zh` say what follows. The checks answer every refusal at
    once, and an empty tuple when there is none. `calendar` makes the country's calendar from a court's own
    days.
    """

    name: str
    title_en: str
    title_zh: str
    in_force_from: date
    zone: ZoneInfo
    confirmed_by: str | None
    disclaimer_en: str
    disclaimer_zh: str
    grounds: Mapping[int, Provision]
    bars: Mapping[str, Provision]
    service_methods: Mapping[ServiceMethod, Provision]
    removal_grounds: Mapping[int, Provision]
    objection_clocks: Mapping[ObjectionClock, ClockRow]
    calendar: Callable[[Mapping[date, bool]], WorkingCalendar]
    check_enrolment: Callable[[Debtor, Decision, date, WorkingCalendar], Refusals]
    check_further_decision: Callable[[Debtor, Sequence[Decision], Decision, date, WorkingCalendar], Refusals]
    check_activation: Callable[[Debtor, Sequence[Decision], NoticeDates, date, WorkingCalendar], Refusals]
    check_review: Callable[[Debtor, Sequence[Decision], NoticeDates, date, WorkingCalendar], Refusals]
    of_age_on: Callable[[date], date]
    listing_term: Callable[[Sequence[Decision]], Term]
    notice_window: Callable[[Sequence[Decision], date, date | None, date | None, date | None], Window]
    latest_review_on: Callable[[date], date]
    formal_deletion: Callable[[int, Sequence[Decision], date, WorkingCalendar], FormalDeletion]
    clock_due: Callable[[ObjectionClock, date, WorkingCalendar], Due]
    creditor_may_ask_again_on: Callable[[date], date]
