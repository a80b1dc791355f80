"""The people whom an administrator, or an operator, looks after: who they are and how they sign in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from gateway.models import AccessLink, DeskSession, SecurityKey, SsoIdentity, User
from gateway.services.list_rows import Page, Wanted, found, page_of
from gateway.services.permissions import Action
from gateway.services.work import Work


@dataclass(frozen=True, slots=True)
class Person:
    """One person; `state` is invited, active or disabled; `sso` is allowed, bound or None."""

    id: str
    court_id: str | None
    username: str
    name: str
    roles: tuple[str, ...]
    state: str
    version: int
    created_at: datetime
    last_signed_in_at: datetime | None
    has_codes: bool
    keys: int
    sso: str | None
    waiting_link: str | None
    """invitation, recovery (a link is out), requested (a recovery waits for the second person) or None."""


def list_people(work: Work, wanted: Wanted) -> Page[Person]:
    """A page of them, the newest first."""
    work.actor.must(Action.MANAGE_USERS)
    page = page_of(work, select(User).where(_reached(work)), User.id, wanted)
    return page.shown(lambda user: _shown(work, user))


def read_person(work: Work, user_id: str) -> Person:
    """One of them; NotFound for anybody else."""
    work.actor.must(Action.MANAGE_USERS)
    query = select(User).where(User.id == user_id, _reached(work))
    return _shown(work, found(work.session.scalars(query).one_or_none()))


def _reached(work: Work) -> ColumnElement[bool]:
    if work.actor.court_id is not None:
        return User.court_id == work.actor.court_id
    return User.court_id.is_(None) | (" " + User.roles + " ").like("% administrator %")


def _shown(work: Work, user: User) -> Person:
    session = work.session
    last = select(func.max(DeskSession.created_at)).where(
        DeskSession.user_id == user.id, DeskSession.factor.is_not(None)
    )
    identity = session.get(SsoIdentity, user.id)
    return Person(
        id=user.id,
        court_id=user.court_id,
        username=user.username,
        name=work.vault.open(user.name_sealed, "person"),
        roles=tuple(user.roles.split()),
        state="disabled" if user.disabled_at else "active" if user.password_hash else "invited",
        version=user.version,
        created_at=user.created_at,
        last_signed_in_at=session.scalar(last),
        has_codes=user.totp_sealed is not None,
        keys=session.scalar(select(func.count()).where(SecurityKey.user_id == user.id)) or 0,
        sso=None if identity is None else "bound" if identity.subject_hash else "allowed",
        waiting_link=_waiting(work, user),
    )


def _waiting(work: Work, user: User) -> str | None:
    query = select(AccessLink.kind, AccessLink.state).where(
        AccessLink.user_id == user.id,
        AccessLink.state.in_(("requested", "open")),
        AccessLink.expires_at > work.now,
    )
    row = work.session.execute(query).one_or_none()
    return None if row is None else "requested" if row.state == "requested" else str(row.kind)
