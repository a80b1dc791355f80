"""Finding who speaks with a bearer token: asked at every request, so that a revoked token is one at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.models import ApiToken, User
from gateway.services.actor import Actor
from gateway.vault import token_hash


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token in use, and the person whom it stands for."""

    token_id: str
    actor: Actor


def find_actor(session: Session, token: str, now: datetime) -> Bearer | None:
    """None for a token that is unknown, expired or revoked, and for one of a disabled person, all alike."""
    row = session.execute(
        select(ApiToken, User)
        .join(User, User.id == ApiToken.user_id)
        .where(
            ApiToken.token_hash == token_hash(token),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > now,
            User.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    held, user = row
    scopes = frozenset(held.scopes.split())
    return Bearer(held.id, Actor(user.id, user.court_id, user.role_names, scopes))
