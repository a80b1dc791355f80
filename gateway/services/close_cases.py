"""Closing many cases at once: set by set what `close_case` does to one, with the same entries recorded."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update

from gateway.insert_rows import insert_rows
from gateway.jurisdictions import profile_named
from gateway.models import Base, CreditHandoff, EnforcementCase, Notice, PhoneLine, Remark
from gateway.services.append_entries import Entered, append_entries
from gateway.services.audit import Chain
from gateway.services.calendar import calendar_of
from gateway.services.one_of import one_of
from gateway.services.read_decision import datings_of
from gateway.services.sweep_notices import LIVE
from gateway.services.work import Work


@dataclass(frozen=True, slots=True)
class Closing:
    """On which of the seven grounds, and for what reason, a case is over."""

    case_id: str
    ground: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Held:
    """What hangs on the cases, locked: notices and handoffs by case, and the lines of what was live."""

    notices: Mapping[str, Sequence[str]]
    handoffs: Mapping[str, Sequence[str]]
    lines: Collection[str]


def close_cases(work: Work, closings: Sequence[Closing]) -> None:
    """Close cases that are locked, open or stayed, and named once each; their notices end with them."""
    held = _hold(work, [each.case_id for each in closings])
    remarks = {each.case_id: work.remark_columns(each.reason) for each in closings}
    insert_rows(work.session, Remark, list(remarks.values()))
    _close(work, closings, remarks)
    _end_notices(work, held.notices)
    _set(work, PhoneLine, held.lines, quiet_because="closed")
    recalled = [handoff for each in held.handoffs.values() for handoff in each]
    _set(work, CreditHandoff, recalled, state="recall_due", version=CreditHandoff.version + 1)
    entries = [entry for each in closings for entry in _entries(each, remarks[each.case_id]["id"], held)]
    append_entries(work, Chain(work.actor.court), entries)


def _hold(work: Work, ids: Collection[str]) -> _Held:
    """Locked in the one order that all keep, before anything is entered into the record."""
    notices, handoffs = defaultdict(list), defaultdict(list)
    lines = set()
    of_cases = select(Notice.id, Notice.case_id, Notice.line_id, Notice.state)
    of_cases = of_cases.where(one_of(Notice.case_id, ids), Notice.state != "ended").order_by(Notice.id)
    for notice_id, case_id, line_id, state in work.session.execute(of_cases.with_for_update(key_share=True)):
        notices[case_id].append(notice_id)
        if state in LIVE:
            lines.add(line_id)
    handed = select(CreditHandoff.id, CreditHandoff.case_id).where(
        one_of(CreditHandoff.case_id, ids), CreditHandoff.state.in_(("sent", "receipted"))
    )
    handed = handed.order_by(CreditHandoff.id).with_for_update(key_share=True)
    for handoff_id, case_id in work.session.execute(handed):
        handoffs[case_id].append(handoff_id)
    held_lines = select(PhoneLine.id).where(one_of(PhoneLine.id, lines)).order_by(PhoneLine.id)
    work.session.execute(held_lines.with_for_update(key_share=True)).all()
    return _Held(notices, handoffs, lines)


def _close(work: Work, closings: Sequence[Closing], remarks: Mapping[str, Mapping[str, Any]]) -> None:
    clocks = _formal_clocks(work, closings)
    statement = (
        update(EnforcementCase.__table__)  # type: ignore[arg-type]
        .where(EnforcementCase.id == bindparam("case"))
        .values(
            state="closed",
            closing_ground=bindparam("ground"),
            closing_remark_id=bindparam("remark"),
            closed_at=work.now,
            closed_by=work.actor.person,
            version=EnforcementCase.version + 1,
            **({name: bindparam(f"new_{name}") for name in _CLOCK} if clocks else {}),
        )
    )
    rows = [
        {
            "case": each.case_id,
            "ground": each.ground,
            "remark": remarks[each.case_id]["id"],
            **clocks.get(each.case_id, {}),
        }
        for each in closings
    ]
    work.session.connection().execute(statement, rows)


_CLOCK = ("formal_deletion", "formal_deletion_due_on")


def _formal_clocks(work: Work, closings: Sequence[Closing]) -> dict[str, dict[str, Any]]:
    """When each listing itself must be deleted; nothing where the court has no profile to tell."""
    court = work.court()
    if court.profile is None:
        return {}
    profile, today, calendar = profile_named(court.profile), work.today(), calendar_of(work)
    decisions = datings_of(work, [each.case_id for each in closings])
    clocks = {}
    for each in closings:
        due = profile.formal_deletion(each.ground, decisions.get(each.case_id, ()), today, calendar)
        clocks[each.case_id] = {
            "new_formal_deletion": due.status.value,
            "new_formal_deletion_due_on": due.due_on,
        }
    return clocks


def _end_notices(work: Work, notices: Mapping[str, Sequence[str]]) -> None:
    """End them, each with the remark of its case."""
    remark = select(EnforcementCase.closing_remark_id).where(EnforcementCase.id == Notice.case_id)
    _set(
        work,
        Notice,
        [notice_id for each in notices.values() for notice_id in each],
        state="ended",
        ended_at=work.now,
        ended_because="closed",
        remark_id=remark.scalar_subquery(),
        version=Notice.version + 1,
    )


def _set(work: Work, model: type[Base], ids: Collection[str], **values: Any) -> None:
    """Give these rows, which are locked, the same values."""
    if ids:
        statement = update(model).where(one_of(model.__table__.c.id, ids)).values(**values)
        work.session.execute(statement.execution_options(synchronize_session=False))


def _entries(closing: Closing, remark: str, held: _Held) -> Iterator[Entered]:
    """What the record says of one case: closed, its notices ended, its handoffs to be recalled."""
    case = EnforcementCase.__tablename__
    yield Entered("closed", case, closing.case_id, {"removal_ground": closing.ground}, remark)
    for notice_id in held.notices.get(closing.case_id, ()):
        yield Entered("ended", Notice.__tablename__, notice_id, {"because": "closed"}, remark)
    for handoff_id in held.handoffs.get(closing.case_id, ()):
        yield Entered("recall_due", CreditHandoff.__tablename__, handoff_id, {})
