"""Working on an uploaded file: checked by the rules of every import, later written, by whichever process.

All of it can begin again at any time: checking writes nothing but the job itself, and the rows become an
import in the same short transaction in which the job says so.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from gateway.models import ImportBatch, ImportJob
from gateway.services.check_file import check_file
from gateway.services.claim_job import ClaimLost, Progress, as_its_clerk, claim_job, hold_claim
from gateway.services.import_closures import import_closures
from gateway.services.import_columns import FILE_KINDS
from gateway.services.prepare_rows import Prepared, prepare_rows
from gateway.services.preview_import import keep_refusals, make_preview
from gateway.services.read_csv import MOST_TOLD, RowRefusal, RowsRefused
from gateway.services.receive_upload import ENDED, declared_of
from gateway.services.refusals import NotAllowed, NotValid, WrongState
from gateway.services.stage_import import stage_import
from gateway.services.store_upload import PURPOSE, forget_parts, open_parts, store_parts
from gateway.services.transactions import Transactions
from gateway.services.work import Work


@dataclass(frozen=True, slots=True)
class _Job:
    """A claimed job, with what is needed to work on it."""

    row: ImportJob
    worker: str
    transactions: Transactions
    progress: Progress

    @property
    def id(self) -> str:
        return self.row.id

    def own(self, work: Work) -> ImportJob:
        """The job's row, locked; raises ClaimLost where it is another worker's meanwhile."""
        hold_claim(work.session, self.id, self.worker)
        return work.find(ImportJob, self.id)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a check found. `blocks` where the rows cannot be imported."""

    refusals: tuple[RowRefusal, ...]
    total: int
    blocks: bool
    to_close: int | None = None


def work_on_import(transactions: Transactions, job_id: str, worker: str) -> bool:
    """Do what is to be done next with a file; False where there is nothing for this worker."""
    row = claim_job(transactions, job_id, worker)
    if row is None:
        return False
    try:
        own = as_its_clerk(transactions, row, worker)
        _DO[row.state](_Job(row, worker, own, Progress(transactions, job_id, worker)))
    except ClaimLost:
        return False
    except (NotValid, WrongState, NotAllowed) as refused:
        _end(transactions, row, worker, "refused" if row.state == "checking" else "failed", refused)
    _forget(transactions, job_id)
    return True


def _forget(transactions: Transactions, job_id: str) -> None:
    """Of what is kept of the file, delete what nobody will need."""
    with transactions.reading() as work:
        row = work.session.get_one(ImportJob, job_id)
    if row.state in ENDED:
        forget_parts(transactions, job_id)
    elif row.state == "checked" and row.read_as != "utf-8":
        forget_parts(transactions, job_id, "upload")


def _check(job: _Job) -> None:
    with open_parts(job.transactions, job.id, "upload") as upload:
        prepared = prepare_rows(upload, FILE_KINDS[job.row.kind])
        with prepared.file as rows:
            count, sha256 = _measure(rows)
            job.progress.begin(count)
            found = _merged(prepared, _CHECK[job.row.kind](job, rows, count))
            preview = make_preview(rows, FILE_KINDS[job.row.kind], found.refusals)
            if prepared.read_as != "utf-8" and not found.blocks:
                store_parts(job.transactions, job.row.court_id, job.id, "rows", rows)
    _checked(job, prepared.read_as, (count, sha256), found, preview)


def _measure(rows: BinaryIO) -> tuple[int, str]:
    """How many rows there are, as the reader of rows counts them, and the hash of all bytes."""
    digest, lines = hashlib.sha256(), 0
    rows.seek(0)
    for line in rows:
        digest.update(line)
        lines += bool(line.rstrip(b"\r\n").strip(b" "))
    return max(0, lines - 1), digest.hexdigest()


def _check_enrolment(job: _Job, rows: BinaryIO, _count: int) -> _Found:
    with job.transactions.reading() as work:
        declared = declared_of(work, job.row)
    rows.seek(0)
    try:
        check_file(job.transactions, rows, declared, job.row.declared_rows, job.progress.advance)
    except RowsRefused as refused:
        return _Found(refused.rows, refused.total, blocks=True)
    return _Found((), 0, blocks=False)


def _check_closures(job: _Job, rows: BinaryIO, count: int) -> _Found:
    """A row that cannot be taken holds no other one back; nor does a number of rows that differs."""
    rows.seek(0)
    try:
        done = import_closures(job.transactions, rows, dry_run=True, advance=job.progress.advance)
    except RowsRefused as refused:
        return _Found(refused.rows, refused.total, blocks=True)
    told, declared = done.refused, job.row.declared_rows
    if count != declared:
        told = (
            RowRefusal(
                1,
                "rows",
                "row-count",
                f"The file has {count} rows, you named {declared}.",
                f"文件有{count}行，您填报的是{declared}行。",
            ),
            *told,
        )
    return _Found(told, done.refused_in_all + (count != declared), blocks=False, to_close=done.closed)


def _merged(prepared: Prepared, found: _Found) -> _Found:
    """With what was wrong with cells of a workbook; such a row is not told of a second time."""
    if not prepared.refusals:
        return found
    lines = {each.line for each in prepared.refusals}
    others = [each for each in found.refusals if each.line not in lines]
    told = sorted((*prepared.refusals, *others), key=lambda each: each.line)[:MOST_TOLD]
    total = found.total - len(found.refusals) + len(others) + len(prepared.refusals)
    return _Found(tuple(told), total, blocks=True)


def _checked(job: _Job, read_as: str, counted: tuple[int, str], found: _Found, preview: str) -> None:
    with job.transactions.writing() as work:
        row = job.own(work)
        row.read_as, (row.rows, row.sha256) = read_as, counted
        row.errors, row.to_close = found.total, found.to_close
        row.errors_sealed = work.vault.seal(keep_refusals(found.refusals), PURPOSE) if found.total else None
        row.preview_sealed = work.vault.seal(preview, PURPOSE)
        row.state = "refused" if found.blocks else "checked"
        row.worker, row.beat_at, row.changed_at = None, None, work.now
        row.version += 1
        work.changed(row.state, row, {"rows": row.rows, "sha256": row.sha256})


def _write(job: _Job) -> None:
    content = "upload" if job.row.read_as == "utf-8" else "rows"
    with open_parts(job.transactions, job.id, content) as rows:
        _WRITE[job.row.kind](job, rows)


def _write_enrolment(job: _Job, rows: BinaryIO) -> None:
    with job.transactions.reading() as work:
        declared = declared_of(work, job.row)
    job.progress.begin(2 * (job.row.rows or 0))
    advance = job.progress.advance
    stage_import(job.transactions, rows, declared, job.row.rows, advance, _published(job))


def _write_closures(job: _Job, rows: BinaryIO) -> None:
    job.progress.begin(job.row.rows or 0)
    import_closures(job.transactions, rows, advance=job.progress.advance, entered=_published(job))


def _published(job: _Job) -> Callable[[Work, ImportBatch], None]:
    """What says in the job that its import is there, in the transaction that makes it so."""

    def say(work: Work, batch: ImportBatch) -> None:
        row = job.own(work)
        row.state, row.import_id, row.changed_at = "submitted", batch.id, work.now
        row.rows_done, row.worker, row.beat_at = row.rows_total, None, None
        row.preview_sealed = None
        row.version += 1
        work.changed("submitted", row, {"rows": batch.rows, "sha256": batch.sha256})

    return say


def _end(
    transactions: Transactions,
    job: ImportJob,
    worker: str,
    state: str,
    refused: NotValid | WrongState | NotAllowed,
) -> None:
    """The job ends with the reasons that a service gave."""
    told = _told(refused)
    with transactions.writing() as work:
        row = work.session.get_one(ImportJob, job.id, with_for_update=True)
        if row.worker != worker:
            return
        row.state, row.because, row.changed_at = state, told[0].rule, work.now
        row.errors = refused.total if isinstance(refused, RowsRefused) else len(told)
        row.errors_sealed = work.vault.seal(keep_refusals(told), PURPOSE)
        row.worker = row.beat_at = row.preview_sealed = None
        row.version += 1
        work.changed(state, row)


def _told(refused: NotValid | WrongState | NotAllowed) -> tuple[RowRefusal, ...]:
    if isinstance(refused, RowsRefused):
        return refused.rows
    if isinstance(refused, NotValid):
        return tuple(RowRefusal(1, each.field, each.rule, each.en, each.zh) for each in refused.refusals)
    return (RowRefusal(1, "file", refused.rule, refused.en, refused.zh),)


_DO: dict[str, Callable[[_Job], None]] = {"checking": _check, "writing": _write}
_CHECK: dict[str, Callable[[_Job, BinaryIO, int], _Found]] = {
    "enrolment": _check_enrolment,
    "closures": _check_closures,
}
_WRITE: dict[str, Callable[[_Job, BinaryIO], None]] = {
    "enrolment": _write_enrolment,
    "closures": _write_closures,
}
