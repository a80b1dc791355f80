"""Waiting notices whose line or decision changed: what a judge saw of them is no longer what he signs."""

from collections.abc import Iterable

from sqlalchemy import select

from gateway.models import Notice
from gateway.services.work import Work


def waiting_on(work: Work, line_id: str) -> list[Notice]:
    """The line's notices that wait for approval, locked: to be called before the line itself is locked."""
    query = select(Notice).where(
        Notice.line_id == line_id, Notice.court_id == work.actor.court, Notice.state == "submitted"
    )
    locked = query.order_by(Notice.id).with_for_update(key_share=True)
    return list(work.session.scalars(locked.execution_options(populate_existing=True)))


def outdate(work: Work, notices: Iterable[Notice], because: str) -> None:
    """Count a change of each notice that waits, so that an approval of what was seen before is refused."""
    for notice in notices:
        if notice.state == "submitted":
            notice.version += 1
            work.changed("outdated", notice, {"because": because})
