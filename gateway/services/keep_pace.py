"""Keeping pace: a transaction takes as many rows as keep the write lock short, on any machine."""

from time import perf_counter

AIM_SECONDS = 0.015
FIRST, LEAST, MOST = 40, 2, 1000


def next_size(size: int, seconds: float) -> int:
    """How many rows to take after `size` of them held the lock for `seconds`; it grows by half at most."""
    fitting = int(size * AIM_SECONDS / max(seconds, 0.0001))
    return max(LEAST, min(fitting, size + size // 2, MOST))


class Pace:
    """The size of the next chunk, from the time that the last one held the lock."""

    def __init__(self, first: int = FIRST) -> None:
        self.size = first
        self._since = 0.0

    def locked(self) -> None:
        """The lock is held from now on."""
        self._since = perf_counter()

    def released(self, rows: int) -> None:
        """So many rows were written, and the lock is given back."""
        self.size = next_size(rows, perf_counter() - self._since)
