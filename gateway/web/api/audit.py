"""The court's audit chain over the API: read only."""

import json
from typing import Any

from gateway.models import AuditEntry
from gateway.services.list_audit import list_audit, read_audit_entry
from gateway.services.permissions import Action
from gateway.services.work import Work
from gateway.web.api.pages import listed
from gateway.web.api.routes import Asked, listing, read
from gateway.web.api.shapes import Listed, Moment, Nothing, Resource


class AuditEntryShown(Resource):
    """One entry: who did what to which thing. `details` holds digests, never values."""

    sequence: int
    at: Moment
    actor: str
    action: str
    subject_kind: str
    subject_id: str
    details: dict[str, Any]
    previous_hash: str
    hash: str


def _list(work: Work, asked: Asked[Nothing]) -> Listed[AuditEntryShown]:
    return listed(list_audit(work, asked.wanted), _show, Listed[AuditEntryShown])


def _read(work: Work, asked: Asked[Nothing]) -> AuditEntryShown:
    return _show(read_audit_entry(work, asked.id))


def _show(row: AuditEntry) -> AuditEntryShown:
    """An entry never changes, so it has one state and one version."""
    return AuditEntryShown(
        id=row.id,
        state="recorded",
        version=1,
        created_at=row.at,
        sequence=row.sequence,
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        details=json.loads(row.details),
        previous_hash=row.previous_hash,
        hash=row.hash,
    )


ROUTES = (
    listing("/audit", "List the audit chain", Action.READ_AUDIT, _list, Listed[AuditEntryShown]),
    read("/audit/<id>", "Read an audit entry", Action.READ_AUDIT, _read, AuditEntryShown),
)
