"""Appending many entries to one audit chain at once: as tamper-evident as one by one, and far cheaper."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update

from gateway.ids import new_ids
from gateway.models import AuditEntry, AuditHead
from gateway.models.base import table_of
from gateway.services.audit import Chain, hash_of, written_details, written_time
from gateway.services.work import Work, details_of
from gateway.vault import Vault
from gateway.write_rows import insert_rows


class Entered(NamedTuple):
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
    sequence, digest = work.session.connection().execute(_END, {"of": chain}).one()
    return sequence, digest


class Prepared(NamedTuple):
    """An entry but for its place in the chain: whatever can be computed before the chain is locked."""

    salt: str
    entered: Entered
    details: str


def prepare_entries(vault: Vault, now: datetime, entries: Iterable[Entered]) -> list[Prepared]:
    """The entries with their salts and digests."""
    entries, prepared = list(entries), []
    for salt, entered in zip(new_ids(now, len(entries)), entries, strict=True):
        details = details_of(vault, salt, entered.fields, entered.remark)
        prepared.append(Prepared(salt, entered, written_details(details)))
    return prepared


def append_prepared(
    work: Work, chain: Chain, entries: Iterable[Prepared], end: tuple[int, str] | None = None
) -> None:
    """Append in this order, in this transaction; `end` is the chain's, where it is locked already."""
    sequence, digest = end or lock_chain(work, chain)
    actor, at = work.actor.user_id, written_time(work.now)
    rows: list[dict[str, Any]] = []
    for number, (salt, entered, details) in enumerate(entries, sequence + 1):
        action, kind, subject = entered.action, entered.subject_kind, entered.subject_id
        previous = digest
        digest = hash_of(salt, chain, number, at, actor, action, kind, subject, details, previous)
        rows.append(
            {
                "id": salt,
                "chain": chain,
                "sequence": number,
                "at": work.now,
                "actor": actor,
                "action": action,
                "subject_kind": kind,
                "subject_id": subject,
                "details": details,
                "previous_hash": previous,
                "hash": digest,
            }
        )
    insert_rows(work.session, AuditEntry, rows)
    moved = {"of": chain, "last": sequence + len(rows), "digest": digest}
    work.session.connection().execute(_MOVE_END, moved)


_HEAD = table_of(AuditHead)
_END = select(_HEAD.c.sequence, _HEAD.c.hash).where(_HEAD.c.chain == bindparam("of")).with_for_update()
_MOVE_END = (
    update(_HEAD)
    .where(_HEAD.c.chain == bindparam("of"))
    .values(sequence=bindparam("last"), hash=bindparam("digest"))
)
