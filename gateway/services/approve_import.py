"""Approving an import: a judge who did not submit it, bound to the number of its rows and its file's hash.

All notices of the file that are still submitted become approved, in chunks, and stay silent while the import
itself is not approved: a call asks for both. One short last transaction approves it. The record says that the
judge began, with his reason, and that he ended; which notices it was stands in their `import_id`,
`approved_by` and `approved_at`. A judge may end what a crash interrupted, himself or another.

The law is not asked again row by row: what could have changed since the submission is asked at each call
(the case, the court, the attestation, the line, the recordings, the review, the end), was done by ending the
notice (a close, an early deletion), or can only have made a rule easier to meet; whether the court's calendar
holds this year is asked here. The start alone depends on the approval. A notice whose line has another one
in force stays submitted.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import Integer, bindparam, case, exists, literal_column, select, update

from gateway.models import ImportBatch, Notice, Recording
from gateway.models.base import UtcTime, table_of
from gateway.services.approve_notice import refuse_unless_allowed_here
from gateway.services.calendar import calendar_of
from gateway.services.check_activation import check_court
from gateway.services.enrol_case import profile_of
from gateway.services.keep_pace import LONG, Pace
from gateway.services.keep_statistics import Statistics
from gateway.services.keyset import among
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.refusals import NotFound, WrongState
from gateway.services.transactions import Transactions
from gateway.services.work import Work


def approve_import(
    transactions: Transactions,
    import_id: str,
    rows: int,
    sha256: str,
    reason: str | None = None,
    advance: Callable[[int], None] = lambda _rows: None,
    *,
    begin: Callable[[Work], None] = lambda _work: None,
    declared: Mapping[str, str] | None = None,
) -> ImportBatch:
    """Approve; raises WrongState with the difference where `rows` or `sha256` are not those of the import.

    `begin` is asked in the transaction that begins, and may raise; what is `declared` is entered there.
    """
    transactions.actor.must(Action.APPROVE)
    with transactions.writing() as work:
        begin(work)
        _begin(work, import_id, (rows, sha256), reason, declared or {})
    pace = Pace(transactions, LONG)
    statistics = Statistics(transactions.engine, Notice)
    last: str | None = ""
    while last is not None:
        with pace.writing() as work:
            _submitted(work, import_id)
            rows, last = _approve_next(work, import_id, last, pace.size)
            pace.written(rows)
        statistics.more(rows)
        advance(rows)
    return _finish(transactions, import_id)


def _begin(
    work: Work, import_id: str, seen: tuple[int, str], reason: str | None, declared: Mapping[str, str]
) -> None:
    batch = _submitted(work, import_id)
    refuse_unless_allowed_here(work)
    work.actor.must_differ_from(batch.submitted_by)
    _refuse_changed(batch, seen)
    _refuse_court(work)
    remark = work.remark(reason.strip()) if reason and reason.strip() else None
    fields = {"rows": batch.rows, "sha256": batch.sha256, **declared}
    work.changed("approving", batch, fields, remark)


def _refuse_court(work: Work) -> None:
    """What stands against every notice of the court today."""
    fields = Fields()
    profile_of(work)
    check_court(fields, work.court())
    if not calendar_of(work).knows(work.today().year):
        fields.add(
            "calendar",
            "calendar-year-unknown",
            "The court's working calendar does not hold this year, so no legal clock could be kept.",
            "法院工作日历尚无本年度数据，无法计算法定期限。",
        )
    fields.done()


def _submitted(work: Work, import_id: str) -> ImportBatch:
    """The import, locked; NotFound where nothing was published under this id."""
    batch = work.find(ImportBatch, import_id)
    if batch.kind != "enrolment" or batch.state not in {"submitted", "approved"}:
        raise NotFound
    if batch.state == "approved":
        raise WrongState("wrong-state", "The import is approved already.", "该批次已经批准。")
    return batch


def _refuse_changed(batch: ImportBatch, seen: tuple[int, str]) -> None:
    compared = (("rows", str(seen[0]), str(batch.rows)), ("sha256", seen[1], batch.sha256))
    difference = tuple(each for each in compared if each[1] != each[2])
    if difference:
        raise WrongState(
            "changed-since-seen",
            "The import is not the file that you saw.",
            "该批次并非您所查看的文件。",
            difference,
        )


def _approve_next(work: Work, import_id: str, after: str, most: int) -> tuple[int, str | None]:
    """Approve the next notices that wait, in the order of their ids: how many, and the last of them, if any.

    One statement, with the start that depends on the approval and the hashes of what is to play. The rows are
    locked first, in the one order that all keep.
    """
    connection = work.session.connection()
    waiting = {"import": import_id, "after": after}
    ids = connection.scalars(_NEXT, {**waiting, "most": most}).all()
    if not ids:
        return 0, None
    connection.execute(_APPROVE, {**waiting, "last": ids[-1], "judge": work.actor.user_id, "now": work.now})
    return len(ids), ids[-1]


def _finish(transactions: Transactions, import_id: str) -> ImportBatch:
    with transactions.writing() as work:
        batch = _submitted(work, import_id)
        batch.state = "approved"
        batch.approved_by = work.actor.user_id
        batch.version += 1
        work.changed("approved", batch, {"rows": batch.rows, "sha256": batch.sha256})
        return batch


_NOTICE = table_of(Notice)
_OTHER, _FIRST, _SECOND = _NOTICE.alias(), table_of(Recording).alias(), table_of(Recording).alias()
_FIRST_HASH = select(_FIRST.c.sha256).where(_FIRST.c.id == _NOTICE.c.recording_id).scalar_subquery()
_SECOND_HASH = select(_SECOND.c.sha256).where(_SECOND.c.id == _NOTICE.c.second_recording_id).scalar_subquery()
_TAKEN = exists().where(
    _OTHER.c.line_id == _NOTICE.c.line_id,
    among(_OTHER.c.state, "approved", "suspended"),
    _OTHER.c.id != _NOTICE.c.id,
)
_WAITING = (
    _NOTICE.c.import_id.is_not(None),
    _NOTICE.c.import_id == bindparam("import"),
    _NOTICE.c.state == literal_column("'submitted'"),
    _NOTICE.c.id > bindparam("after"),
)
"""As the partial index of what waits in imports has it, which looks nothing up twice."""
_NEXT = (
    select(_NOTICE.c.id)
    .where(*_WAITING)
    .order_by(_NOTICE.c.id)
    .limit(bindparam("most", type_=Integer()))
    .with_for_update()
)
_NOW = bindparam("now", type_=UtcTime())
_APPROVE = (
    update(_NOTICE)
    .where(*_WAITING, _NOTICE.c.id <= bindparam("last"), ~_TAKEN)
    .values(
        state="approved",
        approved_by=bindparam("judge"),
        approved_at=_NOW,
        starts_at=case((_NOTICE.c.starts_at > _NOW, _NOTICE.c.starts_at), else_=_NOW),
        approved_recordings=case(
            (_NOTICE.c.second_recording_id.is_(None), _FIRST_HASH), else_=_FIRST_HASH + " " + _SECOND_HASH
        ),
        version=_NOTICE.c.version + 1,
    )
)
"""Made once, as a large import is approved in thousands of transactions."""
