"""Reading imports: those that were published whole, and the uploaded files on their way there."""

from dataclasses import dataclass

from sqlalchemy import select

from gateway.models import ImportBatch, ImportJob, User
from gateway.services.list_rows import Page, Wanted, found, one_of_states, page_of
from gateway.services.permissions import Action
from gateway.services.preview_import import Preview, read_preview, read_refusals
from gateway.services.read_csv import RowRefusal
from gateway.services.store_upload import PURPOSE
from gateway.services.work import Work

STATES = ("submitted", "approved")
UNDER_WAY = ("received", "checking", "checked", "refused", "confirmed", "writing", "failed")
MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class JobFile:
    """An uploaded file as it is read. Cells and the file's name only where the reader may see names."""

    job: ImportJob
    file_name: str
    refusals: tuple[RowRefusal, ...]
    preview: Preview | None


def list_imports(work: Work, wanted: Wanted) -> Page[ImportBatch]:
    """A page of the court's published imports."""
    work.actor.must(Action.READ)
    one_of_states(wanted.state, STATES)
    query = select(ImportBatch).where(
        ImportBatch.court_id == work.actor.court,
        ImportBatch.state.in_((wanted.state,) if wanted.state else STATES),
    )
    return page_of(work, query, ImportBatch.id, wanted)


def read_import_batch(work: Work, import_id: str) -> ImportBatch:
    """One import of the court; raises NotFound, also for one that is still being written or failed."""
    work.actor.must(Action.READ)
    query = select(ImportBatch).where(
        ImportBatch.id == import_id,
        ImportBatch.court_id == work.actor.court,
        ImportBatch.state.in_(STATES),
    )
    return found(work.session.scalars(query).one_or_none())


def list_files(work: Work) -> tuple[JobFile, ...]:
    """The latest of this person's files that are not imports yet, newest first."""
    work.actor.must(Action.READ)
    query = select(ImportJob).where(
        ImportJob.court_id == work.actor.court,
        ImportJob.created_by == work.actor.user_id,
        ImportJob.state.in_(UNDER_WAY),
    )
    rows = work.session.scalars(query.order_by(ImportJob.id.desc()).limit(MOST_FILES))
    return tuple(JobFile(row, _name(work, row), (), None) for row in rows)


def read_file(work: Work, job_id: str) -> JobFile:
    """One uploaded file of the court with what its check found; raises NotFound."""
    work.actor.must(Action.READ)
    query = select(ImportJob).where(
        ImportJob.id == job_id, ImportJob.court_id == work.actor.court, ImportJob.state != "receiving"
    )
    job = found(work.session.scalars(query).one_or_none())
    refusals = read_refusals(work, job.errors_sealed, PURPOSE)
    may_see = job.preview_sealed is not None and work.actor.may(Action.READ_NAMES)
    preview = read_preview(work.vault.open(job.preview_sealed or b"", PURPOSE), refusals) if may_see else None
    return JobFile(job, _name(work, job), refusals, preview)


def file_of_import(work: Work, import_id: str) -> JobFile | None:
    """The uploaded file that became this import; None for one that came by another way, or long ago."""
    work.actor.must(Action.READ)
    query = select(ImportJob).where(ImportJob.import_id == import_id, ImportJob.court_id == work.actor.court)
    job = work.session.scalars(query).one_or_none()
    return JobFile(job, _name(work, job), (), None) if job is not None else None


def names_of(work: Work, *user_ids: str | None) -> dict[str | None, str]:
    """Who these people of the court are, for those who may see names."""
    work.actor.must(Action.READ)
    if not work.actor.may(Action.READ_NAMES):
        return {}
    query = select(User.id, User.name_sealed).where(
        User.id.in_([each for each in user_ids if each]), User.court_id == work.actor.court
    )
    return {row.id: work.vault.open(row.name_sealed, "person") for row in work.session.execute(query)}


def _name(work: Work, job: ImportJob) -> str:
    if job.file_name_sealed is None or not work.actor.may(Action.READ_NAMES):
        return ""
    return work.vault.open(job.file_name_sealed, PURPOSE)
