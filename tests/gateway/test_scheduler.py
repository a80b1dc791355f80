"""The scheduler: one process at a time, harmless whenever it runs, ended rather than stuck."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from gateway.database import writing
from gateway.models import Lease, Notice, Platform
from gateway.runtime import Runtime
from gateway.scheduler import run
from gateway.scheduler.jobs import JOBS, Job, Means
from gateway.scheduler.rota import serve
from gateway.scheduler.shift import Shift
from gateway.scheduler.watchdog import Watchdog
from gateway.services.expire_notices import expire_notices
from gateway.services.hold_lease import LEASE
from gateway.services.read_instant import read_instant
from gateway.sight import EVERY_COURT
from tests.factories import Gateway
from tests.gateway.records import actions, change
from tests.gateway.services.crowd import notice_row, verdict

EXPIRE = next(job for job in JOBS if job.name == "expire_notices")
LONG = 60.0


def _over(gateway: Gateway) -> Notice:
    """A notice whose time has run out."""
    notice = gateway.notice()
    change(gateway, Notice, notice.id, ends_at=gateway.clock.now())
    return notice


def _lease_ends(gateway: Gateway) -> None:
    """As if its holder had been silent for so long."""
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        lease = session.scalars(select(Lease)).one()
        lease.expires_at -= LEASE


def _lease_is_free(gateway: Gateway) -> bool:
    with gateway.read() as session:
        end = session.scalars(select(Lease.expires_at)).one()
        return end <= read_instant(session, gateway.clock.now()).database


class Told(Shift):
    """A shift that says when a job was done."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self.done: set[str] = set()
        self.all_done, self.began = threading.Event(), threading.Event()

    def beat(self) -> bool:
        begins = super().beat()
        if self.is_on:
            self.began.set()
        return begins

    def do(self, job: Job) -> bool:
        well = super().do(job)
        if self.is_on:
            self.done.add(job.name)
        if self.done == {each.name for each in JOBS}:
            self.all_done.set()
        return well


def _stopped_later(runtime: Runtime) -> Runtime:
    """The same runtime with a stop of its own, as another process has."""
    return replace(runtime, stopped=threading.Event())


@contextmanager
def _serving(
    shift: Shift, watchdog: Watchdog | None = None, leave: Callable[[int], None] = print
) -> Iterator[Callable[[], int]]:
    """The shift served in a thread; what is handed out waits for its exit code."""
    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(serve, shift, watchdog, leave)
        try:
            yield lambda: served.result(LONG)
        finally:
            shift.runtime.stopped.set()


def test_once_does_everything_that_is_due_and_gives_the_lease_up(gateway: Gateway) -> None:
    notice = _over(gateway)
    assert [run(gateway.runtime, once=True) for _ in range(2)] == [0, 0]
    assert notice_row(gateway, notice.id).state == "ended"
    assert actions(gateway, notice.id).count("ended") == 1
    with gateway.read() as session:
        platform = session.get_one(Platform, 1)
        assert platform.last_tick_at == platform.chains_verified_at == gateway.clock.now()
        assert platform.chains_intact
    assert _lease_is_free(gateway)
    assert verdict(gateway).intact


def test_once_says_no_while_another_holds_the_lease_and_does_nothing(gateway: Gateway) -> None:
    notice = _over(gateway)
    assert Shift(gateway.runtime).beat()
    with structlog.testing.capture_logs() as lines:
        assert run(gateway.runtime, once=True) == 1
    assert lines[-1]["event"] == "another scheduler is at work"
    assert notice_row(gateway, notice.id).state == "approved"


def test_once_says_no_when_a_job_fails_and_does_the_others(gateway: Gateway) -> None:
    shift = Shift(gateway.runtime)
    shift.beat()

    def fail(_means: Means) -> int:
        raise OperationalError("SELECT +8617100001234", None, Exception("no"))

    with structlog.testing.capture_logs() as lines:
        assert not shift.do(Job("broken", fail))
    assert lines == [
        {"event": "job failed", "job": "broken", "fault": "OperationalError", "log_level": "error"}
    ]
    assert shift.is_on


def test_a_second_process_stands_by_and_takes_over_when_the_first_falls_silent(gateway: Gateway) -> None:
    first, second = Shift(gateway.runtime), Shift(gateway.runtime)
    assert (first.beat(), first.is_on) == (True, True)
    assert (second.beat(), second.is_on) == (False, False)
    notice = _over(gateway)
    second.do(EXPIRE)
    assert notice_row(gateway, notice.id).state == "approved"
    _lease_ends(gateway)
    assert second.beat()
    second.do(EXPIRE)
    assert notice_row(gateway, notice.id).state == "ended"


def test_who_lost_the_lease_without_noticing_writes_nothing_more(gateway: Gateway) -> None:
    first, second = Shift(gateway.runtime), Shift(gateway.runtime)
    first.beat()
    notice = _over(gateway)
    _lease_ends(gateway)
    second.beat()
    first.do(EXPIRE)
    assert (first.is_on, second.is_on) == (False, True)
    assert notice_row(gateway, notice.id).state == "approved"


def test_a_lease_lost_between_two_transactions_stops_the_job_there(gateway: Gateway) -> None:
    first, second = Shift(gateway.runtime), Shift(gateway.runtime)
    first.beat()
    notice = _over(gateway)

    def taken_over_midway(means: Means) -> int:
        _lease_ends(gateway)
        second.beat()
        return expire_notices(means.transactions)

    first.do(Job("slow", taken_over_midway))
    assert not first.is_on
    assert notice_row(gateway, notice.id).state == "approved"


def test_a_tick_never_turns_the_recorded_time_back(gateway: Gateway) -> None:
    shift = Shift(gateway.runtime)
    gateway.clock.forward(hours=1)
    shift.beat()
    latest = gateway.clock.now()
    gateway.clock.forward(hours=-3)
    shift.beat()
    with gateway.read() as session:
        assert session.get_one(Platform, 1).last_tick_at == latest
    assert shift.is_on


def test_serving_does_every_job_at_once_and_ends_when_told(gateway: Gateway) -> None:
    notice = _over(gateway)
    shift = Told(_stopped_later(gateway.runtime))
    with _serving(shift) as exit_code:
        assert shift.all_done.wait(LONG)
        shift.runtime.stopped.set()
        assert exit_code() == 0
    assert notice_row(gateway, notice.id).state == "ended"
    assert _lease_is_free(gateway)


def test_two_that_serve_share_nothing_and_the_second_begins_when_the_first_ends(gateway: Gateway) -> None:
    first, second = (Told(_stopped_later(gateway.runtime)) for _ in range(2))
    with _serving(first) as first_ends:
        assert first.began.wait(LONG)
        with _serving(second) as second_ends:
            first.runtime.stopped.set()
            assert first_ends() == 0
            assert second.all_done.wait(LONG)
            second.runtime.stopped.set()
            assert second_ends() == 0
    assert verdict(gateway).intact


def test_an_error_that_nobody_expected_is_logged_by_its_kind_and_ends_nothing(
    sqlite_gateway: Gateway,
) -> None:
    failed = threading.Event()

    class Broken(Told):
        def do(self, job: Job) -> bool:
            if job is EXPIRE:
                failed.set()
                raise RuntimeError("about +8617100001234")
            self.done.add(EXPIRE.name)
            return super().do(job)

    shift = Broken(_stopped_later(sqlite_gateway.runtime))
    with structlog.testing.capture_logs() as lines:
        with _serving(shift) as exit_code:
            assert failed.wait(LONG)
            assert shift.all_done.wait(LONG)
            shift.runtime.stopped.set()
            assert exit_code() == 0
        faults = [line["fault"] for line in lines if line["event"] == "job failed"]
    assert "RuntimeError" in faults
    assert "1234" not in str(lines)


def test_a_database_that_is_away_leaves_the_heart_beating(sqlite_gateway: Gateway) -> None:
    tried = threading.Event()

    class Away(Told):
        def beat(self) -> bool:
            tried.set()
            raise OperationalError("x", None, Exception("away"))

    watchdog = Beaten()
    shift = Away(_stopped_later(sqlite_gateway.runtime))
    with _serving(shift, watchdog) as exit_code:
        assert tried.wait(LONG)
        assert watchdog.twice.wait(LONG)
        shift.runtime.stopped.set()
        assert exit_code() == 0


class Beaten(Watchdog):
    """A watchdog that says when it was told of a beat, after the one with which it starts."""

    def __init__(self) -> None:
        self.twice, self._beats = threading.Event(), 0
        super().__init__(LONG)

    def beat(self) -> None:
        super().beat()
        self._beats += 1
        if self._beats == 2:
            self.twice.set()


def test_a_scheduler_that_stalls_leaves_with_an_error(sqlite_gateway: Gateway) -> None:
    codes: list[int] = []
    seconds = iter(range(0, 10_000, 16))
    shift = Told(_stopped_later(sqlite_gateway.runtime))
    with _serving(shift, Watchdog(15.0, lambda: float(next(seconds))), codes.append) as exit_code:
        exit_code()
    assert codes[0] == 1


@pytest.mark.parametrize(("silent_for", "stalled"), [(15.0, False), (15.001, True)])
def test_the_watchdog_waits_three_beats_on_a_clock_that_nobody_can_set(
    silent_for: float, stalled: bool
) -> None:
    now = [100.0]
    watchdog = Watchdog(15.0, lambda: now[0])
    now[0] = 200.0
    assert watchdog.is_stalled
    watchdog.beat()
    now[0] += silent_for
    assert watchdog.is_stalled is stalled


def test_a_lease_outlasts_two_missed_beats_and_is_taken_over_within_half_a_minute() -> None:
    assert timedelta(seconds=10) < LEASE <= timedelta(seconds=25)
