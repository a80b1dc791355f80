"""Finding a court: the operator finds every one, everybody else his own and no other."""

from sqlalchemy import select

from gateway.models import Court
from gateway.services.permissions import Action
from gateway.services.refusals import NotFound, refuse
from gateway.services.work import Work


def find_court(work: Work, court_id: str) -> Court:
    """The court, locked for change; NotFound for none and for another court alike."""
    query = (
        select(Court).where(Court.id == court_id).with_for_update().execution_options(populate_existing=True)
    )
    return _seen_by(work, work.session.scalars(query).one_or_none())


def see_court(work: Work, court_id: str) -> Court:
    """The same without a lock, for reading."""
    return _seen_by(work, work.session.get(Court, court_id))


def court_named(work: Work, name: str, field: str) -> str | None:
    """The id of the court of this whole name; None for no name. Only who sees every court may ask."""
    work.actor.must(Action.FOUND_COURT)
    if not name.strip():
        return None
    court_id = work.session.scalars(select(Court.id).where(Court.name == name.strip())).one_or_none()
    if court_id is None:
        raise refuse(field, "unknown", "There is no court of this name.", "没有该名称的法院。")
    return court_id


def _seen_by(work: Work, court: Court | None) -> Court:
    if court is None or work.actor.court_id not in {None, court.id}:
        raise NotFound
    return court
