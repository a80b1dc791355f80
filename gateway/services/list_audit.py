"""Reading the court's own audit chain."""

from sqlalchemy import Select, select

from gateway.models import AuditEntry
from gateway.services.list_rows import Page, Wanted, found, one_of_states, only, page_of
from gateway.services.permissions import Action
from gateway.services.work import Work

STATES = ("recorded",)


def list_audit(work: Work, wanted: Wanted) -> Page[AuditEntry]:
    """A page of the chain, the last entry first; of a case or line: the entries about it."""
    work.actor.must(Action.READ_AUDIT)
    one_of_states(wanted.state, STATES)
    query = only(
        _query(work),
        (
            AuditEntry.subject_id == wanted.case if wanted.case is not None else None,
            AuditEntry.subject_id == wanted.line if wanted.line is not None else None,
        ),
    )
    return page_of(work, query, AuditEntry.sequence, wanted)


def read_audit_entry(work: Work, entry_id: str) -> AuditEntry:
    """One entry of the court's chain; raises NotFound."""
    work.actor.must(Action.READ_AUDIT)
    return found(work.session.scalars(_query(work).where(AuditEntry.id == entry_id)).one_or_none())


def _query(work: Work) -> Select[AuditEntry]:
    return select(AuditEntry).where(AuditEntry.chain == work.actor.court)
