"""The whole job of a call, ours against the floor and the peers: interleaved rounds, ratios only.

The job: parse the form, verify the carrier's signature, look the dialled number's keyed hash up among all
lines, with its notice's state and end, keep one durable row, answer TwiML. In each round every server is
started, warmed and loaded in turn, on the same database; the order turns from round to round. One wrong
answer voids the run.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text

from bench.look_up import Columns, fill
from bench.report import spread, write_report
from bench.servers import (
    CONTENDERS,
    FLOOR,
    OURS,
    VENDOR,
    Absent,
    Running,
    parent_of,
    started,
    tree_cpu_seconds,
)
from bench.signed import Calls, delivered, dialled, plays
from gateway.database import writing
from gateway.logins import addresses
from gateway.sight import EVERY_COURT
from tests.factories import BASE, SECRET, Gateway, open_gateway
from tests.postgres import NoPostgres, Server, for_psycopg, running

CALLERS = 32
FLOOR_HOLDS = "<Hangup/>"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: seconds of load a server and round, and of one caller alone.

    Of a round's calls `most_silent` may be late, as some are on a busy machine: connected silently, as they
    should be.
    """

    lines: int
    rounds: int
    warming: float
    seconds: float
    alone: float
    most_silent: float
    contenders: tuple[str, ...] = tuple(CONTENDERS)


FULL = Size(lines=1_210_000, rounds=5, warming=1.0, seconds=3.0, alone=1.0, most_silent=0.02)
SHORT = Size(
    lines=20_000,
    rounds=2,
    warming=0.3,
    seconds=1.0,
    alone=0.0,
    most_silent=0.02,
    contenders=(FLOOR, OURS, VENDOR),
)


@dataclass(frozen=True, slots=True)
class Gate:
    """A limit: `what` of ours to another server's, at least or at most so much in the median."""

    what: str
    other: str
    sqlite: float
    postgresql: float
    at_least: bool = True


FULL_GATES = (
    Gate("per_second", FLOOR, 0.5, 0.6),
    Gate("per_second", VENDOR, 10, 10),
    Gate("per_second", "fastapi", 4, 4),
    Gate("per_second", "fastify", 1.5, 1.5),
    Gate("per_second", "go", 1.2, 1.2),
    Gate("alone_p50", "go", 2, 2, at_least=False),
    Gate("cpu", FLOOR, 1.6, 1.6, at_least=False),
)
# CPU, because a busy machine moves every other measure; wide, because two rounds tell little.
# To the floor they only keep what there is: twice FULL_GATES' limit, 3.2, is what they are to become.
SHORT_GATES = (
    Gate("cpu", FLOOR, 8, 12, at_least=False),
    Gate("cpu", VENDOR, 0.8, 0.8, at_least=False),
)

Round = dict[str, float]
"""What one server did in one round: per_second, cpu (seconds a call, the database's too), p50, p99 ..."""
Rounds = list[dict[str, Round]]


class Void(Exception):
    """A wrong answer: the run says nothing."""


def run(short: bool, other: Mapping[str, Any]) -> bool:
    """Measure, write the results of a full run, print; True where every gate holds."""
    size = replace(SHORT if short else FULL, **other)
    if shutil.which("cc") is None:
        print("calls left out: the load client needs a C compiler")
        return True
    present, absent = _installed(size.contenders)
    results: dict[str, Any] = {"absent": absent, "load": [_load()], "databases": {}}
    try:
        with tempfile.TemporaryDirectory() as place:
            for database, server in databases():
                measured = _measure(Path(place) / database, server, size, present)
                results["databases"][database] = _summed(measured, size, short, database)
                _print(database, results["databases"][database])
    except Void as void:
        print(f"void: {void}")
        return False
    results["load"].append(_load())
    if not short:
        write_report(results)
    return all(gate["met"] for each in results["databases"].values() for gate in each["gates"])


def _installed(names: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Who takes part, and why the others do not."""
    present, absent = [], {}
    for name in names:
        try:
            CONTENDERS[name].install()
            present.append(name)
        except Absent as reason:
            absent[name] = str(reason)
            print(f"{name} left out: {reason}")
    return present, absent


def databases() -> Iterator[tuple[str, Server | None]]:
    """The name and server of each database that is here."""
    yield "sqlite", None
    try:
        with running() as server:
            yield "postgresql", server
    except NoPostgres as absent:
        print(f"postgresql left out: {absent}")


def filled(place: Path, server: Server | None, size: Size, names: Sequence[str]) -> "Bench":
    """A database of this size, and what it takes to put load on these servers."""
    place.mkdir()
    url = server.create() if server else f"sqlite:///{place / 'gateway.db'}"
    gateway = open_gateway(url, place / "data")
    _fill(gateway, size.lines)
    bench = Bench(
        client=_client(place),
        requests=place / "requests",
        calls=Calls(size.lines),
        environments={name: _environment(gateway, name) for name in names},
        database=_postmaster(url) if server else None,
        size=size,
    )
    gateway.runtime.close()
    return bench


def _measure(place: Path, server: Server | None, size: Size, names: list[str]) -> Rounds:
    bench = filled(place, server, size, names)
    rounds: Rounds = []
    for number in range(size.rounds):
        order = names[number % len(names) :] + names[: number % len(names)]
        rounds.append({name: bench.round(name) for name in order})
    return rounds


def _fill(gateway: Gateway, lines: int) -> None:
    """Every line with numbers of its own, and the forward map, which workers keep beside the database."""
    vault, over = gateway.runtime.vault, gateway.clock.now() - timedelta(days=1)
    term = gateway.clock.now() + timedelta(days=90)
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        change = 1000 + session.execute(text("SELECT change_no FROM platform")).scalar_one()

    def unlike(place: int) -> tuple[Columns, Columns]:
        sealed = vault.seal(delivered(place), "number")
        until = term if plays(place) else over
        on_sqlite = gateway.runtime.engine.dialect.name == "sqlite"
        stored = until.strftime("%Y-%m-%d %H:%M:%S.%f") if on_sqlite else until
        return {"deliver_sealed": sealed, "change_no": change}, {"review_until": stored}

    fill(gateway, lines, lambda place: vault.look_up_hash(dialled(place)), unlike)
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        session.execute(text("UPDATE platform SET change_no = :change"), {"change": change})
    gateway.refresh_map()


def _environment(gateway: Gateway, name: str) -> dict[str, str]:
    url, vault = gateway.url, gateway.runtime.vault
    if name == FLOOR:
        return {}
    if name == OURS:
        data = str(gateway.runtime.settings.data_dir)
        return {"COURT_GATEWAY_DATABASE_URL": url, "COURT_GATEWAY_DATA_DIR": data}
    with gateway.read() as session:
        connection = session.execute(text("SELECT id FROM connection")).scalar_one()
    url = addresses(gateway.runtime.settings).calls
    return {
        "AUTH_TOKEN": SECRET,
        "BASE_URL": BASE,
        "CONNECTION_ID": connection,
        "DATABASE_URL": url if name == VENDOR else for_psycopg(url),
        "HASH_KEY": vault._key(vault.current_key, "look-up").hex(),
        "SEAL_KEY": vault._key(vault.current_key, "seal").hex(),
    }


def _client(place: Path) -> Path:
    program = place / "load"
    subprocess.run(["cc", "-O2", "-o", program, Path(__file__).parent / "load/load.c"], check=True)
    return program


def _postmaster(url: str) -> int | None:
    """The server's first process, where it runs on this machine."""
    with psycopg.connect(for_psycopg(url)) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        try:
            return parent_of(row[0]) if row else None
        except OSError:
            return None


@dataclass(frozen=True)
class Bench:
    """A filled database, and what it takes to put load on a server in front of it."""

    client: Path
    requests: Path
    calls: Calls
    environments: Mapping[str, Mapping[str, str]]
    database: int | None
    size: Size

    def round(self, name: str) -> Round:
        with started(CONTENDERS[name], self.environments[name]) as server:
            self.load(name, server, 1, 0.01, 100)
            speed = self.load(name, server, CALLERS, self.size.warming, 10_000)["per_second"]
            before = self._cpu(server)
            told = self.load(name, server, CALLERS, self.size.seconds, speed)
            told["cpu"] = (self._cpu(server) - before) / told["answers"]
            parts = [told]
            if self.size.alone:
                parts.append(self.load(name, server, 1, self.size.alone, speed))
                told["alone_p50"] = parts[1]["p50"]
            told["memory"] = server.peak_mib()
        for part in parts:
            self._check(name, part)
        return told

    def load(
        self, name: str, server: Running, callers: int, seconds: float, speed: float, rate: float = 0
    ) -> Round:
        """Calls for so long over so many connections: `speed` is how many a second there will be at most,
        `rate` how many are sent whether or not answers come."""
        self.calls.write(self.requests, int(speed * seconds * 1.5) + 10)
        words = [
            str(self.client),
            str(server.port),
            str(callers),
            str(seconds),
            str(self.requests),
            str(rate),
        ]
        words += [FLOOR_HOLDS] if name == FLOOR else []
        told = subprocess.run(words, stdout=subprocess.PIPE, text=True)
        if told.returncode:
            raise Void(f"{name}: the client gave up")
        measured: Round = json.loads(told.stdout)
        return measured

    def _check(self, name: str, told: Round) -> None:
        if told["wrong"] or told["silent"] > self.size.most_silent * told["answers"]:
            raise Void("{}: {wrong} wrong and {silent} silent of {answers} answers".format(name, **told))

    def _cpu(self, server: Running) -> float:
        return server.cpu_seconds() + (tree_cpu_seconds(self.database) if self.database else 0)


def _summed(rounds: Rounds, size: Size, short: bool, database: str) -> dict[str, Any]:
    """Every server's ratios to the floor, ours to every other, and the gates."""
    names = [name for name in CONTENDERS if name in rounds[0]]
    measures = ["per_second", "cpu", "p50", "p99", *(["alone_p50"] if size.alone else [])]
    gates = [gate for gate in (SHORT_GATES if short else FULL_GATES) if gate.other in names]
    return {
        "lines": size.lines,
        "rounds": size.rounds,
        "callers": CALLERS,
        "seconds": size.seconds,
        "to_floor": {name: {what: _spread(rounds, what, name, FLOOR) for what in measures} for name in names},
        "ours_to": {
            name: {what: _spread(rounds, what, OURS, name) for what in measures}
            for name in names
            if name != OURS
        },
        "peak_mib": {name: round(max(each[name]["memory"] for each in rounds)) for name in names},
        "answers": {name: int(sum(each[name]["answers"] for each in rounds)) for name in names},
        "wrong": {name: int(sum(each[name]["wrong"] for each in rounds)) for name in names},
        "silent": {name: int(sum(each[name]["silent"] for each in rounds)) for name in names},
        "gates": [_judged(gate, rounds, database) for gate in gates],
    }


def _judged(gate: Gate, rounds: Rounds, database: str) -> dict[str, Any]:
    limit = gate.sqlite if database == "sqlite" else gate.postgresql
    median = _spread(rounds, gate.what, OURS, gate.other)[1]
    met = median >= limit if gate.at_least else median <= limit
    return {
        "what": gate.what,
        "to": gate.other,
        "limit": limit,
        "at_least": gate.at_least,
        "median": median,
        "met": met,
    }


def _spread(rounds: Rounds, what: str, one: str, other: str) -> list[float]:
    """Minimum, median and maximum of the ratio in each round."""
    return spread([each[one][what] / each[other][what] for each in rounds])


def _load() -> float:
    return round(os.getloadavg()[0], 1)


def _print(database: str, summed: dict[str, Any]) -> None:
    for name, measures in summed["to_floor"].items():
        told = ", ".join(f"{what} {' / '.join(map(str, ratios))}" for what, ratios in measures.items())
        print(f"{database}, {summed['lines']} lines, {name} to the floor: {told}")
    for gate in summed["gates"]:
        about = f"{database}, {gate['what']} of ours to {gate['to']}: {gate['median']}"
        limit = f"{'at least' if gate['at_least'] else 'at most'} {gate['limit']}"
        print(f"{about}, {limit}: {'held' if gate['met'] else 'NOT HELD'}")
