"""Checking every audit chain, and calling people where one does not hold."""

from collections.abc import Callable

from sqlalchemy import update

from gateway.models import Platform
from gateway.services.alerts import open_alert
from gateway.services.audit import PLATFORM, Verdict, verify_chains
from gateway.services.transactions import Transactions


def check_chains(transactions: Transactions, advance: Callable[[int], None] = lambda _count: None) -> Verdict:
    """Walk the chains in one consistent state, then record the verdict; a broken chain opens an alert.

    `advance` is told of every entry, and may raise to give the walk up.
    """
    with transactions.reading() as work:
        started, verdict = work.now, verify_chains(work.session, advance=advance)
    with transactions.writing() as work:
        work.session.execute(
            update(Platform)
            .values(chains_verified_at=started, chains_intact=verdict.intact)
            .execution_options(synchronize_session=False)
        )
        for chain in sorted({found.chain for found in verdict.breaks}):
            court_id = None if chain == PLATFORM else chain
            open_alert(work.session, "audit_broken", chain, work.now, court_id)
    return verdict
