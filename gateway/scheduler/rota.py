"""Serving: APScheduler runs the beat and the jobs, a watcher sees that it stops and does not stall."""

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_SCHEDULER_STARTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy.exc import SQLAlchemyError

from gateway.scheduler.jobs import JOBS, Job
from gateway.scheduler.shift import Shift
from gateway.scheduler.watchdog import Watchdog

BEAT_SECONDS = 5
"""The longest time between beats. Three are a lease: whoever misses three has lost it, and is restarted."""
GRACE_SECONDS = 8.0
"""How long a job under way may take to end once the process is told to stop."""

_log = structlog.get_logger()


def serve(shift: Shift, watchdog: Watchdog | None = None, leave: Callable[[int], None] = os._exit) -> int:
    """Run until `runtime.stopped`; returns 0. Where threads hang, `leave` ends the process over their heads.

    The jobs' memory is this process's, everything due is in the database: nothing is lost with a process. A
    wall clock set back would make APScheduler wait for it to catch up; the watchdog ends the process then,
    with 1, and the supervisor starts another one.
    """
    rota = Rota(shift, watchdog or Watchdog(3 * BEAT_SECONDS), leave)
    with _told_by_signals(shift.runtime.stopped):
        return rota.serve()


class Rota:
    """One scheduler over the jobs of a shift."""

    def __init__(self, shift: Shift, watchdog: Watchdog, leave: Callable[[int], None]) -> None:
        self._shift, self._watchdog, self._leave = shift, watchdog, leave
        self._busy = threading.BoundedSemaphore(len(JOBS) + 1)
        self._scheduler: Any = BlockingScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(JOBS) + 1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_listener(_log_fault, EVENT_JOB_ERROR)
        self._scheduler.add_listener(self._start_watching, EVENT_SCHEDULER_STARTED)

    def serve(self) -> int:
        _silence_apscheduler()
        now, tick = self._shift.runtime.clock.now(), self._shift.runtime.settings.tick_seconds
        every = min(tick, BEAT_SECONDS)
        self._scheduler.add_job(self._beat, "interval", seconds=every, next_run_time=now, id="beat")
        for job in JOBS:
            self._scheduler.add_job(
                self._do, "interval", [job], seconds=job.every or tick, next_run_time=None, id=job.name
            )
        self._scheduler.start()
        done = self._wait_for_jobs()
        self._shift.end()
        if not done:
            self._leave(0)
        return 0

    def _beat(self) -> None:
        with self._busy:
            if self._shift.runtime.stopped.is_set():
                return
            try:
                begins = self._shift.beat()
            except SQLAlchemyError as fault:
                _log.error("job failed", job="beat", fault=type(fault).__name__)
                return
            finally:
                self._watchdog.beat()
        if begins:
            self._do_everything_now()

    def _do_everything_now(self) -> None:
        """Nothing is planned before the shift begins; then everything is, as it may have been left."""
        now = self._shift.runtime.clock.now()
        for job in JOBS:
            self._scheduler.modify_job(job.name, next_run_time=now)

    def _do(self, job: Job) -> None:
        with self._busy:
            self._shift.do(job)

    def _start_watching(self, _event: object) -> None:
        self._watchdog.beat()
        threading.Thread(target=self._watch, daemon=True, name="watchdog").start()

    def _watch(self) -> None:
        while not self._shift.runtime.stopped.wait(0.5):
            if self._watchdog.is_stalled:
                _log.error("no beat for too long", why="the clock was set back, or the database hangs")
                self._leave(1)
                break
        self._scheduler.shutdown(wait=False)

    def _wait_for_jobs(self) -> bool:
        """Whether every job under way ended within the grace."""
        until = time.monotonic() + GRACE_SECONDS
        ended = [self._busy.acquire(timeout=max(0.0, until - time.monotonic())) for _ in range(len(JOBS) + 1)]
        for _ in filter(None, ended):
            self._busy.release()
        return all(ended)


def _log_fault(event: Any) -> None:
    """What nobody expected; its text might hold what no log may."""
    _log.error("job failed", job=event.job_id, fault=type(event.exception).__name__)


def _silence_apscheduler() -> None:
    """It would log what a fault says, parameters of statements included."""
    logger = logging.getLogger("apscheduler")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False


@contextlib.contextmanager
def _told_by_signals(stopped: threading.Event) -> Iterator[None]:
    """SIGTERM and SIGINT set the event; only the main thread can be told so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, lambda *_: stopped.set()) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
