"""Challenges: what a key, an authenticator program or an identity provider has to answer, once and soon."""

from datetime import timedelta

from sqlalchemy import delete, select

from gateway.models import DeskChallenge
from gateway.services.work import Work

ANSWERED_WITHIN = timedelta(minutes=5)


def ask_challenge(work: Work, bound_to: str, purpose: str, secret: str) -> None:
    """Keep what must be answered; what was asked of this session or link for this purpose before is void."""
    _forget(work, bound_to, purpose)
    row = DeskChallenge(
        id=work.new_id(),
        bound_to=bound_to,
        purpose=purpose,
        secret_sealed=work.vault.seal(secret, "challenge"),
        expires_at=work.now + ANSWERED_WITHIN,
    )
    work.session.add(row)
    work.session.flush()


def take_challenge(work: Work, bound_to: str, purpose: str) -> str | None:
    """What was asked, once: whoever comes second finds nothing. None also when it is too late."""
    taken = work.session.execute(
        delete(DeskChallenge)
        .where(DeskChallenge.bound_to == bound_to, DeskChallenge.purpose == purpose)
        .returning(DeskChallenge.secret_sealed, DeskChallenge.expires_at)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None or taken.expires_at <= work.now:
        return None
    return work.vault.open(taken.secret_sealed, "challenge")


def peek_challenge(work: Work, bound_to: str, purpose: str) -> str | None:
    """What was asked and is not answered yet, without using it up."""
    query = select(DeskChallenge.secret_sealed).where(
        DeskChallenge.bound_to == bound_to,
        DeskChallenge.purpose == purpose,
        DeskChallenge.expires_at > work.now,
    )
    sealed = work.session.scalars(query).first()
    return work.vault.open(sealed, "challenge") if sealed is not None else None


def _forget(work: Work, bound_to: str, purpose: str) -> None:
    work.session.execute(
        delete(DeskChallenge)
        .where(DeskChallenge.bound_to == bound_to, DeskChallenge.purpose == purpose)
        .execution_options(synchronize_session=False)
    )
