"""A full run's results for readers: calls.json, a table beside it, and a chart."""

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.servers import CONTENDERS, FLOOR
from gateway.charts import bars

RESULTS = Path(__file__).parent / "results"
COLUMNS = {
    "per_second": "calls a second",
    "cpu": "CPU a call, database included",
    "p50": "p50",
    "p99": "p99",
    "alone_p50": "p50, one caller",
}
_STYLE = (
    "<style>text{font:14px sans-serif;fill:#0b0c0c}.desk-chart__text--end{text-anchor:end}"
    ".desk-chart__bar{fill:#b1b4b6}.desk-chart__bar--ours{fill:#1d70b8}.desk-chart__bar--floor{fill:#505a5f}</style>"
)


def spread(ratios: Sequence[float]) -> list[float]:
    """Minimum, median and maximum, with three digits."""
    return [float(f"{each:.3g}") for each in (min(ratios), statistics.median(ratios), max(ratios))]


def judged(rows: int, rounds: int, ratios: Sequence[float], limit: float) -> dict[str, Any]:
    """The result of one kind of work on so many rows."""
    return {"rows": [rows], "rounds": rounds, "ratios": spread(ratios), "limit": limit}


def write_report(results: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "calls.json").write_text(json.dumps(results, indent=2) + "\n")
    (RESULTS / "calls.md").write_text(table(results))
    for database, measured in results["databases"].items():
        (RESULTS / f"calls-{database}.svg").write_text(chart(database, measured))


def table(results: dict[str, Any]) -> str:
    parts = [
        "# The whole job of a call, against the floor and the peers\n",
        "Ratios, each as minimum / **median** / maximum of the rounds; written by `make bench`, read in"
        " [docs/performance.md](../../docs/performance.md).",
        "The machine's load average was {} at the start and {} at the end.\n".format(*results["load"]),
        *(f"Left out: {name} ({why}).\n" for name, why in results["absent"].items()),
        *(_of_database(*each) for each in results["databases"].items()),
    ]
    return "\n".join(parts)


def _of_database(database: str, measured: dict[str, Any]) -> str:
    names = list(measured["to_floor"])
    whats = list(measured["to_floor"][FLOOR])
    head = ["server", *(COLUMNS[what] for what in whats), "peak memory (MiB)", "answers", "wrong", "silent"]
    rows = [
        [
            CONTENDERS[name].title,
            *(_ratios(measured["to_floor"][name][what]) for what in whats),
            *(str(measured[what][name]) for what in ("peak_mib", "answers", "wrong", "silent")),
        ]
        for name in names
    ]
    against = [
        [CONTENDERS[name].title, *(_ratios(ratios[what]) for what in whats)]
        for name, ratios in measured["ours_to"].items()
    ]
    gates = [
        [
            f"{COLUMNS[gate['what']]}, to {gate['to']}",
            f"{'at least' if gate['at_least'] else 'at most'} {gate['limit']:g}",
            f"{gate['median']:g}",
            "yes" if gate["met"] else "no",
        ]
        for gate in measured["gates"]
    ]
    how = f"{measured['lines']:,} lines, {measured['rounds']} rounds of {measured['seconds']:g} s each"
    return "\n".join(
        (
            f"\n## {database}\n",
            f"{how}, {measured['callers']} callers, one worker.\n",
            f"![Calls a second, to the bare Flask route](calls-{database}.svg)\n",
            "To the bare Flask route:\n",
            *_rows(head, rows),
            "\nOurs to each:\n",
            *_rows(["server", *(COLUMNS[what] for what in whats)], against),
            "\nLimits:\n",
            *_rows(["ours", "limit", "median", "held"], gates),
            "",
        )
    )


def _rows(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def _ratios(spread: list[float]) -> str:
    low, median, high = (f"{each:g}" for each in spread)
    return f"{low} / **{median}** / {high}"


def chart(database: str, measured: dict[str, Any]) -> str:
    """The medians of calls a second, drawn to stand alone."""
    rows = [(name, name, ratios["per_second"][1]) for name, ratios in measured["to_floor"].items()]
    title = f"Calls a second, to a bare Flask route ({database})"
    drawn = bars(f"calls-{database}", title, f"{measured['lines']:,} lines; longer is faster.", rows)
    return str(drawn).replace("</desc>", f"</desc>{_STYLE}", 1) + "\n"


def ratios_table(title: str, results: dict[str, dict[str, dict[str, Any]]]) -> str:
    """Ratios of several measures on each database, with their limits."""
    rows = [
        [
            database,
            what,
            f"{result['rows'][0]:,}",
            str(result["rounds"]),
            _ratios(result["ratios"]),
            f"{result['limit']:g}",
            "yes" if result["ratios"][1] <= result["limit"] else "no",
        ]
        for database, measured in results.items()
        for what, result in measured.items()
    ]
    head = ["database", "what", "rows", "rounds", "ratio", "at most", "held"]
    parts = [
        f"# {title}\n",
        "Ratios, each as minimum / **median** / maximum of the rounds; written by `make bench`, read in"
        " [docs/performance.md](../../docs/performance.md).\n",
        *_rows(head, rows),
        "",
    ]
    return "\n".join(parts)
