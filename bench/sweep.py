"""Very many notices that end in the same minute: the sweep against plain statements of the same outcome.

Each round begins on two copies of one database. Ours writes every end down, with word on the line and an
entry in the chained record; the other does the same by three plain statements in one transaction, its entries
chained to nothing. While one more sweep runs in a process of its own, somebody calls.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from bench.look_up import fill
from bench.report import judged
from bench.running_clock import RunningClock
from gateway.checkpointing import keep_checkpointing
from gateway.database import writing
from gateway.logs import configure
from gateway.models import Notice
from gateway.runtime import Runtime
from gateway.services.expire_notices import expire_notices
from gateway.services.transactions import Transactions
from gateway.services.work import Work
from gateway.settings import read_settings
from gateway.sight import EVERY_COURT
from tests.carriers import FakeCarrier
from tests.factories import Gateway, copy_gateway, open_gateway
from tests.gateway.services.crowd import verdict
from tests.postgres import Server

LIMIT, LONGEST_LOCK, LIMIT_OF_CALLS = 3.0, 0.030, 2.0
SHORT_LIMIT, SHORT_LIMIT_OF_LOCKS = 12.0, 10.0
"""Wide, because few rows spread what is done once a chunk over few, and other programs hold a chunk up."""
CALLS = 1_000
STATEMENTS = (
    "UPDATE line SET quiet_because = 'ended' WHERE id IN (SELECT line_id FROM notice WHERE {over})",
    "INSERT INTO audit_entry (id, chain, sequence, at, actor, action, subject_kind, subject_id, details,"
    " previous_hash, hash) SELECT 'x' || substr(id, 2), court_id,"
    " 1000000000 + row_number() OVER (ORDER BY id), :now, 'system', 'ended', 'notice', id, '{details}',"
    " '{digest}', '{digest}' FROM notice WHERE {over}",
    "UPDATE notice SET state = 'ended', ended_at = :now, ended_because = 'expired', version = version + 1"
    " WHERE {over}",
)
OVER = "state IN ('approved', 'suspended') AND ends_at <= :now"
DETAILS = '{"fields"\\:{"because"\\:"0123456789abcdef0123456789abcdef"}}'


@dataclass(frozen=True, slots=True)
class Size:
    rows: int
    rounds: int
    calls: bool = True


FULL, SHORT = Size(1_000_000, 5), Size(3_000, 3, calls=False)


@dataclass(frozen=True, slots=True)
class Watched(Transactions):
    """Notes how long each transaction that writes was open, its commit included."""

    held: list[float] = field(default_factory=list)

    @contextmanager
    def writing(self) -> Iterator[Work]:
        started = time.perf_counter()
        with Transactions.writing(self) as work:
            yield work
        self.held.append(time.perf_counter() - started)


def measure_sweep(place: Path, server: Server | None, size: Size) -> dict[str, dict[str, Any]]:
    """The ratios of the sweep to the plain statements, and of calls meanwhile to calls without."""
    configure("error")
    arena = Arena.filled(place / f"sweep-{'postgresql' if server else 'sqlite'}", server, size.rows)
    rounds = [arena.round(size.rows) for _ in range(size.rounds)]
    limit, of_locks = (LIMIT, 1.0) if size.calls else (SHORT_LIMIT, SHORT_LIMIT_OF_LOCKS)
    results = {
        "sweep": judged(size.rows, size.rounds, [ours / bare for ours, bare, _ in rounds], limit),
        "transactions, 99 in 100 of them, to 30 ms": judged(
            size.rows, size.rounds, [_percentile(held, 99) / LONGEST_LOCK for *_, held in rounds], of_locks
        ),
    }
    if size.calls:
        meanwhile = [arena.call_meanwhile() for _ in range(size.rounds)]
        results["p99 of calls meanwhile"] = judged(size.rows, size.rounds, meanwhile, LIMIT_OF_CALLS)
    return results


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[(len(values) * percent - 1) // 100]


@dataclass(frozen=True, slots=True)
class Arena:
    """A gateway full of notices that end at one moment, to be copied for each round."""

    place: Path
    server: Server | None
    filled_with: Gateway
    over: datetime
    dialled: str
    numbers: Iterator[int]

    @classmethod
    def filled(cls, place: Path, server: Server | None, rows: int) -> "Arena":
        place.mkdir()
        url = server.create() if server else f"sqlite:///{place / 'filled.db'}"
        gateway = open_gateway(url, place / "filled")
        over = gateway.clock.now() + timedelta(days=1)
        stored = over if server else over.strftime("%Y-%m-%d %H:%M:%S.%f")
        line = gateway.line()
        fill(gateway, rows, unlike=lambda _place: ({}, {"ends_at": stored}))
        gateway.runtime.close()
        return cls(place, server, gateway, over, gateway.dialled(line), count())

    def round(self, rows: int) -> tuple[float, float, list[float]]:
        """The seconds of ours, those of the plain statements, and how long ours held the lock each time."""
        with self._copy() as ours:
            runtime = ours.runtime
            keep_checkpointing(runtime.engine, runtime.stopped)
            watched = Watched(runtime.engine, RunningClock(self.over), runtime.vault)
            started = time.perf_counter()
            done = expire_notices(watched)
            taken = time.perf_counter() - started
            if done != rows or not verdict(ours).intact:
                raise AssertionError("a notice that was left, or a chain that does not hold, voids the run")
        with self._copy() as bare:
            limit = _plainly(bare)
            with bare.read() as session:
                left = select(Notice.id).where(Notice.ends_at <= self.over, Notice.state != "ended")
                if session.scalars(left).first():
                    raise AssertionError("a notice that was left voids the run")
        return taken, limit, watched.held

    def call_meanwhile(self) -> float:
        """p99 of calls while a sweep runs, to p99 of as many calls before."""
        with self._copy() as gateway:
            carrier = FakeCarrier.of(gateway)
            for _ in range(20):
                self._call(gateway, carrier)
            before = [self._call(gateway, carrier) for _ in range(CALLS)]
            data = str(gateway.runtime.settings.data_dir)
            words = [sys.executable, "-m", "bench.sweep", gateway.url, data, self.over.isoformat()]
            sweeping = subprocess.Popen(words)
            time.sleep(1.5)
            meanwhile = [self._call(gateway, carrier) for _ in range(CALLS)]
            if sweeping.poll() is not None:
                raise AssertionError("the sweep was over before the calls: take more rows")
            if sweeping.wait():
                raise AssertionError("the sweep failed")
        return _percentile(meanwhile, 99) / _percentile(before, 99)

    def _call(self, gateway: Gateway, carrier: FakeCarrier) -> float:
        gateway.clock.at += timedelta(milliseconds=1)
        started = time.perf_counter()
        if carrier.voice(self.dialled).dials is None:
            raise AssertionError("a wrong answer voids the run")
        return time.perf_counter() - started

    @contextmanager
    def _copy(self) -> Iterator[Gateway]:
        directory = self.place / f"round-{next(self.numbers)}"
        database = directory.with_suffix(".db")
        if self.server:
            url = self.server.create(self.filled_with.url)
        else:
            url = f"sqlite:///{database}"
            with database.open("wb") as out, (self.place / "filled.db").open("rb") as filled:
                while block := filled.read(1 << 20):
                    out.write(block)
                os.fsync(out.fileno())  # Else the first checkpoint would have to.
        gateway = copy_gateway(self.filled_with, url, directory)
        gateway.clock.at = self.over
        yield gateway
        gateway.runtime.close()
        if self.server:
            self.server.drop(url)
        else:
            os.unlink(database)


def _plainly(bare: Gateway) -> float:
    """The seconds of the plain statements in one transaction."""
    on_sqlite = bare.runtime.engine.dialect.name == "sqlite"
    now = bare.clock.now()
    asked = {"now": now.strftime("%Y-%m-%d %H:%M:%S.%f") if on_sqlite else now}
    started = time.perf_counter()
    with writing(bare.runtime.engine, EVERY_COURT) as session:
        if not on_sqlite:
            session.execute(text("SET LOCAL statement_timeout = 0"))
        for statement in STATEMENTS:
            filled = statement.format(over=OVER, details=DETAILS, digest="0123456789abcdef" * 4)
            session.execute(text(filled), asked)
    return time.perf_counter() - started


def main(url: str, directory: str, over: str) -> None:
    """Sweep what is over, in a process of its own."""
    settings = read_settings({"COURT_GATEWAY_DATABASE_URL": url, "COURT_GATEWAY_DATA_DIR": directory})
    runtime = Runtime.open(settings, RunningClock(datetime.fromisoformat(over)))
    keep_checkpointing(runtime.engine, runtime.stopped)
    expire_notices(Transactions(runtime.engine, runtime.clock, runtime.vault))
    runtime.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
