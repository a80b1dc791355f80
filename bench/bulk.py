"""Bulk work against the bare limit of the database: a file of rows enrolled, approved, and its cases closed.

Each round begins on two new databases. Ours does the work; the other is given the same outcome by nothing but
the database: the very rows that ours wrote, and plain statements in place of approving and closing. Rounds
are interleaved, ratios are taken within a round.
"""

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from sqlalchemy import text

from bench.ready_rows import put, take
from bench.report import judged
from bench.running_clock import RunningClock
from gateway.database import writing
from gateway.judging import Judges, spare_processors
from gateway.models import ImportBatch, Prompt
from gateway.runtime import Runtime
from gateway.services.actor import Actor
from gateway.services.approve_import import approve_import
from gateway.services.import_closures import import_closures
from gateway.services.stage_import import stage_import
from gateway.services.transactions import Transactions
from gateway.settings import read_settings
from gateway.sight import EVERY_COURT
from tests.factories import Gateway, copy_gateway, open_gateway
from tests.gateway.import_files import EVIDENCE, HEADER, row
from tests.postgres import Server

LIMITS = {"import": (2.5, 3.0), "approval": (2.5, 2.5), "closures": (3.0, 3.0)}
"""How many times the bare limit's time: on SQLite, on PostgreSQL."""
Seconds = dict[str, float]


@dataclass(frozen=True, slots=True)
class Size:
    rows: int
    rounds: int
    memory: bool = True


FULL, SHORT = Size(1_210_000, 5), Size(600, 5, memory=False)
SHORT_LIMITS = {"import": (12.0, 10.0), "approval": (14.0, 12.0), "closures": (18.0, 12.0)}
"""Wide, because few rows spread what is done once a file or a chunk over few."""
MEMORY_LIMIT = 1.25


def measure_bulk(
    place: Path, server: Server | None, size: Size, limits: Mapping[str, tuple[float, float]] = LIMITS
) -> dict[str, dict[str, Any]]:
    """The ratios of every kind of bulk work, and of the memory that it takes at ten times as many rows."""
    arena = Arena.found(place / f"bulk-{'postgresql' if server else 'sqlite'}", server)
    file = arena.write_file(size.rows)
    rounds = [arena.round(file, size.rows) for _ in range(size.rounds)]
    results = {
        what: judged(
            size.rows,
            size.rounds,
            [ours[what] / bare[what] for ours, bare in rounds],
            limit[1 if server else 0],
        )
        for what, limit in limits.items()
    }
    if not size.memory:
        return results
    few, many = (arena.peak_memory(arena.write_file(rows), rows) for rows in (size.rows // 10, size.rows))
    results["memory at ten times as many"] = judged(size.rows, size.rounds, [many / few], MEMORY_LIMIT)
    return results


@dataclass(frozen=True, slots=True)
class Arena:
    """A founded gateway with an approved prompt, to be copied for each round."""

    place: Path
    server: Server | None
    founded: Gateway
    prompt: str
    today: date
    numbers: Iterator[int]

    @classmethod
    def found(cls, place: Path, server: Server | None) -> "Arena":
        place.mkdir()
        url = server.create() if server else f"sqlite:///{place / 'founded.db'}"
        founded = open_gateway(url, place / "founded")
        recording = founded.recording()
        with founded.work() as work:
            prompt, today = work.session.get_one(Prompt, recording.prompt_id).name, work.today()
        founded.runtime.close()
        return cls(place, server, founded, prompt, today, count())

    def write_file(self, rows: int) -> Path:
        """A file of lawful rows, each of a case of its own."""
        file = self.place / f"rows-{rows}.csv"
        with file.open("w", newline="") as out:
            out.write(HEADER + "\r\n")
            for last in range(rows):
                cells = row(self.today, last, self.prompt)
                cells["public_number"] = cells["gateway_number"] = f"+86171{last:08d}"
                cells["deliver_to"] = f"+86171{last + 50_000_000:08d}"
                out.write(",".join(cells.values()) + "\r\n")
        return file

    def round(self, file: Path, rows: int) -> tuple[Seconds, Seconds]:
        """The seconds of ours and of the bare limit."""
        ours, bare = self._copy(), self._copy()
        taken = dict.fromkeys(LIMITS, 0.0)
        with file.open("rb") as opened:
            taken["import"], batch = _timed(lambda: _import(_by(ours, "clerk"), opened))
        ready = self.place / f"ready-{next(self.numbers)}"
        take(self._unfenced(ours.url), ready)
        limit = {"import": put(self._unfenced(bare.url), ready)}
        for file_of_rows in ready.iterdir():
            file_of_rows.unlink()
        taken["approval"], _ = _timed(
            lambda: approve_import(_by(ours, "judge"), batch.id, batch.rows, batch.sha256)
        )
        limit["approval"] = _plainly(bare, APPROVAL, batch)
        closures = _closures(rows)
        taken["closures"], closed = _timed(lambda: import_closures(_by(ours, "clerk"), closures))
        limit["closures"] = _plainly(bare, CLOSURES, batch)
        if (batch.rows, closed.closed) != (rows, rows):
            raise AssertionError("work left undone voids the run")
        for gateway in (ours, bare):
            self._drop(gateway)
        return taken, limit

    def peak_memory(self, file: Path, rows: int) -> int:
        """The most that a process of its own ever held that did all of it."""
        gateway = self._copy()
        data, at = str(gateway.runtime.settings.data_dir), gateway.clock.now().isoformat()
        people = [f"{gateway.people[who].user_id}:{gateway.court_a}" for who in ("clerk", "judge")]
        words = [sys.executable, "-m", "bench.bulk", gateway.url, data, at, str(file), str(rows), *people]
        working = subprocess.Popen(words)
        _, status, used = os.wait4(working.pid, 0)
        self._drop(gateway)
        if status:
            raise AssertionError("work left undone voids the run")
        return used.ru_maxrss

    def _copy(self) -> Gateway:
        directory = self.place / f"round-{next(self.numbers)}"
        if self.server:
            return copy_gateway(self.founded, self.server.create(self.founded.url), directory)
        database = directory.with_suffix(".db")
        database.write_bytes((self.place / "founded.db").read_bytes())
        return copy_gateway(self.founded, f"sqlite:///{database}", directory)

    def _unfenced(self, url: str) -> str:
        """PostgreSQL takes no COPY into tables with row-level security but from its superuser."""
        return self.server.as_superuser(url) if self.server else url

    def _drop(self, gateway: Gateway) -> None:
        gateway.runtime.close()
        if self.server:
            self.server.drop(gateway.url)
        else:
            os.unlink(gateway.url.removeprefix("sqlite:///"))


def _by(gateway: Gateway, who: str) -> Transactions:
    runtime = gateway.runtime
    clock = RunningClock(gateway.clock.now())
    return Transactions(runtime.engine, clock, runtime.vault, actor=gateway.people[who])


def _import(transactions: Transactions, file: BinaryIO) -> ImportBatch:
    """As the command line does."""
    with Judges(spare_processors()) as judges:
        return stage_import(transactions, file, EVIDENCE, judge_all=judges)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    done = work()
    return time.perf_counter() - started, done


def _closures(rows: int) -> io.BytesIO:
    return io.BytesIO(b"".join(_closure_lines(rows)))


def _closure_lines(rows: int) -> Iterator[bytes]:
    yield b"case_number,removal_ground,reason\r\n"
    for last in range(rows):
        yield f"(2026)川1302执{last}号,1,履行完毕\r\n".encode()


def _plainly(bare: Gateway, statements: tuple[str, ...], batch: ImportBatch) -> float:
    """The seconds of these statements in one transaction."""
    now = bare.clock.now()
    on_sqlite = bare.runtime.engine.dialect.name == "sqlite"
    values = {
        "import_id": batch.id,
        "court": bare.court_a,
        "judge": bare.people["judge"].user_id,
        "clerk": bare.people["clerk"].user_id,
        "now": now.strftime("%Y-%m-%d %H:%M:%S.%f") if on_sqlite else now,
    }
    started = time.perf_counter()
    with writing(bare.runtime.engine, EVERY_COURT) as session:
        if not on_sqlite:
            session.execute(text("SET LOCAL statement_timeout = 0"))
        for statement in statements:
            asked = {name: value for name, value in values.items() if f":{name}" in statement}
            session.execute(text(statement), asked)
    return time.perf_counter() - started


APPROVAL = (
    "UPDATE notice SET state = 'approved', approved_by = :judge, approved_at = :now, starts_at = :now,"
    " approved_recordings = (SELECT sha256 FROM recording WHERE recording.id = notice.recording_id),"
    " version = version + 1 WHERE import_id = :import_id AND state = 'submitted'",
)
_ENTRY = (
    "INSERT INTO audit_entry (id, chain, sequence, at, actor, action, subject_kind, subject_id, details,"
    " previous_hash, hash) SELECT '{mark}' || substr(id, 2), :court,"
    " {base} + row_number() OVER (ORDER BY id), :now, :clerk, '{action}', '{table}', id, '{details}',"
    " '{digest}', '{digest}' FROM {table} WHERE import_id = :import_id"
)
_DETAILS = '{"fields"\\:{"because"\\:"0123456789abcdef0123456789abcdef"}}'


def _entry(mark: str, base: int, action: str, table: str) -> str:
    return _ENTRY.format(
        mark=mark, base=base, action=action, table=table, details=_DETAILS, digest="0123456789abcdef" * 4
    )


CLOSURES = (
    "INSERT INTO remark (id, court_id, text_sealed, purge_after, created_at)"
    " SELECT 'z' || substr(enforcement_case.id, 2), :court, remark.text_sealed, remark.purge_after, :now"
    " FROM enforcement_case JOIN decision ON decision.case_id = enforcement_case.id"
    " JOIN remark ON remark.id = decision.reasons_remark_id WHERE enforcement_case.import_id = :import_id",
    "UPDATE enforcement_case SET state = 'closed', closing_ground = 1, closed_at = :now,"
    " closed_by = :clerk, closing_remark_id = 'z' || substr(id, 2), formal_deletion = 'due',"
    " formal_deletion_due_on = '2027-01-01', version = version + 1 WHERE import_id = :import_id",
    "UPDATE notice SET state = 'ended', ended_at = :now, ended_because = 'closed',"
    " remark_id = 'z' || substr(case_id, 2), version = version + 1 WHERE import_id = :import_id",
    "UPDATE line SET quiet_because = 'closed', version = version + 1 WHERE import_id = :import_id",
    _entry("x", 1_000_000_000, "closed", "enforcement_case"),
    _entry("y", 2_000_000_000, "ended", "notice"),
)
"""A remark, the case, its notice, its line, and two entries in the record."""


def main(url: str, directory: str, at: str, file: str, rows: str, clerk: str, judge: str) -> None:
    """Import, approve and close, in a process of its own."""
    settings = read_settings({"COURT_GATEWAY_DATABASE_URL": url, "COURT_GATEWAY_DATA_DIR": directory})
    runtime = Runtime.open(settings, RunningClock(datetime.fromisoformat(at)))

    def by(person: str, role: str) -> Transactions:
        user_id, court_id = person.split(":")
        actor = Actor(user_id, court_id, frozenset({role}))
        return Transactions(runtime.engine, runtime.clock, runtime.vault, actor=actor)

    with open(file, "rb") as opened:
        batch = _import(by(clerk, "clerk"), opened)
    approve_import(by(judge, "judge"), batch.id, batch.rows, batch.sha256)
    with TemporaryFile() as closures:
        closures.writelines(_closure_lines(int(rows)))
        closures.seek(0)
        import_closures(by(clerk, "clerk"), closures)
    runtime.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
