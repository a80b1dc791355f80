"""When the formal record of a closed case must be deleted (Art. 10); its notice is silent long before."""

from collections.abc import Sequence
from datetime import date

from gateway.jurisdictions.calendar import CalendarUnknown, WorkingCalendar
from gateway.jurisdictions.cn_spc_2017_7.listing import listing_term
from gateway.jurisdictions.cn_spc_2017_7.sources import ART_10, ART_10_TERM
from gateway.jurisdictions.cn_spc_2017_7.tables import DELETION_WORKING_DAYS, REMOVAL_GROUNDS
from gateway.jurisdictions.facts import Decision
from gateway.jurisdictions.findings import DeletionStatus, FormalDeletion


def formal_deletion(
    removal_ground: int, decisions: Sequence[Decision], closed_on: date, calendar: WorkingCalendar
) -> FormalDeletion:
    """The deadline after a case closed on a removal ground, as known from the decisions made so far.

    Three working days from the close; where the listing has a term, from the end of the term or from an early
    deletion instead. Never an error: a year that the calendar does not know gives "not computable", and an
    unknown ground is answered like any other, under Art. 10 as a whole.
    """
    term = listing_term(decisions)
    if term.ended_early_on is not None:
        return _due_after(term.ended_early_on, ART_10_TERM, calendar)
    # A term that holds no day, for want of a usable decision, cannot postpone anything.
    if term.last_day is None or term.is_empty:
        row = REMOVAL_GROUNDS.get(removal_ground)
        return _due_after(closed_on, ART_10 if row is None else row.article, calendar)
    found = _due_after(term.last_day, ART_10_TERM, calendar)
    if term.last_day <= closed_on:
        return found
    return FormalDeletion(DeletionStatus.NOT_DUE_BEFORE_TERM, found.due_on, ART_10_TERM)


def _due_after(event_on: date, article: str, calendar: WorkingCalendar) -> FormalDeletion:
    try:
        due_on = calendar.add_working_days(event_on, DELETION_WORKING_DAYS)
    except CalendarUnknown:
        return FormalDeletion(DeletionStatus.NOT_COMPUTABLE, None, article)
    return FormalDeletion(DeletionStatus.DUE, due_on, article)
