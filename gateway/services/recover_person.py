"""Recovering an account whose password or factors are lost: one person asks, another one confirms.

The link that comes of it is handed to its person; the old password, factors and sessions go when it is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from gateway.models import AccessLink, User
from gateway.services.access_links import GOOD_FOR, Invited, lock_person, make_link, new_token, no_longer
from gateway.services.audit import chain_of
from gateway.services.manage_people import managed, not_oneself
from gateway.services.permissions import Action
from gateway.services.refusals import NotFound, WrongState
from gateway.services.work import Work, require_reason
from gateway.vault import token_hash


@dataclass(frozen=True, slots=True)
class Recovery:
    """A recovery that waits for a second person."""

    link: AccessLink
    user: User
    reason: str | None


def request_recovery(work: Work, user_id: str, reason: str) -> AccessLink:
    """Ask that a person may set his password and factors anew; nothing changes until another one confirms."""
    work.actor.must(Action.MANAGE_USERS)
    user = managed(work, user_id)
    not_oneself(work, user)
    if user.password_hash is None or user.disabled_at is not None:
        raise WrongState(
            "not-in-use",
            "This account is not in use: invite the person again, or enable the account first.",
            "该账户未启用：请重新邀请此人，或先恢复启用账户。",
        )
    remark = work.remark(require_reason(reason))
    link = make_link(work, user, "recovery", None, remark)
    work.enter(chain_of(user.court_id), "asked_recovery", "user_account", user.id, {}, remark)
    return link


def confirm_recovery(work: Work, link_id: str) -> Invited:
    """Confirm it, as another person of the same court; the link is shown to the one who confirms."""
    work.actor.must(Action.CONFIRM_RECOVERY)
    link, user = _waiting(work, link_id)
    work.actor.must_differ_from(link.made_by)
    not_oneself(work, user)
    token = new_token()
    link.state, link.token_hash, link.confirmed_by = "open", token_hash(token), work.actor.user_id
    link.expires_at = work.now + GOOD_FOR
    link.version += 1
    work.enter(chain_of(user.court_id), "confirmed_recovery", "user_account", user.id)
    return Invited(user, link, token)


def refuse_recovery(work: Work, link_id: str) -> None:
    """Say no, or take one's own request back: everything stays as it was."""
    work.actor.must(Action.CONFIRM_RECOVERY)
    link, user = _waiting(work, link_id)
    link.state, link.ended_at = "ended", work.now
    link.version += 1
    work.enter(chain_of(user.court_id), "refused_recovery", "user_account", user.id)


def _waiting(work: Work, link_id: str) -> tuple[AccessLink, User]:
    """The request and its person, locked; NotFound for another court's."""
    owner = select(AccessLink.user_id).where(AccessLink.id == link_id, AccessLink.kind == "recovery")
    user = lock_person(work, work.session.scalars(owner).one_or_none())
    if user is None or user.court_id != work.actor.court_id:
        raise NotFound
    link = work.session.get_one(AccessLink, link_id, populate_existing=True, with_for_update=True)
    if link.state != "requested" or link.expires_at <= work.now or user.disabled_at is not None:
        raise no_longer()
    return link, user


def list_recoveries(work: Work) -> Sequence[Recovery]:
    """The recoveries of the actor's court that wait for a second person, the oldest first."""
    work.actor.must(Action.CONFIRM_RECOVERY)
    of_court = (
        User.court_id.is_(None) if work.actor.court_id is None else User.court_id == work.actor.court_id
    )
    query = (
        select(AccessLink, User)
        .join(User, User.id == AccessLink.user_id)
        .where(
            of_court,
            AccessLink.kind == "recovery",
            AccessLink.state == "requested",
            AccessLink.expires_at > work.now,
            User.disabled_at.is_(None),
        )
        .order_by(AccessLink.id)
    )
    return [
        Recovery(link, user, work.read_remark(link.reason_remark_id))
        for link, user in work.session.execute(query)
    ]
