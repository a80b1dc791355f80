"""Recording an objection or a request: by the court's policy it silences the line's notice until decided."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from gateway.jurisdictions.clocks import ObjectionClock
from gateway.models import Notice, Objection, PhoneLine
from gateway.services.calendar import calendar_of
from gateway.services.enrol_case import profile_of
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.refusals import NotFound
from gateway.services.suspend_notice import live_notice, silence
from gateway.services.work import Work, require_reason

KINDS = ("correction", "removal", "wrong_person", "wrong_number")


@dataclass(frozen=True, slots=True)
class NewObjection:
    """What is recorded: about a notice, or about a line where the notice is not known."""

    kind: str
    reason: str
    notice: str | None = None
    line: str | None = None


def record_objection(work: Work, new: NewObjection) -> Objection:
    """Record, and suspend where the court's policy says so (it does by default); never refused by the law."""
    work.actor.must(Action.OBJECT)
    fields = Fields()
    if new.kind not in KINDS:
        fields.add(
            "kind", "objection-kind", f"Choose one of: {', '.join(KINDS)}.", f"请选择：{'、'.join(KINDS)}。"
        )
    if (new.notice is None) == (new.line is None):
        fields.add("notice", "notice-or-line", "Name a notice or a line.", "请指明提示音或线路其中之一。")
    fields.done()
    notice, line_id = _subject(work, new)
    reason = work.remark(require_reason(new.reason))
    suspends = work.court().objection_suspends or new.kind in {"wrong_person", "wrong_number"}
    suspended = bool(
        notice and notice.state == "approved" and suspends and silence(work, notice, "objection", reason)
    )
    objection = Objection(
        id=work.new_id(),
        court_id=work.actor.court,
        line_id=line_id,
        notice_id=notice.id if notice else None,
        kind=new.kind,
        reason_remark_id=reason,
        suspended=suspended,
        decide_by=_decide_by(work, new.kind),
        recorded_by=work.actor.user_id,
        created_at=work.now,
    )
    work.session.add(objection)
    work.session.flush()
    work.changed("objected", objection, {"kind": new.kind}, reason)
    return objection


def _subject(work: Work, new: NewObjection) -> tuple[Notice | None, str]:
    if new.notice is not None:
        notice = work.find(Notice, new.notice)
        return notice, notice.line_id
    own = select(PhoneLine.id).where(PhoneLine.id == new.line, PhoneLine.court_id == work.actor.court)
    line_id = work.session.scalars(own).one_or_none()
    if line_id is None:
        raise NotFound
    return live_notice(work, line_id), line_id


def _decide_by(work: Work, kind: str) -> date | None:
    """The last day of the legal clock; None while the calendar cannot tell, which is shown as a task."""
    return profile_of(work).clock_due(ObjectionClock(kind), work.today(), calendar_of(work)).due_on
