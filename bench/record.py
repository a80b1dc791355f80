"""One entry more in a chain, after few entries and after very many: its time must not grow with them."""

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench.report import spread
from gateway.services.append_entries import Entered, append_prepared, prepare_entries
from gateway.services.audit import Chain
from gateway.services.work import Work
from tests.factories import Gateway, open_gateway
from tests.postgres import Server

LIMIT = 1.3
APPENDED, AT_ONCE = 300, 20_000


def measure_record(place: Path, server: Server | None, sizes: Sequence[int], rounds: int) -> dict[str, Any]:
    """Rounds of single appends, each a transaction, of which every other goes to the long chain."""
    gateways = {entries: _filled(place, server, entries) for entries in sizes}
    times = [_append(gateways) for _ in range(rounds + 1)][1:]
    for gateway in gateways.values():
        gateway.runtime.close()
    small, large = sizes
    return {
        "append to the record": {
            "rows": [small, large],
            "rounds": rounds,
            "appended_a_round": APPENDED,
            "ratios": spread([each[large] / each[small] for each in times]),
            "limit": LIMIT,
        }
    }


def _filled(place: Path, server: Server | None, entries: int) -> Gateway:
    directory = place / f"record-{'postgresql' if server else 'sqlite'}-{entries}"
    directory.mkdir()
    gateway = open_gateway(server.create() if server else f"sqlite:///{directory / 'gateway.db'}", directory)
    for first in range(0, entries, AT_ONCE):
        with gateway.work() as work:
            _enter(work, range(first, min(entries, first + AT_ONCE)))
    return gateway


def _enter(work: Work, numbers: Iterable[int]) -> None:
    entries = [Entered("suspended", "notice", f"{number:026}", {"because": "review"}) for number in numbers]
    append_prepared(work, Chain(work.actor.court), prepare_entries(work.vault, work.now, entries))


def _append(gateways: Mapping[int, Gateway]) -> dict[int, float]:
    """Median seconds of an append with its commit, to a chain of each length."""
    taken: dict[int, list[float]] = {entries: [] for entries in gateways}
    for number in range(APPENDED):
        for entries, gateway in gateways.items():
            started = time.perf_counter()
            with gateway.work() as work:
                _enter(work, [number])
            taken[entries].append(time.perf_counter() - started)
    return {entries: median(each) for entries, each in taken.items()}
