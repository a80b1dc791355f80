"""Anchoring: the ends of the courts' audit chains are written into the platform's chain."""

from gateway.services.audit import anchor_heads
from gateway.services.transactions import Transactions


def anchor_chains(transactions: Transactions) -> int:
    """Anchor, where any chain has moved since the last time; returns how many entries were written."""
    with transactions.writing() as work:
        return int(anchor_heads(work.session, work.new_id(), work.now, work.actor.user_id))
