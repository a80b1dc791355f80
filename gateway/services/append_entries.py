"""Appending many entries to one audit chain at once: as tamper-evident as one by one, and far cheaper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from gateway.insert_rows import insert_rows
from gateway.models import AuditEntry, AuditHead
from gateway.services.audit import Chain, hash_of, written_details, written_time
from gateway.services.work import Work


@dataclass(frozen=True, slots=True)
class Entered:
    """One entry to be: what was done to which row, and fields of which only salted digests are kept."""

    action: str
    subject_kind: str
    subject_id: str
    fields: Mapping[str, object]
    remark: str | None = None


def lock_chain(work: Work, chain: Chain) -> tuple[int, str]:
    """The chain's end (sequence, hash), locked to the commit.

    Work on many rows locks the chain first and then skips rows that others hold, so that it never waits
    with anything in its hands that somebody else needs.
    """
    query = select(AuditHead.sequence, AuditHead.hash).where(AuditHead.chain == chain).with_for_update()
    sequence, digest = work.session.execute(query).one()
    return sequence, digest


def append_entries(work: Work, chain: Chain, entries: Sequence[Entered]) -> None:
    """Append in this order, in this transaction."""
    sequence, digest = lock_chain(work, chain)
    rows = []
    for number, entered in enumerate(entries, sequence + 1):
        rows.append(_row(work, chain, number, digest, entered))
        digest = rows[-1]["hash"]
    insert_rows(work.session, AuditEntry, rows)
    work.session.execute(
        update(AuditHead)
        .where(AuditHead.chain == chain)
        .values(sequence=sequence + len(rows), hash=digest)
        .execution_options(synchronize_session=False)
    )


def _row(work: Work, chain: Chain, sequence: int, previous: str, entered: Entered) -> dict[str, Any]:
    salt, actor = work.new_id(), work.actor.user_id
    details = written_details(work.details(salt, entered.fields, entered.remark))
    digest = hash_of(
        salt,
        chain,
        sequence,
        written_time(work.now),
        actor,
        entered.action,
        entered.subject_kind,
        entered.subject_id,
        details,
        previous,
    )
    return {
        "id": salt,
        "chain": chain,
        "sequence": sequence,
        "at": work.now,
        "actor": actor,
        "action": entered.action,
        "subject_kind": entered.subject_kind,
        "subject_id": entered.subject_id,
        "details": details,
        "previous_hash": previous,
        "hash": digest,
    }
