"""Finding who sits at the desk: asked at every request, so that whoever was disabled is out at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.models import DeskSession, User
from gateway.services.actor import Actor

LONGEST = timedelta(hours=12)
IDLE, IDLE_OF_APPROVERS = timedelta(minutes=30), timedelta(minutes=15)
APPROVERS = frozenset({"judge", "president"})
HALF_OPEN = timedelta(minutes=5)
"""How long after the password the second factor may come."""
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser in use, and the person who sits before it. `unnoted`: it is time to call `note_seen`."""

    session: DeskSession
    user: User
    actor: Actor
    unnoted: bool


def find_session(session: Session, token_hash: bytes, now: datetime) -> SignedIn | None:
    """None for a session that is unknown, half open, ended, too old or too long idle, and for a person who
    is disabled or has no role, all alike."""
    found = _find(session, token_hash, "open")
    if found is None:
        return None
    row, user = found
    if now >= row.created_at + LONGEST or now >= row.last_seen_at + idle_of(user.role_names):
        return None
    actor = Actor(user.id, user.court_id, user.role_names)
    return SignedIn(row, user, actor, now >= row.last_seen_at + NOTED_EVERY)


def find_half_open(session: Session, token_hash: bytes, now: datetime) -> tuple[DeskSession, User] | None:
    """The session whose password is proved and whose second factor is awaited, with its person."""
    found = _find(session, token_hash, "password")
    return found if found is not None and now < found[0].created_at + HALF_OPEN else None


def _find(session: Session, token_hash: bytes, state: str) -> tuple[DeskSession, User] | None:
    query = (
        select(DeskSession, User)
        .join(User, User.id == DeskSession.user_id)
        .where(
            DeskSession.token_hash == token_hash,
            DeskSession.state == state,
            User.disabled_at.is_(None),
            User.roles != "",
        )
    )
    row = session.execute(query).one_or_none()
    return (row[0], row[1]) if row is not None else None


def idle_of(roles: frozenset[str]) -> timedelta:
    """How long a person of these roles may be away."""
    return IDLE_OF_APPROVERS if roles & APPROVERS else IDLE


def note_seen(session: Session, session_id: str, now: datetime) -> None:
    """Keep that the browser was used; at most once a minute, whoever else notes it at the same time."""
    session.execute(
        update(DeskSession)
        .where(
            DeskSession.id == session_id,
            DeskSession.state == "open",
            DeskSession.last_seen_at <= now - NOTED_EVERY,
        )
        .values(last_seen_at=now)
        .execution_options(synchronize_session=False)
    )
