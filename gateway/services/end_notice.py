"""Ending a notice for good: silent from the very next call."""

from gateway.models import Notice, PhoneLine
from gateway.services.notice_life import Event, step
from gateway.services.permissions import Action
from gateway.services.work import Work, expect_version, require_reason


def end_notice(work: Work, notice_id: str, reason: str, seen_version: int | None = None) -> Notice:
    """End; ending what is ended changes nothing."""
    work.actor.must(Action.SILENCE)
    notice = work.find(Notice, notice_id)
    expect_version(notice, seen_version)
    finish(work, notice, "ended", work.remark(require_reason(reason)))
    return notice


def finish(work: Work, notice: Notice, because: str, remark: str | None = None) -> bool:
    """End a notice and leave word on its line of why it is quiet now; False where it was over before."""
    was_live = notice.state in {"approved", "suspended"}
    if not step(notice, Event.END):
        return False
    notice.ended_at = work.now
    notice.ended_because = because
    notice.remark_id = remark or notice.remark_id
    if was_live:
        line = work.session.get_one(PhoneLine, notice.line_id)
        line.quiet_because = "closed" if because == "closed" else "ended"
    work.changed("ended", notice, {"because": because}, remark)
    return True
