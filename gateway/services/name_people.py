"""User names of the people behind ids, for those who work with them: a court's own, and operators'."""

from collections.abc import Iterable

from sqlalchemy import or_, select

from gateway.models import User
from gateway.services.work import Work


def names_of(work: Work, user_ids: Iterable[str | None]) -> dict[str, str]:
    """Id -> user name; whoever belongs to another court is not among them."""
    wanted = {each for each in user_ids if each}
    query = select(User.id, User.username).where(
        User.id.in_(wanted), or_(User.court_id.is_(None), User.court_id == work.actor.court_id)
    )
    return {row[0]: row[1] for row in work.session.execute(query)} if wanted else {}
