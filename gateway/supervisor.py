"""Running the gateway's processes: each web worker and the scheduler on its own, restarted when it dies."""

import contextlib
import ctypes
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from gateway.settings import Settings

_log = structlog.get_logger()
_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1
CONNECTIONS = 16_384
"""To one worker at once. Who holds one open and says nothing must not keep calls out; how many calls may wait
is decided where they wait (gateway/web/front.py)."""
FILES = 65_536
"""That a process may hold open, where the system lets it: a connection is one, and many begin with 1,024."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds before a process that died is started again: short at first, longer while it keeps dying."""


@dataclass(frozen=True, slots=True)
class Program:
    """One process to be kept running."""

    name: str
    command: Sequence[str]


class PortTaken(Exception):
    """Somebody listens on the port already."""


def programs(settings: Settings, workers: int, with_scheduler: bool) -> list[Program]:
    """What `serve` runs. Workers share the port (SO_REUSEPORT), so the others go on when one dies."""
    web = [
        sys.executable,
        *("-m", "granian", "--interface", "asgi", "--host", settings.host, "--port", str(settings.port)),
        *("--workers", "1", "--loop", "uvloop", "--no-ws", "--http", "1"),
        *("--backlog", "4096", "--backpressure", str(min(CONNECTIONS, _files() // 2))),
        *("--log-level", "error", "--working-dir", str(Path(__file__).parent.parent)),
        "gateway.asgi:app",
    ]
    scheduler = [Program("scheduler", [sys.executable, "-m", "gateway.cli", "scheduler"])]
    return [Program(f"web-{n + 1}", web) for n in range(workers)] + (scheduler if with_scheduler else [])


def _files() -> int:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)


def refuse_taken_port(host: str, port: int) -> None:
    """Raise PortTaken: with a shared port a second gateway would start without anybody noticing."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise PortTaken(f"port {port} on {host} is taken") from fault


class Supervisor:
    """Keeps programs running until it is stopped; they end when this process ends, however it ends."""

    def __init__(
        self, running: Sequence[Program], environment: Mapping[str, str], drain_seconds: float
    ) -> None:
        self._programs, self._environment, self._drain = running, dict(environment), drain_seconds
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._alive: dict[str, subprocess.Popen[bytes]] = {}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (_files(), hard))
        for program in self._programs:
            thread = threading.Thread(target=self._keep, args=(program,), name=program.name)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Ask every process to finish what it is answering; end by force what has not after the drain."""
        self._stopping.set()
        with self._lock:
            alive = list(self._alive.values())
        for process in alive:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        until = time.monotonic() + self._drain
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        for process in alive:
            if process.poll() is None:
                _end_group(process.pid)
        for thread in self._threads:
            thread.join()

    def wait(self) -> None:
        """Block until SIGTERM or SIGINT, then stop."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: self._stopping.set())
        while not self._stopping.wait(1.0):
            pass
        self.stop()

    def _keep(self, program: Program) -> None:
        pause = SHORTEST_PAUSE
        while True:
            started = time.monotonic()
            with self._lock:
                if self._stopping.is_set():
                    return
                process = subprocess.Popen(
                    program.command,
                    env=self._environment,
                    preexec_fn=_end_with_parent,
                    start_new_session=True,
                )
                self._alive[program.name] = process
            code = process.wait()
            _end_group(process.pid)
            if self._stopping.is_set():
                return
            _log.error("process died", job=program.name, status=code)
            lived_long = time.monotonic() - started > LONGEST_PAUSE
            pause = SHORTEST_PAUSE if lived_long else min(pause * 2, LONGEST_PAUSE)
            self._stopping.wait(pause)


def _end_with_parent() -> None:
    """In the child: be told to end when the supervisor dies, so that no worker is left behind."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(0)


def _end_group(leader: int) -> None:
    """End what a program has started and left behind."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
