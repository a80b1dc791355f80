"""Reviewing a notice: a judge confirms that it is still due, and until when."""

from datetime import date
from zoneinfo import ZoneInfo

from gateway.jurisdictions.dates import end_of
from gateway.jurisdictions.facts import NoticeDates
from gateway.models import EnforcementCase, Notice
from gateway.services.calendar import calendar_of
from gateway.services.enrol_case import profile_of
from gateway.services.notice_guards import GUARDS
from gateway.services.notice_life import Event, step
from gateway.services.read_decision import debtor_of, decisions_of
from gateway.services.read_numbers import Fields
from gateway.services.suspend_notice import silence_lapsed
from gateway.services.work import Work, expect_version, require_reason


def review_notice(
    work: Work, notice_id: str, review_on: date, reason: str, seen_version: int | None = None
) -> Notice:
    """Set the next review date. A notice that fell silent for a lapsed review still waits to be resumed."""
    work.actor.must(GUARDS[Event.REVIEW].action)
    notice = work.find(Notice, notice_id)
    expect_version(notice, seen_version)
    work.actor.must_differ_from(*GUARDS[Event.REVIEW].others(notice))
    if notice.state == "approved" and notice.review_until <= work.now:
        silence_lapsed(work, notice, "review")
    step(notice, Event.REVIEW)
    case = work.session.get_one(EnforcementCase, notice.case_id)
    fields = Fields()
    fields.refusals += profile_of(work).check_review(
        debtor_of(work, case),
        decisions_of(work, case),
        NoticeDates(notice.starts_on, notice.ends_on, review_on),
        work.today(),
        calendar_of(work),
    )
    fields.done()
    remark = work.remark(require_reason(reason))
    notice.review_on = review_on
    notice.review_until = end_of(review_on, ZoneInfo(work.court().zone))
    notice.remark_id = remark
    work.changed("reviewed", notice, {"review_on": review_on}, remark)
    return notice
