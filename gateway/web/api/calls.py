"""Calls over the API: read only, and never who called."""

from typing import Literal

from gateway.models import Call
from gateway.services.list_calls import list_calls, read_call
from gateway.services.permissions import Action
from gateway.services.work import Work
from gateway.web.api.pages import listed
from gateway.web.api.routes import Asked, listing, read
from gateway.web.api.shapes import Listed, Moment, Nothing, Resource


class CallShown(Resource):
    """A call. `heard_seconds` is null where there is no evidence of how much was heard."""

    carrier_call_id: str
    line: str | None
    notice: str | None
    decision: Literal["played", "silent"]
    why: str
    heard_seconds: float | None
    outcome: Literal["connected", "busy", "no_answer", "failed", "canceled", "unknown"]
    received_at: Moment
    ended_at: Moment | None


def _list(work: Work, asked: Asked[Nothing]) -> Listed[CallShown]:
    return listed(list_calls(work, asked.wanted), _show, Listed[CallShown])


def _read(work: Work, asked: Asked[Nothing]) -> CallShown:
    return _show(read_call(work, asked.id))


def _show(row: Call) -> CallShown:
    return CallShown.model_validate(
        {
            "id": row.id,
            "state": "ended" if row.ended_at else "under_way",
            "version": _version(row),
            "created_at": row.received_at,
            "carrier_call_id": row.carrier_call_id,
            "line": row.line_id,
            "notice": row.notice_id,
            "decision": row.decision,
            "why": row.why,
            "heard_seconds": row.heard_ms / 1000 if row.heard_ms is not None else None,
            "outcome": row.outcome,
            "received_at": row.received_at,
            "ended_at": row.ended_at,
        }
    )


def _version(row: Call) -> int:
    """A call changes only by what becomes known of it: how much that is counts its changes."""
    return 1 + (row.outcome != "unknown") + (row.heard_ms is not None) + (row.ended_at is not None)


ROUTES = (
    listing("/calls", "List calls", Action.READ, _list, Listed[CallShown]),
    read("/calls/<id>", "Read a call", Action.READ, _read, CallShown),
)
