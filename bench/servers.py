"""The servers that are compared: how each is made ready, started and measured from outside.

What a peer needs is installed once, under var/bench; a peer that cannot be is left out, with the reason.
"""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.settings import read_settings
from gateway.supervisor import programs
from tests.outside.gateway import processes_under

ROOT = Path(__file__).parent.parent
PEERS, CACHE = ROOT / "bench/peers", ROOT / "var/bench"
INSTALLING_SECONDS = 900
PATIENCE_SECONDS = 60


class Absent(Exception):
    """A peer cannot be installed here; the reason in words."""


Environment = Mapping[str, str]
Command = Callable[[Environment], Sequence[str]]
"""The words that start a server, given its environment, in which PORT is."""


def _granian(environment: Environment) -> Sequence[str]:
    words = ("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", environment["PORT"])
    how = ("--workers", "1", "--blocking-threads", "8", "--no-ws", "--http", "1", "--log-level", "error")
    return [sys.executable, *words, *how, "bench.peers.floor:app"]


def _serve(environment: Environment) -> Sequence[str]:
    """The very command that `court-gateway serve` keeps running."""
    settings = read_settings(dict(environment) | {"COURT_GATEWAY_PORT": environment["PORT"]})
    return programs(settings, 1, False)[0].command


def _gunicorn(environment: Environment) -> Sequence[str]:
    words = ("-m", "gunicorn", "--worker-class", "gthread", "--workers", "1", "--threads", "8", "--bind")
    return [sys.executable, *words, f"127.0.0.1:{environment['PORT']}", "bench.peers.vendor.app:app"]


def _uvicorn(environment: Environment) -> Sequence[str]:
    words = ("-m", "uvicorn", "--app-dir", str(PEERS / "fastapi"), "--host", "127.0.0.1", "--port")
    how = ("--no-access-log", "--log-level", "warning", "app:app")
    return [str(CACHE / "fastapi/bin/python"), *words, environment["PORT"], *how]


def _node(_environment: Environment) -> Sequence[str]:
    return ["node", str(CACHE / "fastify/server.js")]


def _go(_environment: Environment) -> Sequence[str]:
    return [str(CACHE / "go/server")]


def _nothing() -> None:
    """It is in our own environment."""


def _install_fastapi() -> None:
    wanted, place = PEERS / "fastapi/requirements.txt", CACHE / "fastapi"
    if _is_there(place, wanted):
        return
    _do([sys.executable, "-m", "venv", "--clear", place])
    _do([place / "bin/python", "-m", "pip", "install", "--quiet", "--require-hashes", "-r", wanted])
    _note(place, wanted)


def _install_fastify() -> None:
    wanted, place = PEERS / "fastify/package-lock.json", CACHE / "fastify"
    place.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc", "server.js"):
        shutil.copy(PEERS / "fastify" / name, place)
    if _is_there(place, wanted):
        return
    if shutil.which("npm") is None:
        raise Absent("there is no npm")
    _do(["npm", "ci", "--prefix", place], place)
    _note(place, wanted)


def _build_go() -> None:
    source, place = PEERS / "go/main.go", CACHE / "go"
    place.mkdir(parents=True, exist_ok=True)
    if _is_there(place, source):
        return
    if shutil.which("go") is None:
        raise Absent("there is no go (Debian: golang-go and what bench/peers/go/main.go imports)")
    shutil.copy(source, place)
    environment = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""}
    _do(["go", "build", "-o", "server", "main.go"], place, environment)
    _note(place, source)


def _is_there(place: Path, wanted: Path) -> bool:
    noted = place / "made-from"
    return noted.is_file() and noted.read_text() == _digest(wanted)


def _note(place: Path, wanted: Path) -> None:
    (place / "made-from").write_text(_digest(wanted))


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _do(words: Sequence[str | Path], place: Path | None = None, more: Environment | None = None) -> None:
    try:
        done = subprocess.run(
            words,
            cwd=place,
            env=os.environ | dict(more or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALLING_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise Absent(f"{words[0]}: {type(fault).__name__}") from fault
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no word").splitlines()[-1]
        raise Absent(f"{words[0]} {words[1]}: {last}")


@dataclass(frozen=True, slots=True)
class Contender:
    """A server in the comparison."""

    title: str
    command: Command
    install: Callable[[], None] = _nothing


FLOOR, OURS, VENDOR = "floor", "ours", "vendor"
CONTENDERS: dict[str, Contender] = {
    FLOOR: Contender("bare Flask route, granian (WSGI)", _granian),
    OURS: Contender("ours, as served", _serve),
    VENDOR: Contender("vendor-sample shape: Flask, ORM, twilio SDK, gunicorn", _gunicorn),
    "fastapi": Contender("FastAPI, async driver, twilio SDK, uvicorn", _uvicorn, _install_fastapi),
    "fastify": Contender("fastify, twilio npm, better-sqlite3 or pg", _node, _install_fastify),
    "go": Contender("Go net/http, go-sqlite3 or pgx", _go, _build_go),
}


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers on a port."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        return tree_cpu_seconds(self.pid)

    def peak_mib(self) -> float:
        """The most memory that its processes ever held, each counted whole."""
        return sum(_peak_kib(each) for each in (self.pid, *processes_under(self.pid))) / 1024


@contextmanager
def started(contender: Contender, environment: Environment) -> Iterator[Running]:
    """The server in a process of its own, which ends with the block."""
    port = _free_port()
    whole = os.environ | dict(environment) | {"PORT": str(port)}
    process = subprocess.Popen(
        contender.command(whole), env=whole, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, process)
        yield Running(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def tree_cpu_seconds(pid: int) -> float:
    """CPU that a process and those under it have had, those that have ended included."""
    ticks = 0
    for each in (pid, *processes_under(pid)):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _peak_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"the server did not start: {process.args!r}")
