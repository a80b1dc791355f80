"""What is done how often, as a table: each job is harmless late, twice, or twice at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from gateway.runtime import Runtime
from gateway.services.anchor_chains import anchor_chains
from gateway.services.check_chains import check_chains
from gateway.services.check_clocks import check_clocks
from gateway.services.check_closures import check_closures
from gateway.services.complete_calls import complete_calls
from gateway.services.compute_clocks import compute_clocks
from gateway.services.expire_notices import end_notices_of_closed_cases, expire_notices
from gateway.services.purge import purge
from gateway.services.send_alerts import Despatch, send_alerts
from gateway.services.suspend_lapsed import suspend_lapsed
from gateway.services.tally_calls import tally_calls
from gateway.services.tally_notices import tally_notices
from gateway.services.transactions import Transactions


@dataclass(frozen=True, slots=True)
class Means:
    """What a job may use. `transactions` lets it write only while the lease is held."""

    runtime: Runtime
    transactions: Transactions
    despatch: Despatch


@dataclass(frozen=True, slots=True)
class Job:
    """A service, and the seconds between two of its runs; None: the settings' `tick_seconds`."""

    name: str
    do: Callable[[Means], int]
    every: int | None = None


def _verify(means: Means) -> int:
    """How many entries were verified; given up when the process is told to stop."""

    def go_on(_count: int) -> None:
        if means.runtime.stopped.is_set():
            raise Stopped

    return check_chains(means.transactions, go_on).entries


def _purge(means: Means) -> int:
    runtime = means.runtime
    return sum(purge(runtime, runtime.clock.now(), means.transactions.guard, by_months=True).values())


def _closures(means: Means) -> int:
    hours = means.runtime.settings.closures_max_age_hours
    return check_closures(means.transactions, timedelta(hours=hours))


class Stopped(Exception):
    """The process is ending: what has not begun to write does not begin."""


JOBS = (
    Job("expire_notices", lambda means: expire_notices(means.transactions)),
    Job("send_alerts", lambda means: send_alerts(means.transactions, means.despatch)),
    Job("suspend_lapsed", lambda means: suspend_lapsed(means.transactions), 30),
    Job("check_clocks", lambda means: check_clocks(means.transactions), 30),
    Job("anchor_chains", lambda means: anchor_chains(means.transactions), 60),
    Job("end_notices_of_closed_cases", lambda means: end_notices_of_closed_cases(means.transactions), 60),
    Job("check_closures", _closures, 300),
    Job("complete_calls", lambda means: complete_calls(means.transactions), 300),
    Job("tally_calls", lambda means: tally_calls(means.transactions), 300),
    Job("tally_notices", lambda means: tally_notices(means.transactions), 300),
    Job("verify_chains", _verify, 600),
    Job("compute_clocks", lambda means: compute_clocks(means.transactions), 3600),
    Job("purge", _purge, 3600),
)
