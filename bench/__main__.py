"""`python -m bench [--short]`: run every benchmark, write bench/results/*.json, print the ratios."""

import json
import sys
import tempfile
from pathlib import Path

from bench.look_up import measure_growth
from tests.postgres import NoPostgres, running

RESULTS = Path(__file__).parent / "results"


def main(short: bool) -> int:
    """0 where every ratio is within its limit."""
    small, large, rounds = (2_000, 60_000, 5) if short else (10_000, 1_200_000, 9)
    with tempfile.TemporaryDirectory() as place:
        results = {"sqlite": measure_growth(Path(place), None, small, large, rounds)}
        try:
            with running() as server:
                results["postgresql"] = measure_growth(Path(place), server, small, large, rounds)
        except NoPostgres as absent:
            print(f"postgresql left out: {absent}")
    if not short:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "look_up.json").write_text(json.dumps(results, indent=2) + "\n")
    for database, result in results.items():
        low, median, high = result["ratios"]
        print(f"look-up at {large} lines / at {small}, {database}: {low:.2f} / {median:.2f} / {high:.2f}")
    return 0 if all(result["ratios"][1] <= result["limit"] for result in results.values()) else 1


sys.exit(main("--short" in sys.argv[1:]))
