"""More calls than we can answer in time: every one is connected, and afterwards all is as before.

Calls come at a fixed rate, whether or not answers do: at half of what 32 callers at once get answered, then
at three times that, then at half of it again. Times count from when a call was due.
"""

import json
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.calls import CALLERS, Bench, Round, Size, databases, filled
from bench.servers import CONTENDERS, OURS, Running, started

RESULTS = Path(__file__).parent / "results"
FEW, MANY = 64, 3000
"""Connections: as many as a proxy keeps; and more than wait in our own queue."""
TIMES = 3
MOST_SILENT = 0.02
"""Of the calls before and afterwards, as on a busy machine."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """How many lines, and for how many seconds calls come at half of the rate, at three times, at half."""

    lines: int
    half: float
    over: float


FULL, SHORT = Stretch(1_210_000, 10, 60), Stretch(5_000, 1.5, 4)


def run(short: bool, lines: int | None) -> bool:
    """Measure, write the results of a full run, print; True where every call was connected."""
    if shutil.which("cc") is None:
        print("overload left out: the load client needs a C compiler")
        return True
    stretch, results = SHORT if short else FULL, dict[str, dict[str, Any]]()
    stretch = replace(stretch, lines=lines or stretch.lines)
    size = Size(stretch.lines, 1, 0.5, 1.0, 0.5, MOST_SILENT, (OURS,))
    with tempfile.TemporaryDirectory() as place:
        for database, server in databases():
            results[database] = _measured(filled(Path(place) / database, server, size, [OURS]), stretch)
            print(f"overload, {database}: {json.dumps(results[database])}")
    if not short:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "overload.json").write_text(json.dumps(results, indent=2) + "\n")
    return all(each["held"] for each in results.values())


def _measured(bench: Bench, stretch: Stretch) -> dict[str, Any]:
    with started(CONTENDERS[OURS], bench.environments[OURS]) as server:
        bench.load(OURS, server, 1, 0.01, 100)
        speed = bench.load(OURS, server, CALLERS, 1.0, 10_000)["per_second"]
        alone = bench.load(OURS, server, 1, 1.0, speed)
        before = _at(bench, server, speed / 2, stretch.half, FEW)
        over = _at(bench, server, speed * TIMES, stretch.over, MANY)
        after = _at(bench, server, speed / 2, stretch.half, FEW)
    told: dict[str, Any] = {
        "lines": stretch.lines,
        "seconds": stretch.over,
        "p99_at_half_to_p50_alone": _ratio(before["p99"], alone["p50"]),
        "p99_after_to_before": _ratio(after["p99"], before["p99"]),
        "overload": {
            "answers": int(over["answers"]),
            "wrong": int(over["wrong"]),
            "heard": _ratio(over["answers"] - over["silent"] - over["fallbacks"], over["answers"]),
            "connected_silently": _ratio(over["silent"], over["answers"]),
            "carriers_fallback": _ratio(over["fallbacks"], over["answers"]),
        },
        "silent_before": _ratio(before["silent"], before["answers"]),
        "silent_after": _ratio(after["silent"], after["answers"]),
    }
    wrong = sum(each["wrong"] for each in (before, over, after))
    return told | {"held": not wrong and told["silent_after"] <= MOST_SILENT}


def _at(bench: Bench, server: Running, rate: float, seconds: float, connections: int) -> Round:
    return bench.load(OURS, server, connections, seconds, rate, rate)


def _ratio(one: float, other: float) -> float:
    return float(f"{one / other:.3g}")
