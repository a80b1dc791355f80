"""Reading cases: each with its debtor and every decision made in it."""

from dataclasses import dataclass

from sqlalchemy import Select, select

from gateway.models import Debtor, Decision, EnforcementCase, Notice
from gateway.services.list_rows import (
    Page,
    Wanted,
    found,
    of_notices,
    one_of_states,
    only,
    page_of,
    published,
    texts_of,
)
from gateway.services.permissions import Action
from gateway.services.work import Work

STATES = ("open", "stayed", "closed")


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as it is read; `texts` are its reasons by the id of their row."""

    case: EnforcementCase
    debtor: Debtor
    decisions: tuple[Decision, ...]
    texts: dict[str, str]


def list_cases(work: Work, wanted: Wanted) -> Page[CaseFile]:
    """A page of the court's cases; of a line: those with a notice on it."""
    work.actor.must(Action.READ)
    one_of_states(wanted.state, STATES)
    own_case = EnforcementCase.id == wanted.case if wanted.case is not None else None
    of_line = of_notices(work, wanted, Notice.case_id) if wanted.line is not None else None
    query = only(
        _query(work),
        (
            EnforcementCase.state == wanted.state if wanted.state else None,
            own_case,
            EnforcementCase.id.in_(of_line) if of_line is not None else None,
        ),
    )
    page = page_of(work, query, EnforcementCase.id, wanted)
    return Page(_files(work, page.items), page.next)


def read_case(work: Work, case_id: str) -> CaseFile:
    """One case of the court; raises NotFound."""
    work.actor.must(Action.READ)
    case = work.session.scalars(_query(work).where(EnforcementCase.id == case_id)).one_or_none()
    return case_file(work, found(case))


def case_file(work: Work, case: EnforcementCase) -> CaseFile:
    """What belongs to a case that is at hand."""
    return _files(work, (case,))[0]


def _query(work: Work) -> Select[EnforcementCase]:
    return select(EnforcementCase).where(
        EnforcementCase.court_id == work.actor.court, published(EnforcementCase)
    )


def _files(work: Work, cases: tuple[EnforcementCase, ...]) -> tuple[CaseFile, ...]:
    debtors = work.session.scalars(select(Debtor).where(Debtor.id.in_({each.debtor_id for each in cases})))
    by_id = {debtor.id: debtor for debtor in debtors}
    ids = {each.id for each in cases}
    query = select(Decision).where(Decision.case_id.in_(ids)).order_by(Decision.made_on, Decision.id)
    decisions = work.session.scalars(query).all()
    remarks = [each.reasons_remark_id for each in decisions] + [each.closing_remark_id for each in cases]
    texts = texts_of(work, remarks)
    return tuple(
        CaseFile(
            case,
            by_id[case.debtor_id],
            tuple(each for each in decisions if each.case_id == case.id),
            texts,
        )
        for case in cases
    )
