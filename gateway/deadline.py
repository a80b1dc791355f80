"""Work with a deadline: done in a pool of threads, given up when time is out, never committed after that."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class TooLate(Exception):
    """The work was not done in time, or there was no thread left to do it."""


class Ticket:
    """Decides, once, whether work is committed or abandoned: whoever asks first wins."""

    def __init__(self) -> None:
        self._settled = threading.Lock()
        """Taken by the first who asks, and never given back."""

    def settle(self) -> bool:
        """True for the first who asks: the worker before its commit, or the waiter when time is out."""
        return self._settled.acquire(blocking=False)


class Deadline:
    """Runs work in threads of its own, so that a database that hangs cannot hold an answer back.

    seconds: how long all the work of one answer may take; grace_seconds: how much longer a commit under way
    is waited for.
    """

    def __init__(self, threads: int, seconds: float, grace_seconds: float) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="call")
        self._places = threading.BoundedSemaphore(threads)
        self._seconds, self._grace = seconds, grace_seconds

    def until(self) -> float:
        """When an answer begun now must have done its work, on the monotonic clock."""
        return time.monotonic() + self._seconds

    def spent_ms(self, until: float) -> int:
        """Milliseconds since the answer that must have done its work at `until` began; at most 30,000."""
        return min(round((time.monotonic() - until + self._seconds) * 1000), 30_000)

    def run(self, work: Callable[[Ticket], Result], until: float) -> Result:
        """The work's result or its exception; raises TooLate. The work asks its ticket before it commits."""
        if not self._places.acquire(blocking=False):
            raise TooLate("every thread is waiting for the database")
        ticket = Ticket()
        future = self._pool.submit(work, ticket)
        future.add_done_callback(self._leave)
        try:
            return future.result(max(0.0, until - time.monotonic()))
        except TimeoutError:
            if future.done():
                return future.result()
            if ticket.settle():
                raise TooLate("the database did not answer in time") from None
        try:
            return future.result(self._grace)
        except TimeoutError:
            raise TooLate("the commit was not confirmed in time") from None

    def _leave(self, _future: "Future[Result]") -> None:
        self._places.release()
