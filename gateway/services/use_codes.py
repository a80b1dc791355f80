"""Time-based codes (TOTP): each is accepted once, and none of its time step or before it afterwards."""

import secrets
from base64 import b32encode
from datetime import datetime

import pyotp
from sqlalchemy import or_, update

from gateway.models import User
from gateway.services.work import Work

STEP = 30
WINDOW = (0, -1, 1)
"""Steps beside the present one: somebody types slowly, or his telephone's clock differs by less than 30 s."""
ISSUER = "Court Notice Gateway"


def new_secret() -> str:
    """160 random bits in base 32, as authenticator programs take them."""
    return b32encode(secrets.token_bytes(20)).decode()


def step_of_code(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, None for no code of about now."""
    digits = "".join(code.split())
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    present, totp = int(now.timestamp()) // STEP, pyotp.TOTP(secret, interval=STEP)
    matching = [present + away for away in WINDOW if totp.verify(digits, for_time=(present + away) * STEP)]
    return matching[0] if matching else None


def use_code(work: Work, user: User, code: str) -> bool:
    """Whether the code is right and was not used; of twenty at the same time one is let through."""
    secret = work.vault.open(user.totp_sealed, "totp") if user.totp_sealed else None
    step = step_of_code(secret, code, work.now) if secret else None
    return step is not None and take_step(work, user.id, step)


def take_step(work: Work, user_id: str, step: int) -> bool:
    """Mark the step as used; False when it, or a later one, was used before."""
    done = work.session.execute(
        update(User)
        .where(User.id == user_id, or_(User.totp_last_step.is_(None), User.totp_last_step < step))
        .values(totp_last_step=step)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def address_for_telephone(username: str, secret: str) -> str:
    """The otpauth address that an authenticator program reads from a picture."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=username, issuer_name=ISSUER)
