"""Browsing an audit chain: the last entry first, narrowed; a page looks at no more than a stretch of it."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, select

from gateway.models import Alert, AuditEntry, AuditHead, Platform
from gateway.services.audit import GENESIS, PLATFORM, Chain, entry_hash
from gateway.services.list_rows import bad_cursor
from gateway.services.permissions import Action
from gateway.services.refusals import NotAllowed
from gateway.services.work import Work

STRETCH = 10_000
"""Entries among which one page looks for what is sought; where they hold too few, the next page goes on."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which entries: of a kind of thing, about one thing, by one person, of one action, on these days."""

    kind: str | None = None
    subject: str | None = None
    actor: str | None = None
    action: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """One page: what was found between two sequences of the chain, and where the next page goes on."""

    entries: tuple[AuditEntry, ...]
    highest: int
    lowest: int
    next: str | None


@dataclass(frozen=True, slots=True)
class ChainState:
    """What is known of a chain: its end, and what the scheduler found when it last verified every chain."""

    chain: str
    sequence: int
    hash: str
    verified_at: datetime | None
    intact: bool | None


def own_chain(work: Work) -> Chain:
    """The chain that this person may read: his court's, or an operator's the platform's."""
    if work.actor.may(Action.READ_AUDIT):
        return Chain(work.actor.court)
    if work.actor.may(Action.READ_PLATFORM):
        return PLATFORM
    raise NotAllowed("role", "Your role does not include this.", "您的角色无权办理此事项。")


def read_chain_state(work: Work) -> ChainState:
    """As last found; nothing is verified here. An open alert about this chain counts as broken."""
    chain = own_chain(work)
    head = work.session.get_one(AuditHead, chain)
    verified_at = work.session.scalar(select(Platform.chains_verified_at))
    alarmed = exists().where(
        Alert.kind == "audit_broken", Alert.subject_id == chain, Alert.closed_at.is_(None)
    )
    if work.session.scalar(select(alarmed)):
        return ChainState(chain, head.sequence, head.hash, verified_at, False)
    return ChainState(chain, head.sequence, head.hash, verified_at, True if verified_at else None)


def browse_audit(work: Work, sought: Sought, after: str | None, limit: int) -> Stretch:
    """A page of what is sought; raises NotValid for a cursor that no page gave."""
    chain = own_chain(work)
    lowest, highest = bounds(work, chain, sought)
    if after is not None:
        highest = min(highest, _sequence(after) - 1)
    floor = lowest if sought.subject is not None else max(lowest, highest - STRETCH + 1)
    query = (
        select(AuditEntry)
        .where(
            AuditEntry.chain == chain,
            AuditEntry.sequence >= floor,
            AuditEntry.sequence <= highest,
            *conditions(sought),
        )
        .order_by(AuditEntry.sequence.desc())
    )
    rows = work.session.scalars(query.limit(limit + 1)).all()
    if len(rows) > limit:
        last = rows[limit - 1].sequence
        return Stretch(tuple(rows[:limit]), highest, last, str(last))
    return Stretch(tuple(rows), highest, floor, str(floor) if floor > lowest else None)


def holds(entries: Sequence[AuditEntry]) -> bool:
    """Whether each of these is what was appended, and follows the one before it where that is here too.

    Newest first. What was rewritten whole is found by the scheduler's walk, and by heads kept elsewhere.
    """
    for entry in entries:
        if entry_hash(entry) != entry.hash or (entry.sequence == 1 and entry.previous_hash != GENESIS):
            return False
    return all(
        newer.previous_hash == older.hash
        for newer, older in pairwise(entries)
        if newer.sequence == older.sequence + 1
    )


def conditions(sought: Sought) -> tuple[ColumnElement[bool], ...]:
    """What an entry must fulfil, but for its day."""
    wanted = (
        (AuditEntry.subject_kind, sought.kind),
        (AuditEntry.subject_id, sought.subject),
        (AuditEntry.actor, sought.actor),
        (AuditEntry.action, sought.action),
    )
    return tuple(column == value for column, value in wanted if value is not None)


def bounds(work: Work, chain: Chain, sought: Sought) -> tuple[int, int]:
    """The first and last sequence of the days sought: entries are in the order of time."""
    end = work.session.get_one(AuditHead, chain).sequence
    zone = ZoneInfo(work.court().zone if work.actor.court_id else "UTC")
    first, last = 1, end
    if sought.since is not None:
        first = _first_since(work, chain, datetime.combine(sought.since, time(), zone), end)
    if sought.until is not None:
        midnight = datetime.combine(sought.until, time(), zone) + timedelta(days=1)
        last = _first_since(work, chain, midnight, end) - 1
    return first, last


def _first_since(work: Work, chain: Chain, at: datetime, end: int) -> int:
    """Found by halving: some twenty look-ups in the chain's index."""

    def written_at(sequence: int) -> datetime:
        query = select(AuditEntry.at).where(AuditEntry.chain == chain, AuditEntry.sequence >= sequence)
        return work.session.scalars(query.order_by(AuditEntry.sequence).limit(1)).one()

    return bisect_left(range(1, end + 1), at, key=written_at) + 1


def _sequence(after: str) -> int:
    if not after.isascii() or not after.isdigit() or len(after) > 18:
        raise bad_cursor()
    return int(after)
