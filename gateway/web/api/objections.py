"""Objections and requests over the API: recorded, upheld, rejected."""

from gateway.services.decide_objection import reject_objection, uphold_objection
from gateway.services.list_objections import (
    ObjectionFile,
    list_objections,
    objection_file,
    read_objection,
)
from gateway.services.permissions import Action
from gateway.services.record_objection import NewObjection, record_objection
from gateway.services.work import Work
from gateway.web.api.pages import listed
from gateway.web.api.routes import Asked, act, create, listing, read
from gateway.web.api.shapes import (
    Day,
    Line,
    Listed,
    Moment,
    Nothing,
    Prose,
    Reason,
    Ref,
    Resource,
    Shape,
)


class RecordObjection(Shape):
    """An objection about a notice, or about a line where the notice is not known."""

    kind: Line
    reason: Prose
    notice: Ref | None = None
    line: Ref | None = None


class ObjectionShown(Resource):
    """An objection. `decide_by` is the last day of its legal clock; null while that cannot be computed."""

    kind: str
    notice: str | None
    line: str
    reason: str | None
    suspended: bool
    decide_by: Day | None
    decided_by: str | None
    decided_at: Moment | None
    recorded_by: str


def _list(work: Work, asked: Asked[Nothing]) -> Listed[ObjectionShown]:
    page = list_objections(work, asked.wanted)
    return listed(page, lambda each: _show(work, each), Listed[ObjectionShown])


def _read(work: Work, asked: Asked[Nothing]) -> ObjectionShown:
    return _show(work, read_objection(work, asked.id))


def _record(work: Work, asked: Asked[RecordObjection]) -> ObjectionShown:
    sent = asked.body
    objection = record_objection(work, NewObjection(sent.kind, sent.reason, sent.notice, sent.line))
    return _show(work, objection_file(work, objection))


def _uphold(work: Work, asked: Asked[Reason]) -> ObjectionShown:
    objection = uphold_objection(work, asked.id, asked.body.reason, asked.seen_version)
    return _show(work, objection_file(work, objection))


def _reject(work: Work, asked: Asked[Reason]) -> ObjectionShown:
    objection = reject_objection(work, asked.id, asked.body.reason, asked.seen_version)
    return _show(work, objection_file(work, objection))


def _show(work: Work, file: ObjectionFile) -> ObjectionShown:
    row = file.objection
    return ObjectionShown(
        id=row.id,
        state=row.state,
        version=row.version,
        created_at=row.created_at,
        kind=row.kind,
        notice=row.notice_id,
        line=row.line_id,
        reason=file.reason if work.actor.may(Action.READ_NAMES) else None,
        suspended=row.suspended,
        decide_by=row.decide_by,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        recorded_by=row.recorded_by,
    )


ROUTES = (
    create(
        "/objections",
        "Record an objection; by the court's policy it silences the notice",
        Action.OBJECT,
        _record,
        ObjectionShown,
        RecordObjection,
        silences=True,
    ),
    listing("/objections", "List objections", Action.READ, _list, Listed[ObjectionShown]),
    read("/objections/<id>", "Read an objection", Action.READ, _read, ObjectionShown),
    act(
        "/objections/<id>/uphold",
        "Uphold; the notice ends at once",
        Action.SILENCE,
        _uphold,
        ObjectionShown,
        Reason,
        silences=True,
    ),
    act(
        "/objections/<id>/reject",
        "Reject; a judge resumes the notice in a step of its own",
        Action.DECIDE_OBJECTION,
        _reject,
        ObjectionShown,
        Reason,
    ),
)
