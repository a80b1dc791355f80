"""One-time links: the secret with which somebody invited, or locked out, sets up his way in. Shown once."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from gateway.models import AccessLink, Court, User
from gateway.services.refusals import NotFound, WrongState
from gateway.services.work import Work
from gateway.vault import token_hash

GOOD_FOR = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom the link is for, and its token, which is kept nowhere."""

    user: User
    link: AccessLink
    token: str


def new_token() -> str:
    """256 random bits, as text for an address."""
    return secrets.token_urlsafe(32)


def make_link(
    work: Work, user: User, kind: str, token: str | None, remark_id: str | None = None
) -> AccessLink:
    """A link for this person; an older one that is not used yet is good no more. Whoever asks, enters it."""
    end_links(work, user.id)
    row = AccessLink(
        id=work.new_id(),
        user_id=user.id,
        kind=kind,
        state="open" if token else "requested",
        token_hash=token_hash(token) if token else None,
        made_by=work.actor.user_id,
        reason_remark_id=remark_id,
        created_at=work.now,
        expires_at=work.now + GOOD_FOR,
    )
    work.session.add(row)
    work.session.flush()
    return row


def end_links(work: Work, user_id: str) -> None:
    """No link of this person is good any more."""
    work.session.execute(
        update(AccessLink)
        .where(AccessLink.user_id == user_id, AccessLink.state.in_(("requested", "open")))
        .values(state="ended", ended_at=work.now, version=AccessLink.version + 1)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class Held:
    """An open link in somebody's hand, the person whom it is for, and his court."""

    link: AccessLink
    user: User
    court: Court | None


def lock_person(work: Work, user_id: str | None) -> User | None:
    """The person's row, locked: always before his links, keys and sessions, so that none waits in a ring."""
    query = select(User).where(User.id == user_id).with_for_update()
    return work.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def open_link(work: Work, token: str) -> Held:
    """The link of this token, locked; NotFound for one unknown, used, replaced or too old, all alike."""
    of_token = AccessLink.token_hash == token_hash(token)
    lock_person(work, work.session.scalars(select(AccessLink.user_id).where(of_token)).one_or_none())
    held = look_at_link(work, token)
    work.session.refresh(held.link, with_for_update=True)
    return look_at_link(work, token)


def look_at_link(work: Work, token: str) -> Held:
    """The same without a lock, for reading."""
    query = (
        select(AccessLink, User)
        .join(User, User.id == AccessLink.user_id)
        .where(
            AccessLink.token_hash == token_hash(token),
            AccessLink.state == "open",
            AccessLink.expires_at > work.now,
            User.disabled_at.is_(None),
        )
    )
    row = work.session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    link, user = row
    return Held(link, user, work.session.get(Court, user.court_id) if user.court_id else None)


def no_longer() -> WrongState:
    """The refusal of a step on a link or request that somebody has meanwhile answered."""
    return WrongState(
        "link-not-waiting",
        "This has been answered, replaced or has run out meanwhile.",
        "此事项已被处理、被替换或已过期。",
    )
