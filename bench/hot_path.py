"""A call's whole answer, served, against the bare Flask route under the same server: interleaved rounds.

Requests are signed beforehand, each another call from another caller, and sent by a small C client. One wrong
answer voids the run, and so does more than one call in ten that was connected without its notice.
"""

import os
import random
import secrets
import socket
import statistics
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import text
from twilio.request_validator import RequestValidator

from bench.look_up import fill
from gateway.database import writing
from tests.factories import ACCOUNT, BASE, SECRET, Gateway, open_gateway
from tests.outside.gateway import free_port, processes_under
from tests.postgres import Server

CALL_LIMITS = {"under load": 10.0, "one caller at a time": 40.0}
"""How many times a bare route's CPU time a call may cost, on a machine that does other things too; alone, a
call pays for a commit of its own."""
CONNECTIONS = 32
MOST_SILENT = 0.1
"""Calls that a busy machine may make late; they are connected silently, as they should be."""
BARE = "bench.bare:app"


@dataclass(frozen=True, slots=True)
class Round:
    """What one run of the client measured; CPU is the server's, in microseconds a request."""

    per_second: float
    cpu: float
    median: float
    p99: float


def measure_hot_path(
    place: Path, server: Server | None, lines: int, calls: int, rounds: int
) -> dict[str, dict[str, Any]]:
    """Rounds of calls, ours and the bare route by turns; ratios as minimum, median and maximum.

    The first round only warms up: on a busy machine its first calls may be connected without the notice.
    """
    directory = place / f"{'postgresql' if server else 'sqlite'}-hot"
    directory.mkdir()
    url = server.create() if server else f"sqlite:///{directory / 'gateway.db'}"
    gateway = open_gateway(url, directory / "data")
    fill(gateway, lines, lambda place: gateway.runtime.vault.look_up_hash(_dialled(place)))
    _map(gateway)
    client, requests = _client(directory), directory / "requests"
    environment = {"COURT_GATEWAY_DATABASE_URL": url, "COURT_GATEWAY_DATA_DIR": str(directory / "data")}
    turns = {"under load": (CONNECTIONS, calls), "one caller at a time": (1, calls // 10)}
    pairs: dict[str, list[tuple[Round, Round]]] = {turn: [] for turn in turns}
    with served("gateway.asgi:app", "asgi", environment) as we, served(BARE, "wsgi", {}) as bare:
        for number in range(rounds + 1):
            for turn, (connections, count) in turns.items():
                _write_requests(requests, lines, count)
                ours = _run(client, we, connections, requests, ("<Dial", "<Play>"), counts=number > 0)
                floor = _run(client, bare, connections, requests, ("<Hangup/>", "<Hangup/>"))
                pairs[turn] += [(ours, floor)] if number else []
    gateway.runtime.close()
    return {
        f"a call {turn} / a bare Flask route": _result(lines, CALL_LIMITS[turn], found)
        for turn, found in pairs.items()
    }


def _map(gateway: Gateway) -> None:
    """Let the forward map know the lines, as it would in use: from it late calls are connected."""
    with writing(gateway.runtime.engine) as session:
        session.execute(text("UPDATE platform SET change_no = change_no + 1"))
        session.execute(text("UPDATE line SET change_no = (SELECT change_no FROM platform)"))
    gateway.refresh_map()


def _result(lines: int, limit: float, pairs: list[tuple[Round, Round]]) -> dict[str, Any]:
    return {
        "lines": [lines],
        "limit": limit,
        "ratios": _spread([ours.cpu / bare.cpu for ours, bare in pairs]),
        "throughput": _spread([ours.per_second / bare.per_second for ours, bare in pairs]),
        "p50": _spread([ours.median / bare.median for ours, bare in pairs]),
        "p99": _spread([ours.p99 / bare.p99 for ours, bare in pairs]),
    }


def _spread(ratios: list[float]) -> list[float]:
    return [round(each, 3) for each in (min(ratios), statistics.median(ratios), max(ratios))]


@contextmanager
def served(app: str, interface: str, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """An application under granian with one worker: (port, pid)."""
    port = free_port()
    threads = ("--blocking-threads", "8") if interface == "wsgi" else ("--loop", "asyncio")
    words = [sys.executable, "-m", "granian", "--interface", interface, "--host", "127.0.0.1", "--port"]
    words += [str(port), "--workers", "1", *threads, "--no-ws", "--http", "1", "--log-level", "error", app]
    process = subprocess.Popen(words, env=os.environ | environment, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("the server did not start")


def _client(directory: Path) -> Path:
    program = directory / "load"
    subprocess.run(["cc", "-O2", "-o", program, Path(__file__).parent / "load.c"], check=True)
    return program


def _run(
    client: Path,
    server: tuple[int, int],
    connections: int,
    requests: Path,
    holds: tuple[str, str],
    counts: bool = True,
) -> Round:
    port, pid = server
    before = _cpu_seconds(pid)
    words = [str(client), str(port), str(connections), str(requests), *holds]
    told = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    seconds, (answers, wrong, silent), (median, p99) = (
        float(told[0]),
        map(int, told[1:4]),
        map(float, told[4:]),
    )
    if counts and (wrong or silent > answers * MOST_SILENT):
        raise AssertionError(f"{wrong} wrong and {silent} silent answers void the run")
    return Round(answers / seconds, (_cpu_seconds(pid) - before) / answers, median, p99)


def _cpu_seconds(pid: int) -> float:
    ticks = 0
    for each in [pid, *processes_under(pid)]:
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _write_requests(file: Path, lines: int, count: int) -> None:
    """Calls to numbers drawn at random, each from a caller who has not called before."""
    with file.open("wb") as out:
        for _ in range(count):
            request = _request(_dialled(random.randrange(lines)), f"+998{secrets.randbelow(10**10):010d}")
            out.write(struct.pack("<I", len(request)) + request)


def _request(dialled: str, caller: str) -> bytes:
    fields = {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "CallSid": f"CA{secrets.token_hex(16)}",
        "CallStatus": "ringing",
        "Called": dialled,
        "Caller": caller,
        "Direction": "inbound",
        "From": caller,
        "To": dialled,
    }
    path = "/webhooks/north/voice"
    signature = RequestValidator(SECRET).compute_signature(BASE + path, fields)
    body = urlencode(fields).encode()
    head = (
        f"POST {path} HTTP/1.1",
        "Host: gw.court.example",
        f"X-Twilio-Signature: {signature}",
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*head, "", "")).encode() + body


def _dialled(place: int) -> str:
    """Numbers of a country that does not exist."""
    return f"+999{place:09d}"
