"""Keeping pace: long work is done in short transactions, and what nobody waits for makes way for calls.

SQLite has one writer, so that a call waits for whatever is being written. While people call, transactions of
such work are as short as they can be, and a pause several times as long follows each: most calls meet none
then. On PostgreSQL no call waits for any of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from time import perf_counter, sleep
from typing import NamedTuple

from sqlalchemy import func, select

from gateway.models import Call
from gateway.services.transactions import Transactions
from gateway.services.work import Work


class Aim(NamedTuple):
    """How many seconds a transaction may last while nobody calls."""

    sqlite: float
    postgresql: float
    makes_way: bool = False
    """Whether calls come first on SQLite, however long the work takes then."""


SHORT = Aim(0.005, 0.015, makes_way=True)
"""For work that nobody waits for, on rows that somebody may want."""
USUAL = Aim(0.015, 0.015)
LONG = Aim(0.015, 0.2)
"""For work on rows that hardly anybody else works on, where locks are by row. A person may wait for it, at a
page or for an answer of the API."""

AMONG_CALLS_SECONDS = 0.001
PAUSE_TIMES, LONGEST_PAUSE_SECONDS = 3, 0.1
"""How many times as long as it lasted calls have the database after a transaction."""
QUIET_SECONDS = 10.0
"""So long after the last call nobody is taken to be calling any more."""
FIRST, LEAST, MOST = 40, 5, 1000
"""Rows: fewer than the least save nothing, as what is done once a transaction takes as long as they do."""

_LAST_CALL = select(func.max(Call.received_at))


def next_size(size: int, seconds: float, aim: float) -> int:
    """How many rows to take after `size` of them took `seconds`: half as many more at most, and no fewer than
    half, because now and then the machine is away for a moment."""
    fitting = int(size * aim / max(seconds, 0.0001))
    return max(LEAST, size // 2, min(fitting, size + size // 2, MOST))


class Pace:
    """The transactions of one piece of work, each of about `size` rows."""

    def __init__(self, transactions: Transactions, aim: Aim = USUAL, first: int = FIRST) -> None:
        self.size = first
        self._transactions = transactions
        on_sqlite = transactions.engine.dialect.name == "sqlite"
        self._aim = aim.sqlite if on_sqlite else aim.postgresql
        self._makes_way = aim.makes_way and on_sqlite
        self._began = self._quiet_from = perf_counter()
        self._last_call: datetime | None = None

    @contextmanager
    def writing(self) -> Iterator[Work]:
        """The next transaction; whoever writes in it says how many rows he has `written`."""
        with self._transactions.writing() as work:
            self._began = perf_counter()
            yield work
            if self._makes_way:
                self._look_for_calls(work)
        if self._people_call:
            sleep(min(PAUSE_TIMES * (perf_counter() - self._began), LONGEST_PAUSE_SECONDS))

    def written(self, rows: int) -> None:
        """So many rows were written, and the transaction ends now.

        Its commit does not count for the next size: a slow disk takes as long for two rows as for a hundred.
        """
        aim = min(self._aim, AMONG_CALLS_SECONDS) if self._people_call else self._aim
        self.size = next_size(rows, perf_counter() - self._began, aim)

    @property
    def _people_call(self) -> bool:
        return perf_counter() < self._quiet_from

    def _look_for_calls(self, work: Work) -> None:
        """By the record of calls, as other processes answer them."""
        last = work.session.connection().execute(_LAST_CALL).scalar()
        if self._last_call not in {None, last}:
            self.size = self.size if self._people_call else LEAST
            self._quiet_from = perf_counter() + QUIET_SECONDS
        self._last_call = last
