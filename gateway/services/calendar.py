"""A court's working calendar: the published one, with the days that the court has entered itself."""

from datetime import date
from types import MappingProxyType

from sqlalchemy import select

from gateway.jurisdictions.calendar import PrcCalendar
from gateway.models import CourtCalendarDay
from gateway.services.work import Work


def calendar_of(work: Work) -> PrcCalendar:
    """The calendar of the actor's court."""
    return calendar_of_court(work, work.actor.court)


def calendar_of_court(work: Work, court_id: str) -> PrcCalendar:
    """The calendar of a court that the actor may see: whoever asks has looked."""
    query = select(CourtCalendarDay.day, CourtCalendarDay.working).where(
        CourtCalendarDay.court_id == court_id
    )
    days = {date.fromisoformat(day): working for day, working in work.session.execute(query)}
    return PrcCalendar(MappingProxyType(days))
