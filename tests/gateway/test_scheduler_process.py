"""The scheduler as a process of its own: signals, sudden death, and a wall clock that is set back."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.models import Lease, Notice
from gateway.services.read_instant import read_instant
from tests.factories import Gateway
from tests.gateway.records import change
from tests.gateway.services.crowd import notice_row

PROGRAM = """
import os, sys
from gateway.clock import SystemClock
from gateway.logs import configure
from gateway.runtime import Runtime
from gateway.scheduler import run
from gateway.settings import read_settings

configure("info")
sys.exit(run(Runtime.open(read_settings(os.environ), SystemClock()), once="--once" in sys.argv))
"""
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


@contextmanager
def _process(
    gateway: Gateway, environment: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[str]"]:
    settings = gateway.runtime.settings
    given = {
        "COURT_GATEWAY_DATABASE_URL": settings.database,
        "COURT_GATEWAY_DATA_DIR": str(settings.data_dir),
        "COURT_GATEWAY_TICK_SECONDS": "1",
        **(environment or {}),
    }
    command = [sys.executable, "-c", PROGRAM]
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        command, env=os.environ | given, cwd=root, stderr=subprocess.PIPE, text=True
    ) as process:
        too_long = threading.Timer(120, process.kill)
        too_long.start()
        try:
            yield process
        finally:
            too_long.cancel()
            process.kill()


def _wait_for(process: "subprocess.Popen[str]", event: str) -> dict[str, str]:
    """The next log line of this event; fails when the process ends before."""
    assert process.stderr is not None
    for line in process.stderr:
        said: dict[str, str] = json.loads(line)
        if said["event"] == event:
            return said
    raise AssertionError(f"the process ended without saying: {event}")


@pytest.mark.parametrize("end", ["terminate", "interrupt"])
def test_a_signal_ends_it_gracefully_and_frees_the_lease(sqlite_gateway: Gateway, end: str) -> None:
    gateway = sqlite_gateway
    with _process(gateway) as process:
        _wait_for(process, "shift begins")
        process.send_signal({"terminate": 15, "interrupt": 2}[end])
        assert process.wait(60) == 0
    with gateway.read() as session:
        ends = session.scalars(select(Lease.expires_at)).one()
        assert ends <= read_instant(session, gateway.clock.now()).database


@pytest.mark.slow
def test_after_kill_9_another_takes_over_and_does_what_is_due(gateway: Gateway) -> None:
    notice = gateway.notice()
    with _process(gateway) as first:
        began = _wait_for(first, "shift begins")
        with _process(gateway) as second:
            first.kill()
            change(gateway, Notice, notice.id, ends_at=gateway.clock.now())
            took_over = _wait_for(second, "shift begins")
            assert took_over["holder"] != began["holder"]
            while _wait_for(second, "job done")["job"] != "expire_notices":
                pass
    assert notice_row(gateway, notice.id).state == "ended"


@pytest.mark.slow
def test_a_wall_clock_set_back_an_hour_ends_the_process_so_that_it_is_started_again(
    sqlite_gateway: Gateway, tmp_path: Path
) -> None:
    if not FAKETIME.exists():
        pytest.skip("needs Debian's libfaketime")
    offset = tmp_path / "offset"
    offset.write_text("+0")
    faked = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with _process(sqlite_gateway, faked) as process:
        _wait_for(process, "shift begins")
        offset.write_text("-1h")
        _wait_for(process, "no beat for too long")
        assert process.wait(60) == 1
