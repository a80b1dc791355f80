"""Confirming a grave step: a code or key once more, good for one purpose, once, and for a few minutes."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from gateway.models import DeskSession, User
from gateway.services.permissions import Action
from gateway.services.prove_person import Proof, count_proof, prove, refused_proof
from gateway.services.refusals import NotAllowed, NotFound
from gateway.services.security_keys import Site, ask_for_key
from gateway.services.transactions import Transactions
from gateway.services.work import Work
from gateway.vault import token_hash

GOOD_FOR = timedelta(minutes=5)
LONGEST_PURPOSE = 190


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The session's new token: the one before is worth nothing any more."""

    token: str


def ask_to_confirm(work: Work, session_id: str, purpose: str, site: Site) -> str | None:
    """What the browser asks a security key, as JSON; None where the person has none and types a code."""
    work.actor.must(Action.OWN_ACCOUNT)
    user = work.session.get_one(User, work.actor.user_id)
    return ask_for_key(work, user, session_id, purpose, site)


def confirm(transactions: Transactions, session_id: str, purpose: str, proof: Proof) -> Confirmed:
    """Confirm that the person is still there, for this purpose; `transactions.actor` is the person.

    Raises SignInRefused. After five failures the session is over.
    """
    with transactions.reading() as work:
        user = _person(work, session_id)
    count_proof(transactions, session_id)
    token = secrets.token_urlsafe(32)
    with transactions.writing() as work:
        kind = prove(work, user, session_id, purpose, proof)
        confirmed = kind is not None and _keep(work, session_id, purpose, token)
    if not confirmed:
        raise refused_proof()
    return Confirmed(token)


def _person(work: Work, session_id: str) -> User:
    query = (
        select(User)
        .join(DeskSession, DeskSession.user_id == User.id)
        .where(DeskSession.id == session_id, DeskSession.state == "open", User.id == work.actor.user_id)
    )
    user = work.session.scalars(query).one_or_none()
    if user is None:
        raise NotFound
    return user


def _keep(work: Work, session_id: str, purpose: str, token: str) -> bool:
    done = work.session.execute(
        update(DeskSession)
        .where(DeskSession.id == session_id, DeskSession.state == "open")
        .values(
            confirmed_at=work.now,
            confirmed_for=purpose[:LONGEST_PURPOSE],
            failures=0,
            token_hash=token_hash(token),
        )
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def spend_confirmation(work: Work, session_id: str, purpose: str) -> None:
    """Use the confirmation up, in the transaction of what it is for; NotAllowed where there is none.

    What is undone with the transaction is not used up: the person need not type another code for it.
    """
    done = work.session.execute(
        update(DeskSession)
        .where(
            DeskSession.id == session_id,
            DeskSession.user_id == work.actor.user_id,
            DeskSession.state == "open",
            DeskSession.confirmed_for == purpose[:LONGEST_PURPOSE],
            DeskSession.confirmed_at > work.now - GOOD_FOR,
        )
        .values(confirmed_at=None, confirmed_for=None)
        .execution_options(synchronize_session=False)
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        raise NotAllowed(
            "confirm",
            "Confirm this step with a code or your security key first.",
            "请先用验证码或安全密钥确认此步骤。",
        )
