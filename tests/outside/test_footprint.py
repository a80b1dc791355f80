"""How much memory a web worker takes: after calls, pages of the desk and the API, on either database."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.services.change_connection import move_connection
from tests.factories import ACCOUNT, PEOPLE, SECRET, Gateway, open_gateway
from tests.gateway.desk import Desk
from tests.outside.gateway import (
    PATIENCE_SECONDS,
    Outside,
    command,
    free_port,
    processes_under,
    wait_until_alive,
)

MOST_MIB = 150
CALLS = 300
PAGES = ("notices", "cases", "lines", "dashboard", "calls")


def test_a_worker_takes_less_than_150_mib(database_url: str, tmp_path: Path) -> None:
    gateway = open_gateway(database_url, tmp_path / "data")
    with _served(gateway, tmp_path) as outside:
        notice = gateway.notice()
        line = gateway.line()
        for dialled in (gateway.dialled(line), "+8617100000007") * (CALLS // 2):
            assert outside.ring(dialled).status == 200
        desk = Desk.of(gateway, *PEOPLE)
        for who, language in (("clerk", "en"), ("judge", "zh-CN"), ("clerk", "zh-CN"), ("judge", "en")):
            session = {"Cookie": f"desk-session={desk.sign_in(who).token}", "Accept-Language": language}
            for page in (*PAGES, f"notices/{notice.id}"):
                assert outside.http("GET", f"/desk/{page}", None, session)[0] == 200
        assert outside.http("GET", "/api/v1/openapi.json", None, {})[0] == 200
        serving = processes_under(outside.process.pid)
        taken = {pid: _mib(pid) for pid in serving}
    assert any("gateway.asgi:app" in words for words in serving.values())
    assert max(taken.values()) < MOST_MIB, taken


def _mib(pid: int) -> float:
    """A process's share of the machine's memory: what it holds alone, and its part of what several hold.

    That is what a worker costs the machine. Resident memory would count the pages of Python and of libraries
    once for each worker, although they are there once.
    """
    rows = (line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    return next(int(row[1]) for row in rows if row[0] == "Pss:") / 1024


@contextmanager
def _served(gateway: Gateway, directory: Path) -> Iterator[Outside]:
    """`court-gateway serve` on this gateway's data; ended by SIGTERM, whatever happened."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with gateway.work("operator") as work:
        move_connection(work, "north", base)
    environment = {
        **os.environ,
        "COURT_GATEWAY_DATABASE_URL": gateway.url,
        "COURT_GATEWAY_DATA_DIR": str(gateway.runtime.settings.data_dir),
        "COURT_GATEWAY_PORT": str(port),
        "COURT_GATEWAY_DESK_URL": base,
    }
    trunk = {"account_sid": ACCOUNT, "public_base_url": base, "secrets": {"current": SECRET}}
    with (directory / "output").open("wb") as output:
        process = subprocess.Popen(command("serve"), env=environment, stdout=output, stderr=output)
    outside = Outside(process, {"base_url": base, "connections": {"north": trunk}})
    try:
        wait_until_alive(outside)
        yield outside
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)
        gateway.runtime.close()
