"""Suspending a notice: silent from the very next call; anybody who works on cases may."""

from sqlalchemy import select

from gateway.models import Notice
from gateway.services.notice_guards import GUARDS
from gateway.services.notice_life import Event, step
from gateway.services.work import Work, expect_version, require_reason


def suspend_notice(work: Work, notice_id: str, reason: str, seen_version: int | None = None) -> Notice:
    """Suspend; suspending what is suspended changes nothing. Raises NotFound, WrongState, StaleVersion."""
    work.actor.must(GUARDS[Event.SUSPEND].action)
    notice = work.find(Notice, notice_id)
    expect_version(notice, seen_version)
    silence(work, notice, "person", work.remark(require_reason(reason)))
    return notice


def live_notice(work: Work, line_id: str) -> Notice | None:
    """The line's notice that is approved or suspended, locked for change."""
    live = select(Notice.id).where(Notice.line_id == line_id, Notice.state.in_(("approved", "suspended")))
    notice_id = work.session.scalars(live).one_or_none()
    return work.find(Notice, notice_id) if notice_id else None


def silence(work: Work, notice: Notice, because: str, remark: str | None = None) -> bool:
    """Take an approved notice off the air; False where it was suspended before."""
    return _suspend(work, notice, because, work.actor.person, remark)


def silence_lapsed(work: Work, notice: Notice, because: str) -> None:
    """The same for what ran out before anybody acted: time suspended it, and any judge may resume it."""
    _suspend(work, notice, because, None, None)


def _suspend(work: Work, notice: Notice, because: str, by: str | None, remark: str | None) -> bool:
    if not step(notice, Event.SUSPEND):
        return False
    notice.suspended_by = by
    notice.suspended_because = because
    notice.remark_id = remark
    work.changed("suspended", notice, {"because": because}, remark)
    return True
