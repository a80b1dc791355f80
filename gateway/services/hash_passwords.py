"""Passwords as they are kept: argon2id, two computed at a time at most, and the same work for nobody."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.services.refusals import TooManyAttempts

NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$WuFNwvjf7zzPJnrarPh4gg$6TlZ40WIVMgBPFayslXUO7CwDnSP1JOOYDsd6QjB1PE"
"""The hash that a password is compared with where there is no account: the same parameters, the same time."""
AT_ONCE, PATIENCE = 2, 10.0
"""Each takes 64 MiB and a core: a crowd at the door must not take the machine from the calls."""

_TURN = threading.BoundedSemaphore(AT_ONCE)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


def normal(password: str) -> str:
    """The password in one form, however the keyboard composed its characters."""
    return unicodedata.normalize("NFC", password)


def hash_password(password: str) -> str:
    """argon2id of the password, in the library's text form. Raises TooManyAttempts in a crowd."""
    with _turn():
        return _hasher().hash(normal(password))


def is_password(kept: str | None, entered: str) -> bool:
    """Whether this is the password; takes as long where none is kept. Raises TooManyAttempts in a crowd."""
    with _turn():
        try:
            _hasher().verify(kept or NOBODYS, normal(entered))
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


@contextmanager
def _turn() -> Iterator[None]:
    if not _TURN.acquire(timeout=PATIENCE):
        raise TooManyAttempts(int(PATIENCE))
    try:
        yield
    finally:
        _TURN.release()


def is_outdated(kept: str) -> bool:
    """Whether it was hashed with other parameters than today's."""
    return _hasher().check_needs_rehash(kept)
