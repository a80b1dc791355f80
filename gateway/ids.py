"""Identifiers: opaque, unguessable, and in the order in which they were made."""

import secrets
from datetime import datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ID_PATTERN = "^[0-9a-hjkmnp-tv-z]{26}$"
"""What every id looks like, as a regular expression."""


def new_id(now: datetime) -> str:
    """26 characters: 48 bits of milliseconds, then 80 random bits, in Crockford's base 32.

    Ids sort by creation time, so a list can be paged by id alone.
    """
    return _written((int(now.timestamp() * 1000) << 80) | secrets.randbits(80))


def first_id(at: datetime) -> str:
    """The least id that can have been made at this time; what is made later has a greater one."""
    return _written(int(at.timestamp() * 1000) << 80)


_PAIRS = [one + other for one in _ALPHABET for other in _ALPHABET]


def _written(number: int) -> str:
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])
