"""Reading the protected callers: numbers masked; seeing one whole is entered in the record."""

from dataclasses import dataclass

from sqlalchemy import or_, select

from gateway.models import ProtectedCaller
from gateway.services.audit import chain_of
from gateway.services.list_rows import Page, Wanted, only, page_of
from gateway.services.permissions import Action
from gateway.services.refusals import NotFound
from gateway.services.work import Work
from ivr.numbers import mask


@dataclass(frozen=True, slots=True)
class ProtectedShown:
    """A protected caller as listed. What holds on the whole platform a court sees by its label only."""

    row: ProtectedCaller
    masked: str
    own: bool


def list_protected(work: Work, wanted: Wanted) -> Page[ProtectedShown]:
    """A page of those whom the actor's court protects, and of those protected everywhere."""
    work.actor.must(Action.PROTECT)
    query = select(ProtectedCaller).where(
        or_(
            ProtectedCaller.court_id.is_(None),
            ProtectedCaller.court_id.is_not_distinct_from(work.actor.court_id),
        )
    )
    of_line = ProtectedCaller.line_id == wanted.line if wanted.line is not None else None
    page = page_of(work, only(query, (of_line,)), ProtectedCaller.id, wanted)
    return page.shown(lambda row: _shown(work, row))


def unmask_protected(work: Work, row_id: str) -> str:
    """The whole number, for those who may take it off the list; who looked at which is entered."""
    work.actor.must(Action.PROTECT)
    row = own_protected(work, row_id)
    work.enter(chain_of(row.court_id), "unmasked", "protected_caller", row.id)
    return work.vault.open(row.number_sealed, "number")


def read_protected(work: Work, row_id: str) -> ProtectedShown:
    """One of those whom the actor may take off the list, masked; raises NotFound."""
    work.actor.must(Action.PROTECT)
    return _shown(work, own_protected(work, row_id))


def own_protected(work: Work, row_id: str) -> ProtectedCaller:
    """The row, for the operator of the platform or that court's people; NotFound for everybody else."""
    row = work.session.get(ProtectedCaller, row_id)
    if row is None or row.court_id != work.actor.court_id:
        raise NotFound
    return row


def _shown(work: Work, row: ProtectedCaller) -> ProtectedShown:
    own = row.court_id == work.actor.court_id
    return ProtectedShown(row, mask(work.vault.open(row.number_sealed, "number")) if own else "…", own)
