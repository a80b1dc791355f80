"""The legal clocks of an objection: until when it is decided, and what follows the decision by when."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from gateway.jurisdictions import Profile
from gateway.jurisdictions.clocks import ObjectionClock
from gateway.jurisdictions.dates import day_of
from gateway.jurisdictions.provision import Provision
from gateway.models import Objection
from gateway.services.calendar import calendar_of
from gateway.services.enrol_case import profile_of
from gateway.services.list_objections import read_objection
from gateway.services.permissions import Action
from gateway.services.work import Work


@dataclass(frozen=True, slots=True)
class Running:
    """A clock. `due_on` is None while the calendar does not know the year; `days_left` is below 0 when the
    day has passed, and None where the clock has stopped or cannot be computed."""

    clock: ObjectionClock
    provision: Provision
    due_on: date | None
    days_left: int | None


def objection_clocks(work: Work, objection_id: str) -> tuple[Running, ...]:
    """The clock of the decision, and then of what the decision obliges the court to or opens to the debtor.

    The ten days for reconsideration count from the service of the rejection; they are shown from the day of
    the decision, as the earliest day on which they can run out.
    """
    work.actor.must(Action.READ)
    objection = read_objection(work, objection_id).objection
    profile, today = profile_of(work), work.today()
    clock = ObjectionClock(objection.kind)
    left = _left(objection.decide_by, today) if objection.state == "open" else None
    first = Running(clock, profile.objection_clocks[clock].provision, objection.decide_by, left)
    following = _FOLLOWS.get(objection.state)
    return (first,) if following is None else (first, _following(work, profile, objection, following))


def _following(work: Work, profile: Profile, objection: Objection, clock: ObjectionClock) -> Running:
    decided_at = objection.decided_at or objection.created_at
    decided_on = day_of(decided_at, ZoneInfo(work.court().zone))
    due_on = profile.clock_due(clock, decided_on, calendar_of(work)).due_on
    return Running(clock, profile.objection_clocks[clock].provision, due_on, _left(due_on, work.today()))


def _left(due_on: date | None, today: date) -> int | None:
    return (due_on - today).days if due_on is not None else None


_FOLLOWS = {"upheld": ObjectionClock.UPHELD, "rejected": ObjectionClock.RECONSIDERATION_REQUEST}
