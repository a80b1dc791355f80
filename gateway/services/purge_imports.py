"""Purging imports that were never published: nobody has read their rows, and nobody can."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update

from gateway.models import (
    Base,
    Debtor,
    Decision,
    EnforcementCase,
    ImportBatch,
    Notice,
    PhoneLine,
    ProtectedCaller,
    Remark,
)
from gateway.services.keep_pace import Pace
from gateway.services.purge_rows import delete_rows
from gateway.services.transactions import Transactions
from gateway.services.work import Work

LONGEST_IMPORT = timedelta(hours=1)


def purge_imports(transactions: Transactions, as_of: datetime) -> dict[str, int]:
    """Delete unpublished imports begun an hour or more before `as_of`, with their rows; counts each table."""
    counts = dict.fromkeys(("notice", "enforcement_case", "line", "import_batch"), 0)
    for import_id in _give_up(transactions, as_of):
        for table, count in remove_import(transactions, import_id).items():
            counts[table] += count
    return counts


def remove_import(transactions: Transactions, import_id: str) -> dict[str, int]:
    """Delete one import that is marked as failed, with its rows; counts per table."""
    notices = delete_rows(transactions, Notice, Notice.import_id == import_id)
    cases = _delete_cases(transactions, import_id)
    rows = select(PhoneLine.id).where(PhoneLine.import_id == import_id)
    delete_rows(transactions, ProtectedCaller, ProtectedCaller.line_id.in_(rows))
    lines = delete_rows(transactions, PhoneLine, PhoneLine.import_id == import_id)
    failed = (ImportBatch.id == import_id, ImportBatch.state == "failed")
    batches = delete_rows(transactions, ImportBatch, *failed)
    return {"notice": notices, "enforcement_case": cases, "line": lines, "import_batch": batches}


def _give_up(transactions: Transactions, as_of: datetime) -> list[str]:
    """Mark them as failed first, so that one that is still being written can never be published."""
    old = ImportBatch.created_at <= as_of - LONGEST_IMPORT
    with transactions.writing() as work:
        work.session.execute(
            update(ImportBatch)
            .where(ImportBatch.state == "writing", old)
            .values(state="failed", version=ImportBatch.version + 1)
            .execution_options(synchronize_session=False)
        )
        failed = select(ImportBatch.id).where(ImportBatch.state == "failed", old)
        return list(work.session.scalars(failed.order_by(ImportBatch.id)))


def _delete_cases(transactions: Transactions, import_id: str) -> int:
    total, done, pace = 0, 1, Pace(transactions)
    while done:
        with pace.writing() as work:
            done = _delete_some_cases(work, import_id, pace.size)
            pace.written(done)
        total += done
    return total


def _delete_some_cases(work: Work, import_id: str, most: int) -> int:
    """Some cases with their decisions and debtors.

    Their reasons are emptied, as retention does it: six tables may refer to a remark, and the database would
    look through all of them for each one that goes.
    """
    chosen = select(EnforcementCase.id, EnforcementCase.debtor_id).where(
        EnforcementCase.import_id == import_id
    )
    rows = work.session.execute(chosen.limit(most).with_for_update()).all()
    cases, debtors = [row.id for row in rows], [row.debtor_id for row in rows]
    reasons = list(
        work.session.scalars(select(Decision.reasons_remark_id).where(Decision.case_id.in_(cases)))
    )
    _delete(work, Decision, Decision.case_id.in_(cases))
    _delete(work, EnforcementCase, EnforcementCase.id.in_(cases))
    _delete(work, Debtor, Debtor.id.in_(debtors))
    work.session.execute(
        update(Remark)
        .where(Remark.id.in_(reasons))
        .values(text_sealed=None)
        .execution_options(synchronize_session=False)
    )
    return len(cases)


def _delete(work: Work, model: type[Base], which: ColumnElement[bool]) -> None:
    work.session.execute(delete(model).where(which).execution_options(synchronize_session=False))
