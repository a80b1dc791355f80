"""Identifiers: opaque, unguessable, and in the order in which they were made."""

import secrets
import threading
from datetime import datetime
from functools import lru_cache
from itertools import accumulate

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_BITS, _STEP = 80, 7
"""Bits behind the moment, and bytes that are drawn for the step from one id to the next."""
ID_PATTERN = "^[0-9a-hjkmnp-tv-z]{26}$"
"""What every id looks like, as a regular expression."""


def new_id(now: datetime) -> str:
    """26 characters: 48 bits of milliseconds, then 80 bits, in Crockford's base 32.

    Ids sort by creation time, so a list can be paged by id alone.
    """
    return new_ids(now, 1)[0]


def new_ids(now: datetime, count: int) -> list[str]:
    """So many ids of one moment, each greater than those which this process made of it before.

    What is made together so lies together in tables and indexes. Who knows one of them guesses its neighbour
    as well as he guesses 56 random bits.
    """
    milliseconds = _milliseconds(now)
    moment = _moment(milliseconds)
    return [moment + _written(number, 16) for number in _ASCENDING.numbers(milliseconds, count)]


class _Ascending:
    """Numbers of 80 bits that only grow within a moment, in random steps."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moment, self._last = -1, 0

    def numbers(self, moment: int, count: int) -> list[int]:
        drawn = secrets.token_bytes(_STEP * count)
        steps = [int.from_bytes(drawn[at : at + _STEP]) + 1 for at in range(0, len(drawn), _STEP)]
        with self._lock:
            start = self._last if moment == self._moment else secrets.randbits(_BITS)
            while (numbers := list(accumulate(steps, initial=start)))[-1] >> _BITS:
                start = secrets.randbits(_BITS)
            self._moment, self._last = moment, numbers[-1]
        return numbers[1:]


_ASCENDING = _Ascending()


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
