"""Writing an import's rows: columns are made before the lock is taken, and a chunk is one insert a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from gateway.insert_rows import insert_rows
from gateway.models import Base, Debtor, Decision, EnforcementCase, Notice, PhoneLine, Remark
from gateway.services.check_import import Checked, Rules
from gateway.services.draft_notice import NewNotice, notice_columns
from gateway.services.enrol_case import case_columns, debtor_columns, decision_columns
from gateway.services.enrol_line import line_columns
from gateway.services.keyset import aside
from gateway.services.one_of import one_of
from gateway.services.work import Work

IN_ORDER: tuple[type[Base], ...] = (Debtor, EnforcementCase, Remark, Decision, PhoneLine, Notice)
"""Each table after those that it refers to."""

Columns = dict[str, Any]
Rows = dict[type[Base], list[Columns]]
"""Rows to be inserted, by table."""


@dataclass(frozen=True, slots=True)
class Known:
    """A case of this file that has its row already: several rows may be of one case."""

    case_id: str
    decision_id: str
    decision_complete: bool


def make_rows(work: Work, rules: Rules, import_id: str, checked: Sequence[Checked]) -> Rows:
    """The rows of all tables, but for cases that rows before have brought in."""
    rows: Rows = {model: [] for model in IN_ORDER}
    known = _known(work, import_id, [row.entry.case.case_number for row in checked])
    for row in checked:
        number = row.entry.case.case_number
        if number not in known:
            known[number] = _add_case(rows, work, rules, import_id, row)
        _add_notice(rows, work, rules, import_id, row, known[number])
    return rows


def _known(work: Work, import_id: str, numbers: Sequence[str]) -> dict[str, Known]:
    """Which of these cases are there already: the database knows, however many the file has."""
    query = (
        select(EnforcementCase.case_number, EnforcementCase.id, Decision.id, Decision.complete)
        .join(Decision, Decision.case_id == EnforcementCase.id)
        .where(
            EnforcementCase.court_id == work.actor.court,
            one_of(EnforcementCase.case_number, numbers),
            aside(EnforcementCase.import_id) == import_id,
        )
    )
    rows = work.session.execute(query)
    return {number: Known(case_id, decision_id, complete) for number, case_id, decision_id, complete in rows}


def insert_all(work: Work, rows: Rows) -> None:
    """Insert them, in this transaction."""
    for model, columns in rows.items():
        insert_rows(work.session, model, columns)


def _add_case(rows: Rows, work: Work, rules: Rules, import_id: str, row: Checked) -> Known:
    new = row.entry.case
    debtor = debtor_columns(work, new.debtor, rules.profile)
    case = case_columns(work, new, debtor["id"], import_id)
    reasons = work.remark_columns(new.decision.reasons or "")
    decision = decision_columns(
        work, new.decision, case["id"], debtor["id"], debtor["of_age_on"], reasons["id"]
    )
    for model, columns in (
        (Debtor, debtor),
        (EnforcementCase, case),
        (Remark, reasons),
        (Decision, decision),
    ):
        rows[model].append(columns)
    return Known(case["id"], decision["id"], decision["complete"])


def _add_notice(rows: Rows, work: Work, rules: Rules, import_id: str, row: Checked, of: Known) -> None:
    """The line, with no change number as nobody is to follow it yet, and the notice as submitted."""
    entry = row.entry
    line = line_columns(work, entry.line, row.connection_id, row.numbers, rules.zone.key, import_id)
    dates = entry.dates
    term = rules.profile.listing_term((entry.case.decision,))
    ends_on = dates.ends_on if dates.ends_on or dates.review_on else term.last_day
    new = NewNotice(of.case_id, line["id"], row.recordings, ends_on=ends_on, review_on=dates.review_on)
    notice = notice_columns(work, new, of.decision_id, of.decision_complete, import_id)
    submitted = {
        "state": "submitted",
        "submitted_by": work.actor.user_id,
        "starts_at": row.span.starts_at,
        "ends_at": row.span.ends_at,
        "review_until": row.span.review_until,
    }
    rows[PhoneLine].append({**line, "change_no": 0})
    rows[Notice].append({**notice, **submitted})
