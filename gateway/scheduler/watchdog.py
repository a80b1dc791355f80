"""The watchdog: tells on the monotonic clock, which nobody can set, whether the scheduler still beats."""

import threading
import time
from collections.abc import Callable


class Watchdog:
    """Stalled when no beat ended within `limit_seconds`. `now` only goes forward, in seconds."""

    def __init__(self, limit_seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._now = limit_seconds, now
        self._lock = threading.Lock()
        self._last = now()

    def beat(self) -> None:
        """A beat ended, well or badly."""
        with self._lock:
            self._last = self._now()

    @property
    def is_stalled(self) -> bool:
        with self._lock:
            return self._now() - self._last > self._limit
