"""Reading imports: only what was published whole."""

from sqlalchemy import select

from gateway.models import ImportBatch
from gateway.services.list_rows import found
from gateway.services.permissions import Action
from gateway.services.work import Work


def read_import_batch(work: Work, import_id: str) -> ImportBatch:
    """One import of the court; raises NotFound, also for one that is still being written or failed."""
    work.actor.must(Action.READ)
    query = select(ImportBatch).where(
        ImportBatch.id == import_id,
        ImportBatch.court_id == work.actor.court,
        ImportBatch.state.in_(("submitted", "approved")),
    )
    return found(work.session.scalars(query).one_or_none())
