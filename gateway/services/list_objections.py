"""Reading objections and requests."""

from dataclasses import dataclass

from sqlalchemy import Select, select

from gateway.models import Notice, Objection
from gateway.services.list_rows import Page, Wanted, found, of_notices, one_of_states, only, page_of, texts_of
from gateway.services.permissions import Action
from gateway.services.work import Work

STATES = ("open", "upheld", "rejected")


@dataclass(frozen=True, slots=True)
class ObjectionFile:
    """An objection as it is read, with what was said."""

    objection: Objection
    reason: str | None


def list_objections(work: Work, wanted: Wanted) -> Page[ObjectionFile]:
    """A page of the court's objections; of a case: those about a notice of it."""
    work.actor.must(Action.READ)
    one_of_states(wanted.state, STATES)
    of_case = of_notices(work, wanted, Notice.id) if wanted.case is not None else None
    query = only(
        _query(work),
        (
            Objection.state == wanted.state if wanted.state else None,
            Objection.line_id == wanted.line if wanted.line is not None else None,
            Objection.notice_id.in_(of_case) if of_case is not None else None,
        ),
    )
    page = page_of(work, query, Objection.id, wanted)
    return Page(_files(work, page.items), page.next)


def read_objection(work: Work, objection_id: str) -> ObjectionFile:
    """One objection of the court; raises NotFound."""
    work.actor.must(Action.READ)
    row = work.session.scalars(_query(work).where(Objection.id == objection_id)).one_or_none()
    return objection_file(work, found(row))


def objection_file(work: Work, objection: Objection) -> ObjectionFile:
    """What belongs to an objection that is at hand."""
    return _files(work, (objection,))[0]


def _query(work: Work) -> Select[Objection]:
    return select(Objection).where(Objection.court_id == work.actor.court)


def _files(work: Work, objections: tuple[Objection, ...]) -> tuple[ObjectionFile, ...]:
    texts = texts_of(work, [each.reason_remark_id for each in objections])
    return tuple(ObjectionFile(each, texts.get(each.reason_remark_id)) for each in objections)
