"""Which process works on an uploaded file: claimed in the database, with signs of life, and taken over when
they cease. Who has lost a claim learns it in the very transaction he would write in."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from time import monotonic

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from gateway.models import ImportJob, User
from gateway.services.actor import Actor
from gateway.services.permissions import Action
from gateway.services.receive_upload import ASKS
from gateway.services.transactions import Transactions
from gateway.services.work import Work

STALE = timedelta(seconds=90)
"""How long a silent process keeps others waiting: longer than reading a workbook may take."""
MOST_ATTEMPTS = 3
TELL_SECONDS = 0.5
WORKING = {"received": "checking", "checking": "checking", "confirmed": "writing", "writing": "writing"}
"""State in which somebody has something to do -> state in which he does it."""


class ClaimLost(Exception):
    """Another process has the job, or its clerk took it back."""


def next_due_job(transactions: Transactions) -> str | None:
    """The oldest file that waits for a process."""
    with transactions.reading() as work:
        query = select(ImportJob.id).where(ImportJob.state.in_(WORKING), _free(work))
        return work.session.scalars(query.order_by(ImportJob.id).limit(1)).first()


def claim_job(transactions: Transactions, job_id: str, worker: str) -> ImportJob | None:
    """The job, now this worker's; None where another one has it, or where it failed for the last time."""
    with transactions.writing() as work:
        query = select(ImportJob).where(ImportJob.id == job_id, ImportJob.state.in_(WORKING), _free(work))
        job = work.session.scalars(query.with_for_update()).one_or_none()
        if job is None:
            return None
        if job.attempts >= MOST_ATTEMPTS:
            job.state, job.because, job.changed_at = "failed", "interrupted", work.now
            job.worker = job.beat_at = None
            job.version += 1
            work.changed("failed", job)
            return None
        job.state = WORKING[job.state]
        job.worker, job.beat_at, job.attempts = worker, work.now, job.attempts + 1
        return job


def let_go(transactions: Transactions, job_id: str, worker: str) -> None:
    """Give a job up whose process ended before its time, so that the next one need not wait."""
    with transactions.writing() as work:
        work.session.execute(
            update(ImportJob)
            .where(ImportJob.id == job_id, ImportJob.worker == worker)
            .values(worker=None, beat_at=None)
            .execution_options(synchronize_session=False)
        )


def as_its_clerk(transactions: Transactions, job: ImportJob, worker: str) -> Transactions:
    """Transactions of the person who sent the file; each that writes asks whether he still may."""

    def guard(session: Session) -> None:
        hold_claim(session, job.id, worker)
        _actor(session, job)

    with transactions.reading() as work:
        return replace(transactions, guard=guard, actor=_actor(work.session, job))


def hold_claim(session: Session, job_id: str, worker: str) -> None:
    """Raise ClaimLost unless the job is this worker's."""
    if session.scalars(select(ImportJob.worker).where(ImportJob.id == job_id)).one_or_none() != worker:
        raise ClaimLost(job_id)


def _actor(session: Session, job: ImportJob) -> Actor:
    """The person as he is now; raises NotAllowed where he may no longer do what the file does."""
    actor = _present(session, job.created_by)
    _must(actor, ASKS[job.kind])
    return actor


def _must(actor: Actor, actions: Iterable[Action]) -> None:
    for action in actions:
        actor.must(action)


def _present(session: Session, user_id: str) -> Actor:
    user = session.get_one(User, user_id, populate_existing=True)
    return Actor(user.id, user.court_id, user.role_names if user.disabled_at is None else frozenset())


def _free(work: Work) -> ColumnElement[bool]:
    return or_(ImportJob.worker.is_(None), ImportJob.beat_at.is_(None), ImportJob.beat_at <= work.now - STALE)


class Progress:
    """Tells the database how far a job is, at most twice a second: that is its sign of life too."""

    def __init__(self, transactions: Transactions, job_id: str, worker: str) -> None:
        self._transactions, self._job_id, self._worker = transactions, job_id, worker
        self._done, self._told = 0, monotonic()

    def begin(self, total: int) -> None:
        """So many rows there are to do."""
        self._done = 0
        self._tell(rows_total=total)

    def advance(self, rows: int) -> None:
        self._done += rows
        if monotonic() - self._told >= TELL_SECONDS:
            self._tell()

    def _tell(self, **columns: int) -> None:
        with self._transactions.writing() as work:
            work.session.execute(
                update(ImportJob)
                .where(ImportJob.id == self._job_id, ImportJob.worker == self._worker)
                .values(rows_done=self._done, beat_at=work.now, **columns)
                .execution_options(synchronize_session=False)
            )
        self._told = monotonic()
