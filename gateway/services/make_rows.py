"""Making what a row of an import becomes: columns of six tables, before any database is asked."""

from typing import Any, NamedTuple

from gateway.services.check_import import Checked, Rules
from gateway.services.draft_notice import NewNotice, notice_columns
from gateway.services.enrol_case import case_columns, debtor_columns, decision_columns
from gateway.services.enrol_line import line_columns
from gateway.services.work import Making

Columns = dict[str, Any]


class Made(NamedTuple):
    """The rows of one line of a file: a case with its debtor, its decision and the decision's reasons, the
    line with no change number as nobody is to follow it yet, and the notice as submitted."""

    debtor: Columns
    case: Columns
    reasons: Columns
    decision: Columns
    line: Columns
    notice: Columns


def make_row(making: Making, rules: Rules, import_id: str, row: Checked) -> Made:
    new = row.entry.case
    debtor = debtor_columns(making, new.debtor, rules.profile)
    case = case_columns(making, new, debtor["id"], import_id)
    reasons = making.remark_columns(new.decision.reasons or "")
    decision = decision_columns(
        making, new.decision, case["id"], debtor["id"], debtor["of_age_on"], reasons["id"]
    )
    line = line_columns(making, row.entry.line, row.connection_id, row.numbers, rules.zone.key, import_id)
    notice = _notice(making, rules, import_id, row, case["id"], line["id"], decision)
    return Made(debtor, case, reasons, decision, {**line, "change_no": 0}, notice)


def _notice(
    making: Making,
    rules: Rules,
    import_id: str,
    row: Checked,
    case_id: str,
    line_id: str,
    decision: Columns,
) -> Columns:
    dates = row.entry.dates
    term = rules.profile.listing_term((row.entry.case.decision,))
    ends_on = dates.ends_on if dates.ends_on or dates.review_on else term.last_day
    new = NewNotice(case_id, line_id, row.recordings, ends_on=ends_on, review_on=dates.review_on)
    return {
        **notice_columns(making, new, decision["id"], decision["complete"], import_id),
        "state": "submitted",
        "submitted_by": making.actor.user_id,
        "starts_at": row.span.starts_at,
        "ends_at": row.span.ends_at,
        "review_until": row.span.review_until,
    }
