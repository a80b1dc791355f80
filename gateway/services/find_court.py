"""Finding a court: the operator finds every one, everybody else his own and no other."""

from sqlalchemy import select

from gateway.models import Court
from gateway.services.refusals import NotFound
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


def _seen_by(work: Work, court: Court | None) -> Court:
    if court is None or work.actor.court_id not in {None, court.id}:
        raise NotFound
    return court
