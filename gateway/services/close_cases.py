"""Closing many cases at once: set by set what `close_case` does to one, with the same entries recorded.

Whatever can be computed while nobody waits is prepared beforehand: the remark, the legal clock, the digests
of the record. Under the lock it is asked whether that still holds.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, Update, bindparam, literal, select, update

from gateway.jurisdictions import facts, profile_named
from gateway.jurisdictions.findings import FormalDeletion
from gateway.models import CreditHandoff, EnforcementCase, Notice, PhoneLine, Remark
from gateway.models.base import table_of
from gateway.services.append_entries import Entered, Prepared, append_prepared, prepare_entries
from gateway.services.audit import Chain
from gateway.services.calendar import calendar_of
from gateway.services.one_of import ids_named, one_of
from gateway.services.read_decision import datings_of
from gateway.services.sweep_notices import LIVE
from gateway.services.work import Work
from gateway.write_rows import insert_rows, update_rows


class Closing(NamedTuple):
    """On which of the seven grounds, and for what reason, a case is over."""

    case_id: str
    ground: int
    reason: str


Law = tuple[date, str | None]
"""The day in the court's zone, and the court's profile, if it has one."""


class Ready(NamedTuple):
    """A closing, computed as far as it can be: right for this version of its case, by this law."""

    closing: Closing
    version: int
    law: Law
    clock: Mapping[str, Any]
    remark: Mapping[str, Any]
    entries: Mapping[str, Prepared]
    """What the record will say, by the id of the row of which it says it."""


@dataclass(frozen=True, slots=True)
class _Hanging:
    """What hangs on cases: notices that are not over and handoffs, by case, and the lines of what is live."""

    notices: Mapping[str, Sequence[str]]
    handoffs: Mapping[str, Sequence[str]]
    lines: Collection[str]


def prepare_closings(work: Work, closings: Sequence[Closing]) -> list[Ready]:
    """What closing these will take, of the cases among them that are there and not closed."""
    versions = _versions(work, [each.case_id for each in closings])
    closings = [each for each in closings if each.case_id in versions]
    law = _law(work)
    clocks = _formal_clocks(work, closings, law)
    remarks = [work.remark_columns(each.reason) for each in closings]
    hanging = _hanging(work, list(versions))
    entered = [
        list(_entries(each, remark["id"], hanging)) for each, remark in zip(closings, remarks, strict=True)
    ]
    prepared = iter(prepare_entries(work.vault, work.now, [entry for each in entered for entry in each]))
    return [
        Ready(
            each,
            versions[each.case_id],
            law,
            clocks.get(each.case_id, {}),
            remark,
            {entry.subject_id: next(prepared) for entry in entries},
        )
        for each, remark, entries in zip(closings, remarks, entered, strict=True)
    ]


def close_cases(work: Work, ready: Sequence[Ready]) -> int:
    """Close cases that are named once each, and end their notices; returns how many were not closed before.

    Locked in the one order that all keep, before anything is entered into the record.
    """
    versions = _versions(work, [each.closing.case_id for each in ready], lock=True)
    ready = _renewed(work, [each for each in ready if each.closing.case_id in versions], versions)
    if not ready:
        return 0
    held = _hanging(work, list(versions), lock=True)
    insert_rows(work.session, Remark, [each.remark for each in ready])
    _close(work, ready)
    _end_notices(work, held.notices)
    _set(work, _SILENCE, held.lines)
    _set(work, _RECALL, [handoff_id for each in held.handoffs.values() for handoff_id in each])
    entries = [entry for each in ready for entry in _record(work, each, held)]
    append_prepared(work, Chain(work.actor.court), entries)
    return len(ready)


def _versions(work: Work, ids: Collection[str], *, lock: bool = False) -> dict[str, int]:
    """Of the cases that are not closed."""
    found = work.session.connection().execute(_OPEN_CASES[lock], {"ids": ids})
    return {row.id: row.version for row in found}


def _renewed(work: Work, ready: Sequence[Ready], versions: Mapping[str, int]) -> list[Ready]:
    """The same, prepared anew where the case was changed, or the day or the profile is another."""
    law = _law(work)
    valid = [each for each in ready if (each.version, each.law) == (versions[each.closing.case_id], law)]
    if len(valid) == len(ready):
        return valid
    known = {each.closing.case_id for each in valid}
    return valid + prepare_closings(
        work, [each.closing for each in ready if each.closing.case_id not in known]
    )


def _hanging(work: Work, ids: Collection[str], *, lock: bool = False) -> _Hanging:
    connection = work.session.connection()
    notices, handoffs, lines = defaultdict(list), defaultdict(list), set()
    for notice_id, case_id, line_id, state in connection.execute(_NOTICES[lock], {"ids": ids}):
        notices[case_id].append(notice_id)
        if state in LIVE:
            lines.add(line_id)
    for handoff_id, case_id in connection.execute(_HANDOFFS[lock], {"ids": ids}):
        handoffs[case_id].append(handoff_id)
    if lock:
        connection.execute(_LINES, {"ids": lines}).all()
    return _Hanging(notices, handoffs, lines)


def _close(work: Work, ready: Sequence[Ready]) -> None:
    rows = [
        {
            "id": each.closing.case_id,
            "state": "closed",
            "closing_ground": each.closing.ground,
            "closing_remark_id": each.remark["id"],
            "closed_at": work.now,
            "closed_by": work.actor.person,
            "version": each.version + 1,
            **each.clock,
        }
        for each in ready
    ]
    update_rows(work.session, EnforcementCase, rows)


def _law(work: Work) -> Law:
    court = work.court()
    return work.today(), court.profile


def _formal_clocks(work: Work, closings: Sequence[Closing], law: Law) -> dict[str, dict[str, Any]]:
    """When each listing itself must be deleted; nothing where the court has no profile to tell."""
    today, name = law
    if name is None:
        return {}
    profile, calendar = profile_named(name), calendar_of(work)
    dated = datings_of(work, [each.case_id for each in closings])

    @cache  # Of thousands of cases many rest on decisions alike.
    def deletion(ground: int, decisions: tuple[facts.Decision, ...]) -> FormalDeletion:
        return profile.formal_deletion(ground, decisions, today, calendar)

    clocks = {}
    for each in closings:
        due = deletion(each.ground, tuple(dated.get(each.case_id, ())))
        clocks[each.case_id] = {"formal_deletion": due.status.value, "formal_deletion_due_on": due.due_on}
    return clocks


def _end_notices(work: Work, notices: Mapping[str, Sequence[str]]) -> None:
    """End them, each with the remark of its case."""
    _set(work, _END, [notice_id for each in notices.values() for notice_id in each], now=work.now)


def _set(work: Work, change: Update, ids: Collection[str], **values: Any) -> None:
    """Give these rows, which are locked, the same values."""
    if ids:
        work.session.connection().execute(change, {"ids": ids, **values})


def _record(work: Work, ready: Ready, held: _Hanging) -> Iterator[Prepared]:
    """The entries as they were prepared; of what came in between, as they are prepared now."""
    case_id = ready.closing.case_id
    subjects = (case_id, *held.notices.get(case_id, ()), *held.handoffs.get(case_id, ()))
    if ready.entries.keys() == set(subjects):
        return map(ready.entries.__getitem__, subjects)
    return iter(prepare_entries(work.vault, work.now, _entries(ready.closing, ready.remark["id"], held)))


def _entries(closing: Closing, remark: str, hanging: _Hanging) -> Iterator[Entered]:
    """What the record says of one case: closed, its notices ended, its handoffs to be recalled."""
    case = EnforcementCase.__tablename__
    yield Entered("closed", case, closing.case_id, {"removal_ground": closing.ground}, remark)
    for notice_id in hanging.notices.get(closing.case_id, ()):
        yield Entered("ended", Notice.__tablename__, notice_id, {"because": "closed"}, remark)
    for handoff_id in hanging.handoffs.get(closing.case_id, ()):
        yield Entered("recall_due", CreditHandoff.__tablename__, handoff_id, {})


def _locking(query: Select[Any], *, key_share: bool = True) -> tuple[Select[Any], Select[Any]]:
    """The same without and with a lock."""
    return query, query.with_for_update(key_share=key_share)


_CASE, _NOTICE, _HANDOFF, _LINE = (
    table_of(model) for model in (EnforcementCase, Notice, CreditHandoff, PhoneLine)
)
_IDS = ids_named("ids")
_OPEN_CASES = _locking(
    select(_CASE.c.id, _CASE.c.version)
    .where(one_of(_CASE.c.id, _IDS), _CASE.c.state != "closed")
    .order_by(_CASE.c.id),
    key_share=False,
)
_NOTICES = _locking(
    select(_NOTICE.c.id, _NOTICE.c.case_id, _NOTICE.c.line_id, _NOTICE.c.state)
    .where(one_of(_NOTICE.c.case_id, _IDS), _NOTICE.c.state != "ended")
    .order_by(_NOTICE.c.id)
)
_HANDOFFS = _locking(
    select(_HANDOFF.c.id, _HANDOFF.c.case_id)
    .where(one_of(_HANDOFF.c.case_id, _IDS), _HANDOFF.c.state.in_([literal("sent"), literal("receipted")]))
    .order_by(_HANDOFF.c.id)
)
_LINES = (
    select(_LINE.c.id).where(one_of(_LINE.c.id, _IDS)).order_by(_LINE.c.id).with_for_update(key_share=True)
)
_END = (
    update(_NOTICE)
    .where(one_of(_NOTICE.c.id, _IDS))
    .values(
        state="ended",
        ended_at=bindparam("now"),
        ended_because="closed",
        remark_id=select(_CASE.c.closing_remark_id).where(_CASE.c.id == _NOTICE.c.case_id).scalar_subquery(),
        version=_NOTICE.c.version + 1,
    )
)
_SILENCE = update(_LINE).where(one_of(_LINE.c.id, _IDS)).values(quiet_because="closed")
_RECALL = (
    update(_HANDOFF)
    .where(one_of(_HANDOFF.c.id, _IDS))
    .values(state="recall_due", version=_HANDOFF.c.version + 1)
)
