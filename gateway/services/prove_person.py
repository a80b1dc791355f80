"""Proving a second factor, a code or a touched key: counted before it is judged, and five times at most."""

from dataclasses import dataclass

from sqlalchemy import update

from gateway.models import DeskSession, User
from gateway.services.refusals import SignInRefused
from gateway.services.security_keys import Site, keys_of, use_key
from gateway.services.transactions import Transactions
from gateway.services.use_codes import use_code
from gateway.services.work import Work

MOST_FAILURES = 5


@dataclass(frozen=True, slots=True)
class Code:
    """Six digits from an authenticator program."""

    digits: str


@dataclass(frozen=True, slots=True)
class Touch:
    """What a security key answered, as the browser's JSON."""

    answer: str
    site: Site


Proof = Code | Touch


def factors_of(work: Work, user: User) -> frozenset[str]:
    """`code`, `key`, both or none: what the person can prove himself with."""
    kinds = {"code"} if user.totp_sealed else set()
    if keys_of(work, user.id):
        kinds.add("key")
    return frozenset(kinds)


def count_proof(transactions: Transactions, session_id: str) -> None:
    """Count one more proof of this session; after five that failed it ends, and SignInRefused is raised."""
    with transactions.writing() as work:
        done = work.session.execute(
            update(DeskSession)
            .where(
                DeskSession.id == session_id,
                DeskSession.state != "ended",
                DeskSession.failures < MOST_FAILURES,
            )
            .values(failures=DeskSession.failures + 1)
            .execution_options(synchronize_session=False)
        )
        counted = bool(done.rowcount)  # type: ignore[attr-defined]
        if not counted:
            _end(work, session_id)
    if not counted:
        raise SignInRefused(
            "start-again",
            "Too many wrong answers. Sign in again from the start.",
            "错误次数过多，请从头重新登录。",
        )


def _end(work: Work, session_id: str) -> None:
    work.session.execute(
        update(DeskSession)
        .where(DeskSession.id == session_id, DeskSession.state != "ended")
        .values(state="ended", ended_at=work.now, ended_because="too_many_failures")
        .execution_options(synchronize_session=False)
    )


def prove(work: Work, user: User, session_id: str, purpose: str, proof: Proof) -> str | None:
    """The kind of second factor that was proved, None where it was not; what was used is used up either way.

    So the caller lets the transaction be kept before he refuses.
    """
    match proof:
        case Code(digits):
            return "code" if use_code(work, user, digits) else None
        case Touch(answer, site):
            return "key" if use_key(work, user, session_id, purpose, answer, site) else None


def refused_proof() -> SignInRefused:
    """The words for a wrong, late or used code, and for a wrong key, all alike."""
    return SignInRefused(
        "second-factor",
        "The code or key was not accepted. Each code can be used once: wait for the next one.",
        "验证码或安全密钥未通过。每个验证码只能使用一次，请等待下一个验证码。",
    )
