"""The audit record: appending to hash chains that cannot fork, and proving that nothing was changed."""

import hashlib
import json
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NewType

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.models import AuditEntry, AuditHead

Chain = NewType("Chain", str)
"""A court's id, or PLATFORM."""
PLATFORM = Chain("platform")
GENESIS = "0" * 64


def chain_of(court_id: str | None) -> Chain:
    """The chain of a court, the platform's where there is none."""
    return Chain(court_id) if court_id else PLATFORM


def open_chain(session: Session, chain: Chain) -> None:
    """Start a chain: done once, when a court is made."""
    session.add(AuditHead(chain=chain, sequence=0, hash=GENESIS))
    session.flush()


def append_entry(
    session: Session,
    chain: Chain,
    entry_id: str,
    at: datetime,
    actor: str,
    action: str,
    subject_kind: str,
    subject_id: str,
    details: Mapping[str, Any],
) -> None:
    """Append one entry. The head's row is locked from here to the commit: appends queue, none fork.

    What the entry tells of is written first: whoever waits for the head holds its rows already, and whoever
    has the head waits for no row.
    """
    session.flush()
    sequence, previous = session.execute(
        update(AuditHead)
        .where(AuditHead.chain == chain)
        .values(sequence=AuditHead.sequence + 1)
        .returning(AuditHead.sequence, AuditHead.hash)
        .execution_options(synchronize_session=False)
    ).one()
    entry = AuditEntry(
        id=entry_id,
        chain=chain,
        sequence=sequence,
        at=at,
        actor=actor,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        details=written_details(details),
        previous_hash=previous,
    )
    entry.hash = entry_hash(entry)
    session.add(entry)
    session.flush()
    session.execute(
        update(AuditHead)
        .where(AuditHead.chain == chain)
        .values(hash=entry.hash)
        .execution_options(synchronize_session=False)
    )


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 over the entry's canonical JSON, the previous hash included."""
    return hash_of(
        entry.id,
        entry.chain,
        entry.sequence,
        written_time(entry.at),
        entry.actor,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        entry.details,
        entry.previous_hash,
    )


def hash_of(*values: str | int) -> str:
    """The same over the values in that order, the time as it is written."""
    return hashlib.sha256(_canonical(values).encode()).hexdigest()


def written_time(at: datetime) -> str:
    """A time as the hash of its entry has it."""
    return at.isoformat(timespec="microseconds")


def written_details(details: Mapping[str, Any]) -> str:
    """An entry's details as they are kept."""
    return _details(details)


_canonical = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_details = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold: the first bad entry and what is wrong with it."""

    chain: str
    sequence: int
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of every chain found. `heads` is what to keep outside, for the next check."""

    entries: int
    heads: Mapping[str, tuple[int, str]]
    breaks: tuple[Break, ...]

    @property
    def intact(self) -> bool:
        return not self.breaks


def read_heads(session: Session) -> dict[str, tuple[int, str]]:
    """The present end of every chain: (sequence, hash)."""
    rows = session.execute(select(AuditHead.chain, AuditHead.sequence, AuditHead.hash))
    return {chain: (sequence, digest) for chain, sequence, digest in rows}


def verify_chains(
    session: Session,
    known: Mapping[str, tuple[int, str]] | None = None,
    advance: Callable[[int], None] = lambda _count: None,
) -> Verdict:
    """Walk every chain from its first entry, in one consistent state of the database.

    `known`: heads saved outside at an earlier time. Without them a chain that was rewritten whole, or cut
    off at its end, still looks whole; with them it does not.
    """
    heads = read_heads(session)
    entries, breaks = 0, []
    for chain, head in heads.items():
        walk = _Walk(chain, head, (known or {}).get(chain))
        with closing(_entries(session, chain)) as found:
            try:
                for entry in found:
                    walk.step(entry)
                    advance(1)
            except ValueError:
                walk.unreadable()
        entries += walk.sequence
        breaks += walk.finish()
    breaks += [Break(chain, 0, "the chain is gone") for chain in sorted(set(known or {}) - set(heads))]
    breaks += _anchors_broken(session, heads)
    return Verdict(entries, heads, tuple(breaks))


class _Walk:
    """One pass along one chain, remembering the first thing that is wrong."""

    def __init__(self, chain: str, head: tuple[int, str], known: tuple[int, str] | None) -> None:
        self.chain, self.head, self.known = chain, head, known
        self.sequence, self.hash = 0, GENESIS
        self.bad: Break | None = None

    def step(self, entry: AuditEntry) -> None:
        expected, self.sequence = self.sequence + 1, entry.sequence
        if entry.sequence != expected:
            self._note(expected, "an entry is missing")
        elif entry.previous_hash != self.hash:
            self._note(expected, "does not follow the entry before it")
        elif entry_hash(entry) != entry.hash:
            self._note(expected, "was changed")
        elif self.known is not None and entry.sequence == self.known[0] and entry.hash != self.known[1]:
            self._note(expected, "differs from the head saved outside")
        self.hash = entry.hash

    def unreadable(self) -> None:
        """The next entry holds what no column of its type can hold."""
        self._note(self.sequence + 1, "cannot be read")

    def finish(self) -> list[Break]:
        if (self.sequence, self.hash) != self.head:
            self._note(self.sequence + 1, "the chain does not end at its head")
        if self.known is not None and self.sequence < self.known[0]:
            self._note(self.sequence + 1, "the chain is shorter than the head saved outside")
        return [self.bad] if self.bad else []

    def _note(self, sequence: int, what: str) -> None:
        self.bad = self.bad or Break(self.chain, sequence, what)


def _entries(session: Session, chain: str) -> Generator[AuditEntry, None, None]:
    query = select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.sequence)
    rows = session.scalars(query.execution_options(yield_per=1000))
    try:
        yield from rows
    finally:
        rows.close()


def anchor_heads(session: Session, entry_id: str, at: datetime, actor: str) -> bool:
    """Write the courts' present heads into the platform's chain, if any has moved since; True if it did."""
    heads = {chain: head for chain, head in read_heads(session).items() if chain != PLATFORM and head[0]}
    if not heads or heads == last_anchor(session):
        return False
    details = {"heads": {chain: list(head) for chain, head in sorted(heads.items())}}
    append_entry(session, PLATFORM, entry_id, at, actor, "anchored", "audit_head", "all", details)
    return True


def last_anchor(session: Session) -> dict[str, tuple[int, str]]:
    """The ends of the courts' chains that the platform's chain last saw, by chain; none where it saw none."""
    details = session.scalars(
        select(AuditEntry.details)
        .where(AuditEntry.chain == PLATFORM, AuditEntry.action == "anchored")
        .order_by(AuditEntry.sequence.desc())
        .limit(1)
    ).one_or_none()
    try:
        anchored: dict[str, list[Any]] = json.loads(details)["heads"] if details else {}
        return {chain: (int(head[0]), str(head[1])) for chain, head in anchored.items()}
    except (ValueError, TypeError, LookupError, AttributeError):
        return {}  # Not what was written: the walk along the chain has found that.


def _anchors_broken(session: Session, heads: Mapping[str, tuple[int, str]]) -> list[Break]:
    """A court's chain must still contain what the platform's chain last saw at its end."""
    broken = []
    for chain, (sequence, digest) in last_anchor(session).items():
        present = session.scalars(
            select(AuditEntry.hash).where(AuditEntry.chain == chain, AuditEntry.sequence == sequence)
        ).one_or_none()
        if chain not in heads or present != digest:
            broken.append(Break(chain, sequence, "differs from the head in the platform's chain"))
    return broken
