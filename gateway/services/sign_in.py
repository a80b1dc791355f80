"""Signing in, in two steps: the password opens a half, the second factor the whole of a session.

Neither step tells whether there is such a person. A password is hashed in no transaction, so that nobody
who writes waits for it; each step that succeeds makes a new token, and the one before is worth nothing.
"""

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select, update

from gateway.models import DeskSession, User
from gateway.services.actor import Actor
from gateway.services.audit import chain_of
from gateway.services.find_session import find_half_open
from gateway.services.hash_passwords import hash_password, is_outdated, is_password
from gateway.services.known_browser import known_browser, remember_browser
from gateway.services.limit_attempts import Counter, count_attempts, counter, forgive, source_of
from gateway.services.prove_person import Proof, count_proof, factors_of, prove, refused_proof
from gateway.services.refusals import SignInRefused
from gateway.services.security_keys import Site, ask_for_key
from gateway.services.transactions import Transactions
from gateway.services.work import Work
from gateway.vault import token_hash

SIGN_IN = "sign in"
"""The purpose of a second factor at the door."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever comes: the client's address, the browser's cookie of known_browser, and what browser it is."""

    address: str
    known: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class HalfOpen:
    """The password was right. `factors`: `code`, `key`, or both."""

    token: str
    session_id: str
    factors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Opened:
    """Signed in. `known` is the browser's new cookie of known_browser."""

    token: str
    session_id: str
    known: str


def check_password(transactions: Transactions, visitor: Visitor, username: str, password: str) -> HalfOpen:
    """Open the half of a session; raises SignInRefused, or TooManyAttempts before anything is hashed."""
    name = unicodedata.normalize("NFC", username).strip()
    with transactions.reading() as work:
        user = work.session.scalars(select(User).where(User.username == name)).one_or_none()
        counters = _counters(work, visitor, name, user)
    count_attempts(transactions, counters)
    right = is_password(user.password_hash if user else None, password)
    if user is None or not right or user.disabled_at is not None or not user.roles:
        raise _refused()
    fresh = hash_password(password) if user.password_hash and is_outdated(user.password_hash) else None
    with transactions.writing() as work:
        forgive(work, counters)
        if fresh is not None:
            _hash_anew(work, user, fresh)
        return open_half(work, user, visitor, "password")


def _counters(work: Work, visitor: Visitor, name: str, user: User | None) -> Sequence[Counter]:
    """A known browser has a budget of its own, which nobody uses up from anywhere else."""
    known = known_browser(work.vault, visitor.known, user.id, work.now) if user else None
    if known is not None and user is not None:
        return (counter(work.vault, "browser", user.id, known),)
    source = source_of(visitor.address)
    return counter(work.vault, "person", name, source), counter(work.vault, "source", source)


def _hash_anew(work: Work, user: User, fresh: str) -> None:
    """Keep the password under today's parameters, unless it was changed meanwhile."""
    work.session.execute(
        update(User)
        .where(User.id == user.id, User.password_hash == user.password_hash)
        .values(password_hash=fresh)
        .execution_options(synchronize_session=False)
    )


def open_half(work: Work, user: User, visitor: Visitor, first_factor: str) -> HalfOpen:
    """A session that waits for its second factor; refused to a person who has none yet."""
    factors = factors_of(work, user)
    if not factors:
        raise SignInRefused(
            "no-second-factor",
            "Your account has no second factor yet. Ask your administrator for a new link.",
            "您的账户尚未设置第二验证方式，请联系管理员重新发送链接。",
        )
    token = secrets.token_urlsafe(32)
    row = DeskSession(
        id=work.new_id(),
        user_id=user.id,
        token_hash=token_hash(token),
        state="password",
        first_factor=first_factor,
        browser=visitor.browser[:200],
        created_at=work.now,
        last_seen_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    return HalfOpen(token, row.id, factors)


def ask_at_the_door(work: Work, token: str, site: Site) -> str | None:
    """What the browser asks a security key, as JSON; None where the person has none. Or SignInRefused."""
    found = find_half_open(work.session, token_hash(token), work.now)
    if found is None:
        raise _too_late()
    session, user = found
    return ask_for_key(work, user, session.id, SIGN_IN, site)


def check_second_factor(transactions: Transactions, visitor: Visitor, token: str, proof: Proof) -> Opened:
    """Open the session; raises SignInRefused or TooManyAttempts."""
    half_token = token_hash(token)
    with transactions.reading() as work:
        found = find_half_open(work.session, half_token, work.now)
        if found is None:
            raise _too_late()
        session, user = found
        counters = _counters_of_factor(work, visitor, user)
    count_proof(transactions, session.id)
    count_attempts(transactions, counters)
    with transactions.writing() as work:
        kind = prove(work, user, session.id, SIGN_IN, proof)
        opened = _open(work, half_token, user, visitor, kind) if kind else None
        if opened is not None:
            forgive(work, counters)
    if opened is None:
        raise refused_proof()
    return opened


def _counters_of_factor(work: Work, visitor: Visitor, user: User) -> Sequence[Counter]:
    known = known_browser(work.vault, visitor.known, user.id, work.now)
    if known is not None:
        return (counter(work.vault, "browser", user.id, known),)
    return (counter(work.vault, "factor", user.id),)


def _open(work: Work, half_token: bytes, user: User, visitor: Visitor, kind: str) -> Opened | None:
    """The session under a new token, once; None where somebody was first or the person was disabled."""
    found = find_half_open(work.session, half_token, work.now)
    if found is None:
        return None
    token = secrets.token_urlsafe(32)
    done = work.session.execute(
        update(DeskSession)
        .where(DeskSession.token_hash == half_token, DeskSession.state == "password")
        .values(
            token_hash=token_hash(token),
            state="open",
            factor=kind,
            failures=0,
            created_at=work.now,
            last_seen_at=work.now,
        )
        .execution_options(synchronize_session=False)
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        return None
    session_id = found[0].id
    own_work = replace(work, actor=Actor(user.id, user.court_id, user.role_names))
    own_work.enter(chain_of(user.court_id), "signed_in", "desk_session", session_id, {"factor": kind})
    return Opened(token, session_id, remember_browser(work.vault, visitor.known, user.id, work.now))


def _refused() -> SignInRefused:
    return SignInRefused("sign-in", "The user name or the password is not right.", "用户名或密码不正确。")


def _too_late() -> SignInRefused:
    return SignInRefused(
        "start-again",
        "More than five minutes have passed. Sign in again from the start.",
        "已超过五分钟，请从头重新登录。",
    )
