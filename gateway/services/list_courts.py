"""Reading courts: the operator all of them, everybody else his own, with what stands above and below it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select

from gateway.models import Court, CourtChange
from gateway.services.change_court import open_changes
from gateway.services.find_court import see_court
from gateway.services.list_rows import Page, Wanted, one_of_states, only, page_of
from gateway.services.permissions import Action
from gateway.services.work import Work

STATES = ("enabled", "disabled", "shadow")
_IN_STATE: dict[str, ColumnElement[bool]] = {
    "enabled": Court.enabled.is_(True),
    "disabled": Court.enabled.is_(False),
    "shadow": Court.shadow.is_(True),
}


@dataclass(frozen=True, slots=True)
class CourtFile:
    """A court with the court above it, those below it, and the changes that wait for a second person."""

    court: Court
    parent: Court | None
    below: tuple[Court, ...]
    changes: tuple[CourtChange, ...]


def list_courts(work: Work, wanted: Wanted, name: str = "") -> Page[Court]:
    """A page of the courts that the actor sees, the newest first; `name` is a part of the name."""
    work.actor.must(Action.READ_COURT)
    one_of_states(wanted.state, STATES)
    query = only(
        _visible(work),
        (
            _IN_STATE[wanted.state] if wanted.state else None,
            Court.name.contains(name.strip(), autoescape=True) if name.strip() else None,
        ),
    )
    return page_of(work, query, Court.id, wanted)


def read_court(work: Work, court_id: str) -> CourtFile:
    """One court; raises NotFound for another court's."""
    work.actor.must(Action.READ_COURT)
    court = see_court(work, court_id)
    parent = work.session.get(Court, court.parent_id) if court.parent_id else None
    below = work.session.scalars(select(Court).where(Court.parent_id == court.id).order_by(Court.name))
    return CourtFile(court, parent, tuple(below), tuple(open_changes(work, court.id)))


def _visible(work: Work) -> Select[Court]:
    query = select(Court)
    return query.where(Court.id == work.actor.court_id) if work.actor.court_id is not None else query
