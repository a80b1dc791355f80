"""Finding what is enrolled already, before a clerk types it all; nothing of the search is kept."""

from dataclasses import dataclass

from sqlalchemy import or_, select

from gateway.models import HELD, EnforcementCase, Notice, PhoneLine
from gateway.services.enrol_line import add_taken
from gateway.services.list_rows import published
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.work import Work
from gateway.sight import seeing_every_court


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The court's own case or line of that number, with the notice that is not over yet, if there is one."""

    id: str
    state: str
    notice: str | None


def find_case(work: Work, case_number: str) -> Duplicate | None:
    """The court's own case of this number; whether another court has one of the same is not its business."""
    work.actor.must(Action.ENROL)
    query = select(EnforcementCase.id, EnforcementCase.state).where(
        EnforcementCase.court_id == work.actor.court,
        EnforcementCase.case_number == case_number.strip(),
        published(EnforcementCase),
    )
    row = work.session.execute(query).one_or_none()
    if row is None:
        return None
    return Duplicate(row.id, row.state, _notice_of(work, case=row.id))


def find_line(work: Work, number: str) -> Duplicate | None:
    """The court's own line that callers reach by this number; None where it is free.

    Raises NotValid where it is no number, and, in the same words whoever holds it, where it cannot be
    enrolled here.
    """
    work.actor.must(Action.ENROL)
    fields = Fields()
    plain = fields.number("public_number", number, work.court().country)
    fields.done()
    hashes = work.vault.look_up_hashes(plain)
    held = select(PhoneLine.id).where(
        HELD,
        or_(
            PhoneLine.public_hash.in_(hashes),
            PhoneLine.gateway_hash.in_(hashes),
            PhoneLine.deliver_hash.in_(hashes),
        ),
    )
    with seeing_every_court(work.session):
        ids = work.session.scalars(held).all()
    own = select(PhoneLine.id, PhoneLine.state).where(
        PhoneLine.id.in_(ids),
        PhoneLine.court_id == work.actor.court,
        or_(PhoneLine.public_hash.in_(hashes), PhoneLine.gateway_hash.in_(hashes)),
        published(PhoneLine),
    )
    row = work.session.execute(own.limit(1)).one_or_none()
    if row is not None:
        return Duplicate(row.id, row.state, _notice_of(work, line=row.id))
    if ids:
        add_taken(fields, "public_number")
        fields.done()
    return None


def _notice_of(work: Work, case: str | None = None, line: str | None = None) -> str | None:
    query = select(Notice.id).where(
        Notice.court_id == work.actor.court,
        Notice.state.in_(("draft", "submitted", "rejected", "approved", "suspended")),
        Notice.case_id == case if case is not None else Notice.line_id == line,
        published(Notice),
    )
    return work.session.scalars(query.order_by(Notice.id.desc()).limit(1)).one_or_none()
