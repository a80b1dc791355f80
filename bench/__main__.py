"""`python -m bench [--short] [NAME ...]`: run benchmarks, write bench/results, print the ratios."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import calls, overload
from bench.desk_lists import measure_lists
from bench.look_up import measure_growth
from tests.postgres import NoPostgres, Server, running

RESULTS = Path(__file__).parent / "results"
Measured = dict[str, dict[str, Any]]
"""What was measured -> its result."""


def _look_up(place: Path, server: Server | None, short: bool) -> Measured:
    sizes = (2_000, 60_000, 5) if short else (10_000, 1_200_000, 9)
    return {"look-up": measure_growth(place, server, *sizes)}


def _desk_lists(place: Path, server: Server | None, short: bool) -> Measured:
    sizes = (2_000, 20_000, 3) if short else (10_000, 1_200_000, 9)
    return measure_lists(place, server, *sizes)


BENCHES: dict[str, Callable[[Path, Server | None, bool], Measured]] = {
    "look_up": _look_up,
    "desk_lists": _desk_lists,
}
CALLS, OVERLOAD = "calls", "overload"


def main(short: bool, other: dict[str, int | None], names: list[str]) -> int:
    """0 where every median ratio is within its limit; `other` sizes are for the calls."""
    within = True
    for name in names or [*BENCHES, CALLS, OVERLOAD]:
        if name == CALLS:
            within &= calls.run(short, {name: size for name, size in other.items() if size})
            continue
        if name == OVERLOAD:
            within &= overload.run(short)
            continue
        results = _on_both(name, short)
        if not short:
            RESULTS.mkdir(exist_ok=True)
            (RESULTS / f"{name}.json").write_text(json.dumps(results, indent=2) + "\n")
        for database, measured in results.items():
            for what, result in measured.items():
                within &= _tell(database, what, result)
    return 0 if within else 1


def _on_both(name: str, short: bool) -> dict[str, Measured]:
    with tempfile.TemporaryDirectory() as place:
        results = {"sqlite": BENCHES[name](Path(place), None, short)}
        try:
            with running() as server:
                results["postgresql"] = BENCHES[name](Path(place), server, short)
        except NoPostgres as absent:
            print(f"postgresql left out: {absent}")
    return results


def _tell(database: str, what: str, result: dict[str, Any]) -> bool:
    sizes = " / at ".join(map(str, reversed(result.get("lines") or result["notices"])))
    low, median, high = result["ratios"]
    print(f"{what} at {sizes}, {database}: {low:.2f} / {median:.2f} / {high:.2f}")
    return bool(median <= result["limit"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--short", action="store_true", help="small sizes, wide limits, no results kept")
    parser.add_argument("--lines", type=int, help="lines of the calls' database")
    parser.add_argument("--rounds", type=int, help="rounds of calls")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join([*BENCHES, CALLS, OVERLOAD]))
    given = parser.parse_args()
    sys.exit(main(given.short, {"lines": given.lines, "rounds": given.rounds}, given.names))
