"""Reading courts: the operator all of them, everybody else his own, with what stands above and below it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select

from gateway.models import Court, CourtChange, User
from gateway.services.change_court import open_changes
from gateway.services.find_court import see_court
from gateway.services.list_rows import Page, Wanted, found, one_of_states, only, page_of
from gateway.services.permissions import Action
from gateway.services.work import Work

STATES = ("enabled", "disabled", "shadow")
_IN_STATE: dict[str, ColumnElement[bool]] = {
    "enabled": Court.enabled.is_(True),
    "disabled": Court.enabled.is_(False),
    "shadow": Court.shadow.is_(True),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that waits for a second person: who proposed it, and why."""

    change: CourtChange
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class CourtFile:
    """A court with the court above it, those below it, what is proposed, and who switched it off."""

    court: Court
    parent: Court | None
    below: tuple[Court, ...]
    proposals: tuple[Proposal, ...]
    disabled_by: str | None


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
    proposals = tuple(_proposal(work, change) for change in open_changes(work, court.id))
    disabled_by = _name(work, court.disabled_by) if court.disabled_by else None
    return CourtFile(court, parent, tuple(below), proposals, disabled_by)


def read_proposal(work: Work, change_id: str) -> tuple[CourtFile, Proposal]:
    """A proposal with its court; NotFound where it is decided, or another court's."""
    work.actor.must(Action.READ_COURT)
    change = found(work.session.get(CourtChange, change_id))
    file = read_court(work, change.court_id)
    return file, found(next((each for each in file.proposals if each.change.id == change.id), None))


def find_change(work: Work, change_id: str) -> CourtChange:
    """A proposal, decided or not; NotFound for another court's."""
    work.actor.must(Action.READ_COURT)
    change = found(work.session.get(CourtChange, change_id))
    see_court(work, change.court_id)
    return change


def list_proposals(work: Work, wanted: Wanted) -> Page[tuple[Court, Proposal]]:
    """A page of what waits for a second person in the courts that the actor sees, the newest first."""
    work.actor.must(Action.READ_COURT)
    query = only(
        select(CourtChange).where(CourtChange.state == "proposed"),
        (CourtChange.court_id == work.actor.court_id if work.actor.court_id is not None else None,),
    )
    page = page_of(work, query, CourtChange.id, wanted)
    return page.shown(lambda row: (work.session.get_one(Court, row.court_id), _proposal(work, row)))


def _proposal(work: Work, change: CourtChange) -> Proposal:
    return Proposal(change, _name(work, change.proposed_by), work.read_remark(change.remark_id) or "")


def _name(work: Work, user_id: str) -> str:
    """A person's user name; what acts without being one, the console, by its own word."""
    user = work.session.get(User, user_id)
    return user.username if user is not None else user_id


def _visible(work: Work) -> Select[Court]:
    query = select(Court)
    return query.where(Court.id == work.actor.court_id) if work.actor.court_id is not None else query
