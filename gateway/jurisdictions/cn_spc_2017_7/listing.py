"""How long a debtor is listed, and on which days a notice about it may play.

One principle where papers are incomplete: what ends a listing counts at once and without formality, what
prolongs it counts only when it was signed and served.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from gateway.jurisdictions.cn_spc_2017_7.tables import (
    ABLE_BUT_REFUSES,
    EXTENDED_TERM_MONTHS,
    PUBLIC_NOTICE_DAYS,
    REVIEW_MONTHS,
)
from gateway.jurisdictions.dates import add_days, add_months
from gateway.jurisdictions.facts import Decision, DecisionKind, ServiceMethod
from gateway.jurisdictions.findings import NO_DAY, NO_LISTING, Term, Window


def is_blank(text: str | None) -> bool:
    """Whether nobody wrote anything there."""
    return text is None or not text.strip()


def governing_decision(decisions: Iterable[Decision]) -> Decision | None:
    """The initial decision that the listing rests on: the latest one, if any has a day."""
    dated = [each for each in decisions if each.kind is DecisionKind.INITIAL and each.made_on is not None]
    return (
        max(dated, key=lambda each: each.made_on or date.min) if len(dated) > 1 else next(iter(dated), None)
    )


def listing_term(decisions: Sequence[Decision]) -> Term:
    """From the day of the decision (Art. 5: effective when made) through the last day of the term (Art. 2).

    A term of months ends with the corresponding day: 24 months from 2024-03-15 hold 2026-03-15 and no later
    day, for the day of the decision is not counted (Civil Code Art. 201-202; Civil Procedure Law Art. 85).
    It is not moved off a holiday: that rule protects who must act in time; here it would lengthen a sanction.
    Several grounds, one of them with a term: the term governs. An extension counts from the initial
    decision's day, if it is signed, served, and made while the term runs. An early deletion ends the listing
    before its own day. Without a usable initial decision: `NO_LISTING`.
    """
    initial = governing_decision(decisions)
    if initial is None or initial.made_on is None:
        return NO_LISTING
    starts_on = initial.made_on
    if initial.term_months is None and initial.grounds != {ABLE_BUT_REFUSES}:
        return NO_LISTING
    if len(decisions) == 1:
        return Term(starts_on, _own_last_day(initial, starts_on))
    last_day = _extended(_own_last_day(initial, starts_on), starts_on, decisions)
    deleted_on = _early_deletion_day(starts_on, last_day, decisions)
    if deleted_on is None:
        return Term(starts_on, last_day)
    return Term(starts_on, add_days(deleted_on, -1), ended_early_on=deleted_on)


def known_last_day(decisions: Sequence[Decision]) -> date | None:
    """The last day of the listing; None when it has no term, and when no usable decision tells one."""
    term = listing_term(decisions)
    return None if term is NO_LISTING else term.last_day


def first_day_in_force(decisions: Sequence[Decision], approved_on: date, starts_on: date | None) -> date:
    """The latest of approval, the day after the grace, the day of effective service and the day asked for."""
    days = [approved_on]
    initial = governing_decision(decisions)
    if initial is not None:
        grace_over = None if initial.grace_until is None else add_days(initial.grace_until, 1)
        days += [
            day for day in (initial.made_on, grace_over, service_effective_on(initial)) if day is not None
        ]
    return max(days if starts_on is None else [*days, starts_on])


def notice_window(
    decisions: Sequence[Decision],
    approved_on: date,
    starts_on: date | None,
    ends_on: date | None,
    review_on: date | None,
) -> Window:
    """The days on which a notice approved on `approved_on` may play; never open-ended.

    It ends with the earliest of the term, the wished end and the review date. It is `NO_DAY` when the initial
    decision is unusable, unsigned or unserved, and when neither a term nor a review date bounds it.
    """
    initial = governing_decision(decisions)
    term = listing_term(decisions)
    unbounded = term.last_day is None and review_on is None
    if initial is None or term is NO_LISTING or not is_signed_and_served(initial) or unbounded:
        return NO_DAY
    last_days = [day for day in (term.last_day, ends_on, review_on) if day is not None]
    return Window(first_day_in_force(decisions, approved_on, starts_on), min(last_days))


def latest_review_on(today: date) -> date:
    """The latest day for which the review of a notice without a term may be set."""
    return add_months(today, REVIEW_MONTHS)


def service_effective_on(decision: Decision) -> date | None:
    """The day as of which the decision counts as served; None when that cannot be told.

    By public notice it is the 30th day after publication (Civil Procedure Law Art. 95).
    """
    if decision.served_on is None or decision.service_method is None:
        return None
    if decision.service_method is ServiceMethod.PUBLIC_NOTICE:
        return add_days(decision.served_on, PUBLIC_NOTICE_DAYS)
    return decision.served_on


def is_signed_and_served(decision: Decision) -> bool:
    """Whether the papers show a signature and a service (Art. 5)."""
    return not is_blank(decision.signed_by) and service_effective_on(decision) is not None


def _own_last_day(initial: Decision, starts_on: date) -> date | None:
    if initial.term_months is None:
        return None
    return add_months(starts_on, min(initial.term_months, EXTENDED_TERM_MONTHS[-1]))


def _extended(last_day: date | None, starts_on: date, decisions: Iterable[Decision]) -> date | None:
    if last_day is None:
        return None
    dated = [(d.made_on, d) for d in decisions if d.kind is DecisionKind.EXTENSION and d.made_on is not None]
    for made_on, extension in sorted(dated, key=lambda pair: pair[0]):
        months = extension.term_months or 0
        usable = extension.extension is not None and is_signed_and_served(extension)
        if usable and months in EXTENDED_TERM_MONTHS and starts_on <= made_on <= last_day:
            last_day = max(last_day, add_months(starts_on, months))
    return last_day


def _early_deletion_day(starts_on: date, last_day: date | None, decisions: Iterable[Decision]) -> date | None:
    # An undated deletion counts from the first day: it silences, and what silences needs no formality.
    days = [d.made_on or starts_on for d in decisions if d.kind is DecisionKind.EARLY_DELETION]
    while_listed = [day for day in days if starts_on <= day and (last_day is None or day <= last_day)]
    return min(while_listed, default=None)
