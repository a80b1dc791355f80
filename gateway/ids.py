"""Identifiers: opaque, unguessable, and in the order in which they were made."""

import secrets
from datetime import datetime
from functools import lru_cache

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM = 10
"""Bytes of an id that are drawn."""
ID_PATTERN = "^[0-9a-hjkmnp-tv-z]{26}$"
"""What every id looks like, as a regular expression."""


def new_id(now: datetime) -> str:
    """26 characters: 48 bits of milliseconds, then 80 random bits, in Crockford's base 32.

    Ids sort by creation time, so a list can be paged by id alone.
    """
    return new_ids(now, 1)[0]


def new_ids(now: datetime, count: int) -> list[str]:
    """So many ids of one moment, in no order among themselves."""
    moment, random = _moment(_milliseconds(now)), secrets.token_bytes(_RANDOM * count)
    return [
        moment + _written(int.from_bytes(random[first : first + _RANDOM]), 16)
        for first in range(0, _RANDOM * count, _RANDOM)
    ]


def first_id(at: datetime) -> str:
    """The least id that can have been made at this time; what is made later has a greater one."""
    return _written(_milliseconds(at) << 80, 26)


_PAIRS = [one + other for one in _ALPHABET for other in _ALPHABET]


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


@lru_cache(maxsize=16)
def _moment(milliseconds: int) -> str:
    """What all ids of one moment begin with, kept because many are made at once."""
    return _written(milliseconds, 10)


def _written(number: int, length: int) -> str:
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(5 * length - 10, -1, -10)])
