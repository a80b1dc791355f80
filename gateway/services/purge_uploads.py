"""Purging uploaded files: what is kept of them is needed for days only, and the jobs for some weeks."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from gateway.models import ImportJob, ImportPart
from gateway.services.purge_rows import delete_rows, empty_rows
from gateway.services.receive_upload import ENDED
from gateway.services.transactions import Transactions

LONGEST_RECEIVING = timedelta(hours=1)
CONTENTS_KEPT = timedelta(days=7)
JOBS_KEPT = timedelta(days=90)
_SEALED = ("file_name_sealed", "declared_sealed", "errors_sealed", "preview_sealed")


def purge_uploads(transactions: Transactions, as_of: datetime) -> dict[str, int]:
    """Give up files that nobody went on with, empty what ended a week ago, delete what ended long ago."""
    for job_id in _forgotten(transactions, as_of):
        _give_up(transactions, job_id)
    ended = ImportJob.state.in_(ENDED)
    parts = delete_rows(transactions, ImportPart, ImportPart.job_id.in_(select(ImportJob.id).where(ended)))
    old = (ended, ImportJob.changed_at <= as_of - JOBS_KEPT)
    jobs = delete_rows(transactions, ImportJob, *old)
    filled = or_(*(getattr(ImportJob, name).is_not(None) for name in _SEALED))
    week_old = (ended, ImportJob.changed_at <= as_of - CONTENTS_KEPT)
    empty_rows(transactions, ImportJob, _SEALED, filled, *week_old)
    return {"import_part": parts, "import_job": jobs}


def _forgotten(transactions: Transactions, as_of: datetime) -> list[str]:
    half_sent = (ImportJob.state == "receiving") & (ImportJob.created_at <= as_of - LONGEST_RECEIVING)
    left = ImportJob.state.not_in(ENDED) & (ImportJob.changed_at <= as_of - CONTENTS_KEPT)
    with transactions.reading() as work:
        return list(work.session.scalars(select(ImportJob.id).where(or_(half_sent, left))))


def _give_up(transactions: Transactions, job_id: str) -> None:
    with transactions.writing() as work:
        job = work.session.get_one(ImportJob, job_id, with_for_update=True)
        if job.state in ENDED:
            return
        job.state, job.because, job.changed_at = "withdrawn", "expired", work.now
        job.worker = job.beat_at = None
        job.version += 1
        work.changed("withdrawn", job)
