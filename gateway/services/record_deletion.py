"""Recording that the formal record of a closed case was deleted: the end of its legal clock."""

from datetime import date
from zoneinfo import ZoneInfo

from gateway.models import EnforcementCase
from gateway.services.permissions import Action
from gateway.services.refusals import WrongState, refuse
from gateway.services.work import Work, expect_version, require_reason


def record_deletion(
    work: Work, case_id: str, done_on: date, reason: str, seen_version: int | None = None
) -> EnforcementCase:
    """Keep the day on which it was deleted, with what proves it. The gateway deletes nothing by this."""
    work.actor.must(Action.SILENCE)
    case = work.find(EnforcementCase, case_id)
    expect_version(case, seen_version)
    if case.formal_deletion == "done":
        return case
    if case.state != "closed" or case.closed_at is None:
        raise WrongState("not-closed", "The case is not closed.", "该案件尚未结案。")
    closed_on = case.closed_at.astimezone(ZoneInfo(work.court().zone)).date()
    if not closed_on <= done_on <= work.today():
        raise refuse(
            "done_on",
            "deleted-on",
            "Enter a day from the day of closing until today.",
            "请填写自结案之日起至今日的日期。",
        )
    remark = work.remark(require_reason(reason))
    case.formal_deletion, case.formal_deletion_done_on = "done", done_on
    case.version += 1
    work.changed("deletion_recorded", case, {"done_on": done_on}, remark)
    return case
