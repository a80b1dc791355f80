"""Single sign-on: the court's identity provider may stand for the password, never for the second factor.

A person comes through it only where his administrator allowed it, and is from the first use on bound to the
one subject that the provider named then. What the provider claims makes no person and no role.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from gateway.models import SsoIdentity, User
from gateway.services.access_links import lock_person
from gateway.services.audit import chain_of
from gateway.services.limit_attempts import count_attempts, counter, forgive, source_of
from gateway.services.manage_people import managed
from gateway.services.permissions import Action
from gateway.services.refusals import SignInRefused, WrongState
from gateway.services.sign_in import HalfOpen, Visitor, open_half
from gateway.services.transactions import Transactions
from gateway.services.work import Work

BOUND_WITHIN = timedelta(hours=72)
"""How long after the administrator allowed it the first use may come."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the provider says, its signature, audience and nonce proved: its address, its name for the person,
    and the name under which he is known there."""

    issuer: str
    subject: str
    username: str


def allow_identity(work: Work, user_id: str) -> None:
    """Let the person come through the provider; whom he was bound to before is forgotten."""
    work.actor.must(Action.MANAGE_USERS)
    user = managed(work, user_id)
    if user.disabled_at is not None:
        raise WrongState("disabled", "This account is disabled.", "该账户已停用。")
    row = work.session.get(SsoIdentity, user.id) or SsoIdentity(user_id=user.id)
    row.subject_hash = row.bound_at = None
    row.allowed_by, row.allowed_at = work.actor.user_id, work.now
    work.session.add(row)
    work.enter(chain_of(user.court_id), "allowed_sso", "user_account", user.id)


def forbid_identity(work: Work, user_id: str) -> None:
    """The provider stands for this person no more."""
    work.actor.must(Action.MANAGE_USERS)
    user = managed(work, user_id)
    row = work.session.get(SsoIdentity, user.id)
    if row is not None:
        work.session.delete(row)
        work.enter(chain_of(user.court_id), "forbade_sso", "user_account", user.id)


def enter_by_identity(transactions: Transactions, visitor: Visitor, identity: Identity) -> HalfOpen:
    """Open the half of a session, which waits for the second factor as after a password; or SignInRefused."""
    with transactions.reading() as work:
        counters = (counter(work.vault, "source", source_of(visitor.address)),)
    count_attempts(transactions, counters)
    with transactions.writing() as work:
        user = _bound(work, identity) or _bind(work, identity)
        half = open_half(work, user, visitor, "sso") if user else None
        if half is not None:
            forgive(work, counters)
    if half is None:
        raise SignInRefused(
            "sso",
            "No account here is linked to you. Ask your administrator to allow single sign-on.",
            "没有与您关联的账户，请联系管理员为您开通单点登录。",
        )
    return half


def _digests(work: Work, identity: Identity) -> tuple[bytes, ...]:
    return work.vault.look_up_hashes(f"sso {identity.issuer}\0{identity.subject}")


def _bound(work: Work, identity: Identity) -> User | None:
    query = (
        select(User)
        .join(SsoIdentity, SsoIdentity.user_id == User.id)
        .where(
            SsoIdentity.subject_hash.in_(_digests(work, identity)),
            User.disabled_at.is_(None),
            User.roles != "",
        )
    )
    return work.session.scalars(query).one_or_none()


def _bind(work: Work, identity: Identity) -> User | None:
    """The person who is allowed and was not bound yet, bound now; a subject is bound to one person only."""
    query = select(User.id).where(
        User.username == identity.username, User.disabled_at.is_(None), User.roles != ""
    )
    user = lock_person(work, work.session.scalars(query).one_or_none())
    digests = _digests(work, identity)
    taken = work.session.scalars(
        select(SsoIdentity.user_id).where(SsoIdentity.subject_hash.in_(digests))
    ).first()
    if user is None or taken is not None:
        return None
    done = work.session.execute(
        update(SsoIdentity)
        .where(
            SsoIdentity.user_id == user.id,
            SsoIdentity.subject_hash.is_(None),
            SsoIdentity.allowed_at > work.now - BOUND_WITHIN,
        )
        .values(subject_hash=digests[0], bound_at=work.now)
        .execution_options(synchronize_session=False)
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        return None
    work.enter(chain_of(user.court_id), "bound_sso", "user_account", user.id)
    return user
