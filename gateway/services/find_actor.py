"""Finding who speaks with a bearer token: asked at every request, so that a revoked token is one at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from gateway.models import ApiToken, User
from gateway.services.actor import Actor
from gateway.vault import token_hash

NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token in use, and the person whom it stands for. `unnoted`: it is time to call `note_used`."""

    token_id: str
    actor: Actor
    unnoted: bool


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
    unnoted = held.last_used_at is None or held.last_used_at <= now - NOTED_EVERY
    return Bearer(held.id, Actor(user.id, user.court_id, user.role_names, scopes), unnoted)


def note_used(session: Session, token_id: str, now: datetime) -> None:
    """Keep that the token was used; at most once an hour, whoever else notes it at the same time."""
    session.execute(
        update(ApiToken)
        .where(
            ApiToken.id == token_id,
            or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at <= now - NOTED_EVERY),
        )
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )
