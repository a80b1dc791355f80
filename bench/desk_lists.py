"""The desk's pages of rows, at few notices and at many: their time must not grow with the court."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.crowd import fill_court
from gateway.services.browse_audit import Sought, browse_audit
from gateway.services.browse_lists import Filter, browse, browse_calls, count_list
from gateway.services.list_work import list_sections, list_tasks
from gateway.services.read_dashboard import read_dashboard
from gateway.services.tally_calls import tally_calls
from gateway.services.tally_notices import tally_notices
from gateway.services.transactions import Transactions
from gateway.services.work import Work
from gateway.services.work_sections import Narrowed
from tests.factories import Gateway, open_gateway
from tests.postgres import Server

LIMIT = 1.5
PAGES_A_ROUND = 15
EVERYTHING = Narrowed()


def _notices(work: Work) -> None:
    page = browse(work, "notices", Filter(state="in_force"), None, 25)
    browse(work, "notices", Filter(state="in_force"), page.next, 25)
    count_list(work, "notices", Filter(state="in_force"))


def _search(work: Work) -> None:
    """Of few cases as of many it is a full page: else a longer page would pass for a slower one."""
    found = browse(work, "cases", Filter(case_number="（2026）川00"), None, 25).items
    assert len(found) == 25


def _work_list(work: Work) -> None:
    list_sections(work, EVERYTHING)
    list_tasks(work, "running_out", EVERYTHING, None, 25)


PAGES: dict[str, tuple[str, Callable[[Work], object]]] = {
    "work list": ("judge", _work_list),
    "notices in force": ("clerk", _notices),
    "search by case number": ("clerk", _search),
    "calls": ("clerk", lambda work: browse_calls(work, Filter(state="silent"), None, 25)),
    "audit": ("auditor", lambda work: browse_audit(work, Sought(), None, 25)),
    "dashboard": ("judge", lambda work: read_dashboard(work, 90)),
}


def measure_lists(
    place: Path, server: Server | None, small: int, large: int, rounds: int
) -> dict[str, dict[str, Any]]:
    """Rounds of every page, few and many notices by turns; (ratios, milliseconds at many) of each page."""
    gateways = {}
    for notices in (small, large):
        directory = place / f"lists-{'postgresql' if server else 'sqlite'}-{notices}"
        directory.mkdir()
        url = server.create() if server else f"sqlite:///{directory / 'gateway.db'}"
        gateways[notices] = open_gateway(url, directory)
        fill_court(gateways[notices], notices, notices, notices)
        _tally(gateways[notices])
    results = {name: _compare(gateways, small, large, rounds, name) for name in PAGES}
    for gateway in gateways.values():
        gateway.runtime.close()
    return results


def _tally(gateway: Gateway) -> None:
    runtime = gateway.runtime
    transactions = Transactions(runtime.engine, runtime.clock, runtime.vault)
    tally_calls(transactions)
    tally_notices(transactions)


def _compare(gateways: dict[int, Gateway], small: int, large: int, rounds: int, name: str) -> dict[str, Any]:
    times = [_seconds(gateways, *PAGES[name]) for _ in range(rounds + 1)][1:]
    ratios = sorted(each[large] / each[small] for each in times)
    return {
        "notices": [small, large],
        "rounds": rounds,
        "ratios": [ratios[0], statistics.median(ratios), ratios[-1]],
        "milliseconds_at_many": round(1000 * statistics.median(each[large] for each in times), 1),
        "limit": LIMIT,
    }


def _seconds(gateways: dict[int, Gateway], who: str, ask: Callable[[Work], object]) -> dict[int, float]:
    """The median of some pages of each size, each in a transaction of its own.

    Sizes take turns page by page: a page takes two milliseconds, and a machine that is slow for twenty would
    otherwise tell of one size only.
    """
    taken: dict[int, list[float]] = {size: [] for size in gateways}
    for _ in range(PAGES_A_ROUND):
        for size, gateway in gateways.items():
            with gateway.work(who) as work:
                started = time.perf_counter()
                ask(work)
                taken[size].append(time.perf_counter() - started)
    return {size: statistics.median(each) for size, each in taken.items()}
