"""Finding the person whom a user name belongs to, for filters that ask for what somebody did."""

from sqlalchemy import or_, select

from gateway.models import User
from gateway.services.actor import SYSTEM
from gateway.services.work import Work


def person_named(work: Work, username: str | None) -> str | None:
    """The id of a person of this court (or an operator); the name itself where there is none, which finds
    nothing; None where no name is given."""
    if username is None or username == SYSTEM:
        return username
    query = select(User.id).where(
        User.username == username, or_(User.court_id.is_(None), User.court_id == work.actor.court_id)
    )
    return work.session.scalar(query) or username
