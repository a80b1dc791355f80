"""Handing an audit chain out as lines of JSON, whole, so that a stranger can check it without us.

The first line says how; then every entry in order; the last line repeats the chain's end, and what the
platform's chain last saw of it. Entries never change, so they are read in many short transactions.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from gateway.models import AuditEntry, AuditHead
from gateway.services.audit import GENESIS, PLATFORM, Chain, last_anchor
from gateway.services.browse_audit import own_chain
from gateway.services.transactions import Transactions
from gateway.sight import seeing_every_court

AT_ONCE = 1000
HASHED = (
    "id",
    "chain",
    "sequence",
    "at",
    "actor",
    "action",
    "subject_kind",
    "subject_id",
    "details",
    "previous_hash",
)
"""What an entry's hash is over, in this order."""
RECIPE = (
    "hash = SHA-256, in hexadecimal, of the UTF-8 bytes of the JSON array of these members of the entry,"
    " written without spaces and without escaping other than JSON's own; the first entry's previous_hash is"
    " genesis, every other's is the hash of the entry before; the last entry's hash is the head's."
)


def export_audit(transactions: Transactions) -> Iterator[str]:
    """The lines, each ended by a line feed. Who exports stands in the chain, as its last entry here."""
    with transactions.writing() as work:
        chain = own_chain(work)
        work.enter(chain, "exported", "audit_head", chain)
        head = work.session.get_one(AuditHead, chain, populate_existing=True)
        last = head.sequence
        end = {"chain": chain, "sequence": last, "hash": head.hash}
        with seeing_every_court(work.session):
            anchored = None if chain == PLATFORM else last_anchor(work.session).get(chain)
        exported_at = work.now.isoformat()
    yield _line(
        {"head": end, "exported_at": exported_at, "genesis": GENESIS, "hashed": HASHED, "how": RECIPE}
    )
    for entry in _entries(transactions, chain, last):
        yield _line({name: _value(entry, name) for name in (*HASHED, "hash")})
    seen = {"sequence": anchored[0], "hash": anchored[1]} if anchored else None
    yield _line({"head": end, "last_seen_by_the_platform": seen})


def _entries(transactions: Transactions, chain: Chain, last: int) -> Iterator[AuditEntry]:
    done = 0
    while done < last:
        with transactions.reading() as work:
            query = select(AuditEntry).where(
                AuditEntry.chain == chain, AuditEntry.sequence > done, AuditEntry.sequence <= last
            )
            rows = work.session.scalars(query.order_by(AuditEntry.sequence).limit(AT_ONCE)).all()
            work.session.expunge_all()
        if not rows:
            return
        yield from rows
        done = rows[-1].sequence


def _value(entry: AuditEntry, name: str) -> Any:
    return entry.at.isoformat(timespec="microseconds") if name == "at" else getattr(entry, name)


def _line(members: Mapping[str, Any]) -> str:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")) + "\n"
