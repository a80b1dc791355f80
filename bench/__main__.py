"""`python -m bench [--short] [NAME ...]`: run benchmarks, write bench/results, print the ratios."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from bench import bulk, calls, overload, sweep
from bench.desk_lists import measure_lists
from bench.look_up import measure_growth
from bench.record import measure_record
from bench.report import ratios_table
from tests.postgres import NoPostgres, Server, running

RESULTS = Path(__file__).parent / "results"
Measured = dict[str, dict[str, Any]]
"""What was measured -> its result."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: the short form, and other numbers of rows or rounds than a form's own."""

    short: bool
    rows: int | None = None
    rounds: int | None = None
    on: str | None = None
    """One database alone, where only one is asked for."""


def _look_up(place: Path, server: Server | None, asked: Asked) -> Measured:
    if asked.short:
        return measure_growth(place, server, (2_000, 20_000), 5)
    return measure_growth(place, server, (10_000, 1_200_000, 10_000_000), 9)


def _record(place: Path, server: Server | None, asked: Asked) -> Measured:
    sizes, rounds = ((500, 10_000), 3) if asked.short else ((1_000, 1_000_000), 9)
    return measure_record(place, server, sizes, rounds)


def _desk_lists(place: Path, server: Server | None, asked: Asked) -> Measured:
    sizes = (1_000, 10_000, 3) if asked.short else (10_000, asked.rows or 1_200_000, 9)
    return measure_lists(place, server, *sizes)


def _bulk(place: Path, server: Server | None, asked: Asked) -> Measured:
    size = _sized(bulk.SHORT if asked.short else bulk.FULL, asked)
    return bulk.measure_bulk(place, server, size, bulk.SHORT_LIMITS if asked.short else bulk.LIMITS)


def _sweep(place: Path, server: Server | None, asked: Asked) -> Measured:
    return sweep.measure_sweep(place, server, _sized(sweep.SHORT if asked.short else sweep.FULL, asked))


Sized = TypeVar("Sized", bulk.Size, sweep.Size)


def _sized(size: Sized, asked: Asked) -> Sized:
    return replace(size, rows=asked.rows or size.rows, rounds=asked.rounds or size.rounds)


BENCHES: dict[str, Callable[[Path, Server | None, Asked], Measured]] = {
    "look_up": _look_up,
    "record": _record,
    "desk_lists": _desk_lists,
    "bulk": _bulk,
    "sweep": _sweep,
}
TABLES = {
    "bulk": "Bulk work, to the bare limit of the database",
    "sweep": "Very many notices that end at once, to plain statements of the same outcome",
}
"""What gets a table for readers beside its results, under which title."""
CALLS, OVERLOAD = "calls", "overload"
SQLITE, POSTGRESQL = "sqlite", "postgresql"


def main(asked: Asked, other: dict[str, int | None], names: list[str]) -> int:
    """0 where every median ratio is within its limit; `other` sizes are for the calls."""
    short = asked.short
    within = True
    for name in names or [*BENCHES, CALLS, OVERLOAD]:
        if name == CALLS:
            within &= calls.run(short, {name: size for name, size in other.items() if size})
            continue
        if name == OVERLOAD:
            within &= overload.run(short, other["lines"])
            continue
        for database, measured in _measured(name, asked):
            if not short:
                _keep(name, database, measured)
            for what, result in measured.items():
                within &= _tell(database, what, result)
    return 0 if within else 1


def _measured(name: str, asked: Asked) -> Iterator[tuple[str, Measured]]:
    """The results of each database, as soon as they are there: some take an hour."""
    with tempfile.TemporaryDirectory() as place:
        if asked.on in {None, SQLITE}:
            yield SQLITE, BENCHES[name](Path(place), None, asked)
        if asked.on in {None, POSTGRESQL}:
            try:
                with running() as server:
                    yield POSTGRESQL, BENCHES[name](Path(place), server, asked)
            except NoPostgres as absent:
                print(f"postgresql left out: {absent}")


def _keep(name: str, database: str, measured: Measured) -> None:
    """What was measured on one database replaces nothing of the other."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{name}.json"
    before = json.loads(file.read_text()) if file.exists() else {}
    results = dict(sorted({**before, database: measured}.items(), reverse=True))
    file.write_text(json.dumps(results, indent=2) + "\n")
    if name in TABLES:
        (RESULTS / f"{name}.md").write_text(ratios_table(TABLES[name], results))


def _tell(database: str, what: str, result: dict[str, Any]) -> bool:
    sizes = " / at ".join(map(str, reversed(result.get("lines") or result.get("notices") or result["rows"])))
    low, median, high = result["ratios"]
    print(f"{what} at {sizes}, {database}: {low:.2f} / {median:.2f} / {high:.2f}", flush=True)
    return bool(median <= result["limit"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--short", action="store_true", help="small sizes, wide limits, no results kept")
    parser.add_argument("--lines", type=int, help="lines of the database of the calls and of the overload")
    parser.add_argument("--rows", type=int, help="rows of bulk work, notices of the sweep and lists")
    parser.add_argument("--rounds", type=int, help="rounds of calls, of bulk work and of the sweep")
    parser.add_argument(
        "--on", choices=(SQLITE, POSTGRESQL), help="this database alone; not for calls and overload"
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join([*BENCHES, CALLS, OVERLOAD]))
    given = parser.parse_args()
    asked = Asked(given.short, given.rows, given.rounds, given.on)
    sys.exit(main(asked, {"lines": given.lines, "rounds": given.rounds}, given.names))
