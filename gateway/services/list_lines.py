"""Reading lines: each with the name of its connection."""

from dataclasses import dataclass

from sqlalchemy import Select, select

from gateway.models import Connection, Notice, PhoneLine
from gateway.services.list_rows import (
    Page,
    Wanted,
    found,
    of_notices,
    one_of_states,
    only,
    page_of,
    published,
)
from gateway.services.permissions import Action
from gateway.services.work import Work

STATES = ("enrolled", "active", "released")


@dataclass(frozen=True, slots=True)
class LineFile:
    """A line as it is read, with the connection over which its calls come."""

    line: PhoneLine
    connection: Connection


def list_lines(work: Work, wanted: Wanted) -> Page[LineFile]:
    """A page of the court's lines; of a case: those with a notice of it."""
    work.actor.must(Action.READ)
    one_of_states(wanted.state, STATES)
    of_case = of_notices(work, wanted, Notice.line_id) if wanted.case is not None else None
    query = only(
        _query(work),
        (
            PhoneLine.state == wanted.state if wanted.state else None,
            PhoneLine.id == wanted.line if wanted.line is not None else None,
            PhoneLine.id.in_(of_case) if of_case is not None else None,
        ),
    )
    page = page_of(work, query, PhoneLine.id, wanted)
    return page.shown(lambda line: line_file(work, line))


def read_line(work: Work, line_id: str) -> LineFile:
    """One line of the court; raises NotFound."""
    work.actor.must(Action.READ)
    line = work.session.scalars(_query(work).where(PhoneLine.id == line_id)).one_or_none()
    return line_file(work, found(line))


def line_file(work: Work, line: PhoneLine) -> LineFile:
    """What belongs to a line that is at hand."""
    return LineFile(line, work.session.get_one(Connection, line.connection_id))


def _query(work: Work) -> Select[PhoneLine]:
    return select(PhoneLine).where(PhoneLine.court_id == work.actor.court, published(PhoneLine))
