"""Keeping pace: a transaction takes as many rows as keep the write lock short, on any machine."""

from time import perf_counter

from sqlalchemy import Engine

AIM_SECONDS, SWEEP_SECONDS = 0.015, 0.005
ROW_LOCK_SECONDS, UNSEEN_SECONDS = 0.015, 0.2
FIRST, LEAST, MOST = 40, 10, 1000
"""Rows: fewer than the least save nothing, as what is done once a transaction takes as long as they do."""


def aim_where_few_wait(engine: Engine) -> float:
    """How long a transaction may last for which nobody waits but who wants its rows.

    On SQLite every call waits for it: as short as is worth it.
    """
    return SWEEP_SECONDS if engine.dialect.name == "sqlite" else ROW_LOCK_SECONDS


def aim_where_nobody_waits(engine: Engine) -> float:
    """How long a transaction on rows that hardly anybody else works on may last, where locks are by row."""
    return AIM_SECONDS if engine.dialect.name == "sqlite" else UNSEEN_SECONDS


def next_size(size: int, seconds: float, aim: float = AIM_SECONDS) -> int:
    """How many rows to take after `size` of them took `seconds`: half as many more at most, and no fewer than
    half, because now and then the machine is away for a moment."""
    fitting = int(size * aim / max(seconds, 0.0001))
    return max(LEAST, size // 2, min(fitting, size + size // 2, MOST))


class Pace:
    """The size of the next chunk, from the time that the rows of the last one took under the lock.

    The commit is not counted: a slow disk takes as long for two rows as for a hundred.
    """

    def __init__(self, first: int = FIRST, aim: float = AIM_SECONDS) -> None:
        self.size = first
        self._aim, self._since = aim, 0.0

    def locked(self) -> None:
        """The lock is held from now on."""
        self._since = perf_counter()

    def written(self, rows: int) -> None:
        """So many rows were written, and the transaction ends now."""
        self.size = next_size(rows, perf_counter() - self._since, self._aim)
