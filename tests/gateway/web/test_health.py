"""What probes and Prometheus are told: in bounded time, also when the database hangs or is gone."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from gateway.clock import SystemClock
from gateway.database import open_engine, writing
from gateway.deadline import Deadline, Ticket
from gateway.models import Notice, Platform
from gateway.runtime import Runtime
from gateway.scheduler.shift import Shift
from gateway.schema import REVISION
from gateway.services.check_chains import check_chains
from gateway.sight import EVERY_COURT
from gateway.web.gauges import exposition
from gateway.web.probing import probe
from tests.applications import open_app
from tests.carriers import FakeCarrier
from tests.factories import Gateway
from tests.gateway.records import change
from tests.gateway.services.crowd import transactions

Result = TypeVar("Result")
TOKEN = "metrics-token"


def _get(runtime: Runtime, path: str, token: str | None = None) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    return open_app(runtime).test_client().get(path, headers=headers)


def _ready(runtime: Runtime) -> tuple[int, dict[str, Any]]:
    response = _get(runtime, "/readyz")
    found: dict[str, Any] = response.get_json()
    return response.status_code, found


def _on_time(gateway: Gateway) -> None:
    """The application's clock shows the real time, as the database's does."""
    gateway.clock.at = SystemClock().now()


def test_a_gateway_at_work_is_ready_and_shows_what_was_asked(gateway: Gateway) -> None:
    gateway.notice()
    _on_time(gateway)
    Shift(gateway.runtime).beat()
    check_chains(transactions(gateway))
    gateway.refresh_map()
    status, found = _ready(gateway.runtime)
    assert (status, found["ready"], found["degraded"]) == (200, True, False)
    checks = found["checks"]
    assert (checks["database"], checks["scheduler"], checks["chains_intact"]) == (True, True, True)
    assert checks["revision"] == checks["expected_revision"] == REVISION
    assert (checks["forward_map"], checks["overdue_notices"], checks["open_alerts"]) == ("current", 0, 0)
    assert checks["last_tick_age_s"] == checks["chains_age_s"] == 0.0
    assert checks["closures_age_s"] is None
    assert checks["clock_skew_s"] < 2


def test_without_a_scheduler_it_is_ready_for_calls_and_says_that_it_is_degraded(gateway: Gateway) -> None:
    _on_time(gateway)
    status, found = _ready(gateway.runtime)
    assert (status, found["ready"], found["degraded"]) == (200, True, True)
    assert (found["checks"]["scheduler"], found["checks"]["last_tick_age_s"]) == (False, None)


@pytest.mark.parametrize(("age", "alive"), [(15, True), (16, False)])
def test_a_tick_is_stale_after_three_beats(gateway: Gateway, age: int, alive: bool) -> None:
    _on_time(gateway)
    change(gateway, Platform, 1, last_tick_at=gateway.clock.now() - timedelta(seconds=age))  # type: ignore[arg-type]
    _, found = _ready(gateway.runtime)
    assert (found["checks"]["scheduler"], found["checks"]["last_tick_age_s"]) == (alive, age)


def test_after_a_clock_went_back_the_lease_tells_whether_a_scheduler_lives(gateway: Gateway) -> None:
    _on_time(gateway)
    change(gateway, Platform, 1, last_tick_at=gateway.clock.now() + timedelta(hours=1))  # type: ignore[arg-type]
    assert not _ready(gateway.runtime)[1]["checks"]["scheduler"]
    shift = Shift(gateway.runtime)
    shift.beat()
    assert _ready(gateway.runtime)[1]["checks"]["scheduler"]
    shift.end()
    assert not _ready(gateway.runtime)[1]["checks"]["scheduler"]


def test_it_counts_what_waits_for_the_sweep(gateway: Gateway) -> None:
    for _ in range(2):
        change(gateway, Notice, gateway.notice().id, ends_at=gateway.clock.now())
    gateway.notice()
    assert _ready(gateway.runtime)[1]["checks"]["overdue_notices"] == 2


def test_clocks_apart_and_a_broken_chain_are_shown_and_degrade(gateway: Gateway) -> None:
    _on_time(gateway)
    Shift(gateway.runtime).beat()
    change(gateway, Platform, 1, chains_intact=False)  # type: ignore[arg-type]
    status, found = _ready(gateway.runtime)
    assert (status, found["degraded"], found["checks"]["chains_intact"]) == (200, True, False)
    change(gateway, Platform, 1, chains_intact=True)  # type: ignore[arg-type]
    gateway.clock.forward(seconds=5)
    found = _ready(gateway.runtime)[1]
    assert found["degraded"]
    assert 2 < found["checks"]["clock_skew_s"] < 6


def test_a_map_that_missed_a_change_is_behind(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    change(gateway, Platform, 1, change_no=1000)  # type: ignore[arg-type]
    assert _ready(gateway.runtime)[1]["checks"]["forward_map"] == "behind"


def test_a_database_of_another_revision_is_not_ready(gateway: Gateway) -> None:
    with gateway.owner() as owner, writing(owner) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    status, found = _ready(gateway.runtime)
    assert (status, found["ready"], found["checks"]["revision"]) == (503, False, "0000")


def test_without_a_database_it_is_alive_and_not_ready(sqlite_gateway: Gateway) -> None:
    runtime = sqlite_gateway.runtime
    absent = open_engine("sqlite:////nowhere/at.db", wait_ms=50, statement_ms=50, pool_size=2)
    without = replace(runtime, calls=absent, engine=absent)
    status, found = _ready(without)
    assert (status, found["ready"]) == (503, False)
    assert found["checks"]["database"] is False
    assert "last_tick_age_s" not in found["checks"]
    assert _get(without, "/healthz").status_code == 200


@pytest.mark.postgres
def test_a_database_that_hangs_does_not_hold_the_answer(postgres_gateway: Gateway) -> None:
    ended = threading.Event()

    class Told(Deadline):
        """A deadline that says when the work which it gave up has ended after all."""

        def run(self, work: Callable[[Ticket], Result], until: float) -> Result:
            def tell(ticket: Ticket) -> Result:
                try:
                    return work(ticket)
                finally:
                    ended.set()

            return super().run(tell, until)

    runtime = replace(postgres_gateway.runtime, deadline=Told(2, 0.3, 0.1))
    with writing(runtime.engine, EVERY_COURT) as session:
        session.execute(text("LOCK TABLE platform IN ACCESS EXCLUSIVE MODE"))
        started = time.monotonic()
        status, found = _ready(runtime)
        assert time.monotonic() - started < 3
        assert (status, found["checks"]["database"]) == (503, False)
    assert ended.wait(30)


def test_metrics_are_a_page_only_where_a_token_is_set_and_only_for_its_holder(
    sqlite_gateway: Gateway,
) -> None:
    runtime = sqlite_gateway.runtime
    assert _get(runtime, "/metrics", "").status_code == 404
    assert _get(runtime, "/metrics").status_code == 404
    guarded = replace(runtime, settings=replace(runtime.settings, metrics_token=TOKEN))
    assert [_get(guarded, "/metrics", token).status_code for token in (None, "", "wrong", TOKEN + "x")] == [
        401
    ] * 4
    answer = _get(guarded, "/metrics", TOKEN)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")


def test_metrics_hold_gauges_of_the_moment_and_counters(gateway: Gateway) -> None:
    _on_time(gateway)
    Shift(gateway.runtime).beat()
    line = gateway.line()
    change(gateway, Notice, gateway.notice(line=line).id, ends_at=gateway.clock.now())
    FakeCarrier.of(gateway).voice(gateway.dialled(line))
    page = exposition(probe(gateway.runtime)).decode().splitlines()
    assert "court_gateway_overdue_notices 1.0" in page
    assert "court_gateway_ready 1.0" in page
    assert "court_gateway_scheduler_alive 1.0" in page
    assert any(line.startswith("court_gateway_last_tick_age_seconds ") for line in page)
    assert any(line.startswith("court_gateway_calls_total{") for line in page)
    assert "+86171" not in "".join(page)


def test_metrics_without_a_database_say_so_and_leave_out_what_nobody_measured(
    sqlite_gateway: Gateway,
) -> None:
    absent = open_engine("sqlite:////nowhere/at.db", wait_ms=50, statement_ms=50, pool_size=2)
    page = exposition(probe(replace(sqlite_gateway.runtime, calls=absent))).decode()
    assert "court_gateway_ready 0.0" in page
    assert "overdue" not in page


def test_the_counters_of_all_workers_are_summed(tmp_path: Path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    root = Path(__file__).parents[3]

    def run(program: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=environment,
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    for count in (2, 3):
        run(f"from gateway.web.metrics import WITHOUT_DATABASE; WITHOUT_DATABASE.inc({count})")
    page = run(
        "from gateway.web.gauges import exposition; from gateway.web.probing import Probe;"
        "print(exposition(Probe(False, None, None, 'empty')).decode())"
    )
    assert "court_gateway_calls_without_database_total 5.0" in page
    assert "court_gateway_ready 0.0" in page
