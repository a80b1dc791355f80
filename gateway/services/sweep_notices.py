"""Sweeping notices: what time or another row has already silenced is written down, some at a time.

Nothing waits for a sweep: `may_play` asks the same of each call. A sweep finds rows without a lock, then
takes them in short transactions of one court each; rows that somebody else holds are left for the next time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, select, true, update
from sqlalchemy.sql.dml import ReturningUpdate

from gateway.models import Notice, PhoneLine
from gateway.models.base import UtcTime, table_of
from gateway.services.append_entries import (
    Entered,
    Prepared,
    append_prepared,
    lock_chain,
    prepare_entries,
)
from gateway.services.audit import Chain
from gateway.services.keep_pace import SHORT, Pace
from gateway.services.one_of import ids_named, one_of
from gateway.services.read_instant import read_instant
from gateway.services.transactions import Transactions
from gateway.services.work import Work

FOUND_AT_ONCE = 5000
LIVE = ("approved", "suspended")


class Swept(NamedTuple):
    """A notice as it stood before the sweep."""

    id: str
    court_id: str
    line_id: str
    was_live: bool


class Due(NamedTuple):
    """Notices of one court that are due by the `latest` clock at which they were found."""

    court_id: str
    ids: list[str]
    latest: datetime


LATEST, NOW = bindparam("latest", type_=UtcTime()), bindparam("now", type_=UtcTime())
"""What is given when a sweep's statements are executed: the latest clock, and the application's."""
_IDS = ids_named("ids")
_NOTICE, _LINE = table_of(Notice), table_of(PhoneLine)


@dataclass(frozen=True, eq=False)
class Sweep:
    """One kind of sweep. `due` is the expected state, given the LATEST clock; asked again when writing.

    `within` is what an index of few rows has, for the finding alone: rows that are written are found by id.
    """

    action: str
    because: str
    due: ColumnElement[bool]
    values: Mapping[str, Any]
    then: Callable[[Work, Sequence[Swept]], None]
    within: ColumnElement[bool] = field(default_factory=true)

    @cached_property
    def finding(self) -> Select[Any]:
        return select(_NOTICE.c.court_id, _NOTICE.c.id).where(self.within, self.due).limit(FOUND_AT_ONCE)

    @cached_property
    def locking(self) -> Select[Any]:
        """The rows that nobody else holds, with their lines."""
        return (
            select(_NOTICE.c.id, _NOTICE.c.line_id, _NOTICE.c.state)
            .join(_LINE, _LINE.c.id == _NOTICE.c.line_id)
            .where(one_of(_NOTICE.c.id, _IDS), self.due)
            .order_by(_NOTICE.c.id)
            .with_for_update(of=[_NOTICE, _LINE], skip_locked=True)
        )

    @cached_property
    def changing(self) -> ReturningUpdate[Any]:
        new = {"version": _NOTICE.c.version + 1, **self.values}
        return update(_NOTICE).where(one_of(_NOTICE.c.id, _IDS), self.due).values(new).returning(_NOTICE.c.id)


def sweep_notices(transactions: Transactions, sweep: Sweep) -> int:
    """Sweep all that is due; returns how many. Late, twice, or twice at once leaves one effect."""
    total, pace = 0, Pace(transactions, SHORT)
    while done := sum(_sweep_court(transactions, sweep, due, pace) for due in find_due(transactions, sweep)):
        total += done
    return total


def find_due(transactions: Transactions, sweep: Sweep) -> list[Due]:
    """What is due, or a part of it, found without a lock."""
    with transactions.reading() as work:
        latest = read_instant(work.session, work.now).latest
        rows = work.session.connection().execute(sweep.finding, {"latest": latest})
        found = sorted((court_id, notice_id) for court_id, notice_id in rows)
    by_court = groupby(found, key=lambda row: row[0])
    return [Due(court_id, [notice_id for _, notice_id in rows], latest) for court_id, rows in by_court]


def _sweep_court(transactions: Transactions, sweep: Sweep, due: Due, pace: Pace) -> int:
    done, ids = 0, due.ids
    while ids:
        chunk, ids = ids[: pace.size], ids[pace.size :]
        entries = _entries(transactions, sweep, chunk)
        with pace.writing() as work:
            done += _sweep_chunk(work, sweep, due, entries)
            pace.written(len(chunk))
    return done


def _entries(transactions: Transactions, sweep: Sweep, ids: Sequence[str]) -> dict[str, Prepared]:
    """What the record will say of each, prepared while nobody waits."""
    fields = {"because": sweep.because}
    entries = (Entered(sweep.action, "notice", notice_id, fields) for notice_id in ids)
    prepared = prepare_entries(transactions.vault, transactions.clock.now(), entries)
    return dict(zip(ids, prepared, strict=True))


def _sweep_chunk(work: Work, sweep: Sweep, due: Due, entries: Mapping[str, Prepared]) -> int:
    chain, connection = Chain(due.court_id), work.session.connection()
    end = lock_chain(work, chain)
    locked = connection.execute(sweep.locking, {"ids": list(entries), "latest": due.latest})
    before = {
        notice_id: Swept(notice_id, due.court_id, line_id, state in LIVE)
        for notice_id, line_id, state in locked
    }
    given = {"ids": list(before), "latest": due.latest, "now": work.now}
    changed = connection.execute(sweep.changing, given).scalars()
    swept = [before[notice_id] for notice_id in sorted(changed)]
    if swept:
        sweep.then(work, swept)
        append_prepared(work, chain, [entries[row.id] for row in swept], end)
    return len(swept)
