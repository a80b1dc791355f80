"""How often somebody may try to sign in: growing delays, so counted that strangers lock nobody out.

An attempt is counted before it is judged, in a transaction of its own: a hundred at once count as a hundred.
What fails stays counted, what succeeds is taken back.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete, select, update

from gateway.models import SignInAttempt
from gateway.services.refusals import TooManyAttempts
from gateway.services.transactions import Transactions
from gateway.services.upsert import insert_if_new
from gateway.services.work import Work
from gateway.vault import Vault

FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` failures cost nothing; the next ones wait `first`, then twice as long each, up to `longest`."""

    free: int
    first: timedelta
    longest: timedelta

    def delay(self, failures: int) -> timedelta:
        beyond = failures - self.free
        if beyond < 0:
            return timedelta(0)
        doublings = min(beyond, 20)
        return min(self.first * (1 << doublings), self.longest)


LIMITS = {
    "browser": Limit(10, timedelta(seconds=15), timedelta(minutes=5)),
    "person": Limit(5, timedelta(seconds=15), timedelta(minutes=15)),
    "source": Limit(50, timedelta(seconds=5), timedelta(minutes=5)),
    "factor": Limit(10, timedelta(seconds=30), timedelta(minutes=15)),
}
"""What is counted together.

browser: one known browser of one person · person: one user name from one source · source: everything from one
source · factor: second factors of one person whose password was right, from browsers that are not known.
"""


@dataclass(frozen=True, slots=True)
class Counter:
    """What is counted, as a keyed hash, and its limit."""

    key: bytes
    limit: str


def counter(vault: Vault, limit: str, *parts: str) -> Counter:
    """The counter of these parts."""
    return Counter(vault.look_up_hash("\0".join((f"attempt {limit}", *parts))), limit)


def source_of(address: str) -> str:
    """Where an attempt comes from: an IPv4 address, or the /64 that one IPv6 customer has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))


def count_attempts(transactions: Transactions, counters: Iterable[Counter]) -> None:
    """Count one attempt in each counter; raises TooManyAttempts, and counts nothing, where one must wait."""
    ordered = sorted(counters, key=lambda each: each.key)
    with transactions.writing() as work:
        rows = [(_row(work, each), LIMITS[each.limit]) for each in ordered]
        wait = max((row.blocked_until - work.now for row, _ in rows), default=timedelta(0))
        if wait > timedelta(0):
            raise TooManyAttempts(ceil(wait.total_seconds()))
        for row, limit in rows:
            row.failures += 1
            row.last_at = work.now
            row.blocked_until = work.now + limit.delay(row.failures)


def _row(work: Work, each: Counter) -> SignInAttempt:
    """The counter's row, locked; as new when nothing was counted for a while."""
    fresh = {"failures": 0, "blocked_until": work.now, "last_at": work.now}
    query = select(SignInAttempt).where(SignInAttempt.key == each.key).with_for_update()
    row = None
    while row is None:  # Whoever signs in between the two statements deletes the row: it is begun anew.
        insert_if_new(work.session, SignInAttempt, {"key": each.key, **fresh})
        row = work.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row.last_at + FORGOTTEN_AFTER <= work.now and row.blocked_until <= work.now:
        row.failures = 0
    return row


def forgive(work: Work, counters: Iterable[Counter]) -> None:
    """The attempt succeeded: its person's failures are forgotten; of a source only this attempt is."""
    for each in sorted(counters, key=lambda each: each.key):
        if each.limit == "source":
            back = {"failures": SignInAttempt.failures - 1, "blocked_until": work.now}
            change = update(SignInAttempt).where(SignInAttempt.key == each.key, SignInAttempt.failures > 0)
            work.session.execute(change.values(back).execution_options(synchronize_session=False))
        else:
            _forget(work, each.key)


def _forget(work: Work, key: bytes) -> None:
    done = delete(SignInAttempt).where(SignInAttempt.key == key)
    work.session.execute(done.execution_options(synchronize_session=False))


def was_forgotten(at: datetime) -> datetime:
    """Counters untouched since this time count nothing any more."""
    return at - FORGOTTEN_AFTER - max(limit.longest for limit in LIMITS.values())
