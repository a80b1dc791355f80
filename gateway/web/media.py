"""Recordings over HTTP: approved sound byte for byte, or approved silence; never a missing file."""

import re

import structlog
from flask import Blueprint, Response, abort, request
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from gateway.database import reading
from gateway.deadline import Ticket, TooLate
from gateway.models import Recording
from gateway.runtime import Runtime
from gateway.web.requests import runtime
from prompts.store import SILENCE, RecordingDamaged, RecordingMissing

blueprint = Blueprint("media", __name__)
_log = structlog.get_logger()
_NAME = re.compile(r"[0-9a-f]{64}")


@blueprint.get("/recordings/<sha256>.wav")
def recording(sha256: str) -> Response:
    """The recording with this hash, to be cached for ever; silence in its place once it was withdrawn.

    A recording that was never approved does not exist here. Where the database does not answer, or the
    stored bytes are not what was approved, it is silence, which no cache may keep.
    """
    if not _NAME.fullmatch(sha256):
        abort(404)
    here = runtime()
    state = _state(here, sha256)
    if state == "unknown":
        abort(404)
    if state != "approved":
        return _silence()
    try:
        sound = here.recordings.read(sha256)
    except (RecordingMissing, RecordingDamaged, OSError) as fault:
        _log.error("recording not served", fault=type(fault).__name__)
        return _silence()
    response = Response(sound, content_type="audio/wav")
    response.set_etag(sha256)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.make_conditional(request, accept_ranges=True, complete_length=len(sound))
    return response


def _state(here: Runtime, sha256: str) -> str:
    """ "approved" where any court has it approved now; "withdrawn" where one had; else "unknown"."""

    def ask(_ticket: Ticket) -> set[str]:
        query = select(Recording.state).where(Recording.sha256 == sha256, Recording.approved_at.is_not(None))
        with reading(here.calls) as session:
            return set(session.scalars(query))

    try:
        states = here.deadline.run(ask, here.deadline.until())
    except (SQLAlchemyError, TooLate) as fault:
        _log.error("silence served without the database", fault=type(fault).__name__)
        return "trouble"
    if not states:
        return "unknown"
    return "approved" if "approved" in states else "withdrawn"


def _silence() -> Response:
    return Response(SILENCE, content_type="audio/wav", headers={"Cache-Control": "no-store"})
