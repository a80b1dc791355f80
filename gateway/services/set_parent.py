"""The hierarchy of courts: which court stands above another, as its reconsideration goes there."""

from sqlalchemy import select

from gateway.models import Court, Platform
from gateway.services.audit import Chain
from gateway.services.find_court import find_court
from gateway.services.permissions import Action
from gateway.services.refusals import refuse
from gateway.services.work import Work, expect_version


def set_parent(work: Work, court_id: str, parent_id: str | None, seen_version: int | None = None) -> Court:
    """Put a court below another, or at the top; never below itself."""
    work.actor.must(Action.FOUND_COURT)
    # One at a time: two changes at once could make a ring that neither of them sees.
    work.session.execute(select(Platform.id).with_for_update()).one()
    court = find_court(work, court_id)
    expect_version(court, seen_version)
    if parent_id is not None:
        _refuse_ring(work, court.id, parent_id)
    if court.parent_id != parent_id:
        court.parent_id = parent_id
        court.version += 1
        work.enter(Chain(court.id), "parent_changed", "court", court.id, {"parent": parent_id or ""})
    return court


def _refuse_ring(work: Work, court_id: str, parent_id: str) -> None:
    above: str | None = parent_id
    while above is not None:
        if above == court_id:
            raise refuse(
                "parent",
                "above-itself",
                "A court cannot stand above itself.",
                "法院不能成为自己的上级法院。",
            )
        court = work.session.get(Court, above)
        if court is None:
            raise refuse("parent", "unknown", "There is no such court.", "没有此法院。")
        above = court.parent_id
