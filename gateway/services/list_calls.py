"""Reading calls: what was decided for each, and what came of it."""

from sqlalchemy import Select, select

from gateway.models import Call, Notice
from gateway.services.list_rows import Page, Wanted, found, of_notices, one_of_states, only, page_of
from gateway.services.permissions import Action
from gateway.services.work import Work

STATES = ("under_way", "ended")


def list_calls(work: Work, wanted: Wanted) -> Page[Call]:
    """A page of the calls to the court's lines; of a case: those that met a notice of it."""
    work.actor.must(Action.READ)
    one_of_states(wanted.state, STATES)
    of_case = of_notices(work, wanted, Notice.id) if wanted.case is not None else None
    over = Call.ended_at.is_not(None)
    query = only(
        _query(work),
        (
            (over if wanted.state == "ended" else ~over) if wanted.state else None,
            Call.line_id == wanted.line if wanted.line is not None else None,
            Call.notice_id.in_(of_case) if of_case is not None else None,
        ),
    )
    return page_of(work, query, Call.id, wanted)


def read_call(work: Work, call_id: str) -> Call:
    """One call to a line of the court; raises NotFound."""
    work.actor.must(Action.READ)
    return found(work.session.scalars(_query(work).where(Call.id == call_id)).one_or_none())


def _query(work: Work) -> Select[Call]:
    return select(Call).where(Call.court_id == work.actor.court)
