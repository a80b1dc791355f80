"""Ending a notice for good: silent from the very next call."""

from collections.abc import Iterable

from gateway.models import Notice, PhoneLine
from gateway.services.notice_guards import GUARDS
from gateway.services.notice_life import Event, step
from gateway.services.work import Work, expect_version, require_reason


def end_notice(work: Work, notice_id: str, reason: str, seen_version: int | None = None) -> Notice:
    """End; ending what is ended changes nothing."""
    work.actor.must(GUARDS[Event.END].action)
    notice = work.find(Notice, notice_id)
    expect_version(notice, seen_version)
    finish(work, notice, "ended", work.remark(require_reason(reason)))
    return notice


def finish(work: Work, notice: Notice, because: str, remark: str | None = None) -> bool:
    """End a notice and leave word on its line of why it is quiet now; False where it was over before."""
    line = work.find(PhoneLine, notice.line_id) if _is_live(notice) else None
    if not step(notice, Event.END):
        return False
    notice.ended_at = work.now
    notice.ended_because = because
    notice.remark_id = remark or notice.remark_id
    if line is not None:
        line.quiet_because = "closed" if because == "closed" else "ended"
    work.changed("ended", notice, {"because": because}, remark)
    return True


def hold_lines(work: Work, notices: Iterable[Notice]) -> None:
    """Lock the lines of live notices that are to be ended, before anything is entered into the record."""
    for line_id in sorted({notice.line_id for notice in notices if _is_live(notice)}):
        work.find(PhoneLine, line_id)


def _is_live(notice: Notice) -> bool:
    return notice.state in {"approved", "suspended"}
