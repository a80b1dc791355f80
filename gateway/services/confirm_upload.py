"""Confirming a checked file: its clerk says that these rows are what he meant; or he takes the file back."""

from gateway.models import ImportJob
from gateway.services.permissions import Action
from gateway.services.receive_upload import ASKS, refuse_unless_sender
from gateway.services.refusals import WrongState, refuse
from gateway.services.store_upload import forget_parts
from gateway.services.transactions import Transactions
from gateway.services.work import Work, expect_version

WITHDRAWABLE = frozenset({"received", "checking", "checked"})


def confirm_upload(work: Work, job_id: str, rows: int, seen_version: int | None = None) -> ImportJob:
    """From here on the file is written, wholly or not at all. Confirming twice is once."""
    work.actor.must(Action.READ)
    job = work.find(ImportJob, job_id)
    for action in ASKS[job.kind]:
        work.actor.must(action)
    refuse_unless_sender(work, job)
    if job.state in {"confirmed", "writing", "submitted"}:
        return job
    expect_version(job, seen_version)
    if job.state != "checked":
        raise _wrong_state()
    if rows != job.rows:
        raise refuse(
            "rows",
            "row-count",
            f"The file has {job.rows} rows, you named {rows}.",
            f"文件有{job.rows}行，您填报的是{rows}行。",
        )
    job.state, job.changed_at, job.attempts, job.rows_done = "confirmed", work.now, 0, 0
    job.version += 1
    work.changed("confirmed", job, {"rows": job.rows, "sha256": job.sha256})
    return job


def withdraw_upload(transactions: Transactions, job_id: str) -> None:
    """Take a file back that was not confirmed; what is kept of it goes at once. Twice is once."""
    transactions.actor.must(Action.READ)
    with transactions.writing() as work:
        job = work.find(ImportJob, job_id)
        for action in ASKS[job.kind]:
            work.actor.must(action)
        refuse_unless_sender(work, job)
        if job.state == "withdrawn":
            return
        if job.state not in WITHDRAWABLE:
            raise _wrong_state()
        job.state, job.changed_at, job.worker, job.beat_at = "withdrawn", work.now, None, None
        job.preview_sealed = job.errors_sealed = job.declared_sealed = job.file_name_sealed = None
        job.version += 1
        work.changed("withdrawn", job)
    forget_parts(transactions, job_id)


def _wrong_state() -> WrongState:
    return WrongState(
        "wrong-state",
        "The file is not at this step; look at its page again.",
        "该文件当前状态下不能办理此事项，请刷新页面查看。",
    )
