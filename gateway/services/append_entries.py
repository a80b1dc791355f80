"""Appending many entries to one audit chain at once: as tamper-evident as one by one, and far cheaper."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from gateway.models import AuditEntry, AuditHead
from gateway.services.audit import Chain, entry_hash
from gateway.services.work import Work


@dataclass(frozen=True, slots=True)
class Entered:
    """One entry to be: what was done to which row, and fields of which only salted digests are kept."""

    action: str
    subject_kind: str
    subject_id: str
    fields: Mapping[str, object]


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
    sequence, previous = lock_chain(work, chain)
    rows = []
    for number, entered in enumerate(entries, sequence + 1):
        entry = _entry(work, chain, number, previous, entered)
        previous = entry.hash
        rows.append({column.key: getattr(entry, column.key) for column in AuditEntry.__table__.columns})
    if not rows:
        return
    work.session.execute(insert(AuditEntry), rows)
    work.session.execute(
        update(AuditHead)
        .where(AuditHead.chain == chain)
        .values(sequence=sequence + len(rows), hash=previous)
        .execution_options(synchronize_session=False)
    )


def _entry(work: Work, chain: Chain, sequence: int, previous: str, entered: Entered) -> AuditEntry:
    salt = work.new_id()
    fields = {name: work.vault.digest(str(value), salt) for name, value in sorted(entered.fields.items())}
    entry = AuditEntry(
        id=salt,
        chain=chain,
        sequence=sequence,
        at=work.now,
        actor=work.actor.user_id,
        action=entered.action,
        subject_kind=entered.subject_kind,
        subject_id=entered.subject_id,
        details=json.dumps({"fields": fields}, sort_keys=True, separators=(",", ":"), ensure_ascii=False),
        previous_hash=previous,
    )
    entry.hash = entry_hash(entry)
    return entry
