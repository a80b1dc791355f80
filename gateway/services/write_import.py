"""Writing an import's rows: columns are made before the lock is taken, and a chunk is one insert a table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table

from gateway.models import Base, Debtor, Decision, EnforcementCase, Notice, PhoneLine, Remark
from gateway.services.check_import import Checked, Rules
from gateway.services.draft_notice import NewNotice, notice_columns
from gateway.services.enrol_case import case_columns, debtor_columns, decision_columns
from gateway.services.enrol_line import line_columns
from gateway.services.work import Work

IN_ORDER: tuple[type[Base], ...] = (Debtor, EnforcementCase, Remark, Decision, PhoneLine, Notice)
"""Each table after those that it refers to."""

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows to be inserted, by table."""

    rows: dict[type[Base], list[Columns]] = field(default_factory=lambda: {model: [] for model in IN_ORDER})


@dataclass(frozen=True, slots=True)
class Known:
    """A case of this file that has its row already: several rows may be of one case."""

    case_id: str
    decision_id: str
    decision_complete: bool


def make_chunk(
    work: Work, rules: Rules, import_id: str, rows: Sequence[Checked], known: dict[str, Known]
) -> Chunk:
    """The rows of all tables; touches no table. `known` grows by the cases that are new."""
    chunk = Chunk()
    for row in rows:
        number = row.entry.case.case_number
        if number not in known:
            known[number] = _add_case(chunk, work, rules, import_id, row)
        _add_notice(chunk, work, rules, import_id, row, known[number])
    return chunk


def insert_chunk(work: Work, chunk: Chunk) -> None:
    """Insert them, in this transaction."""
    connection = work.session.connection()
    for model, rows in chunk.rows.items():
        table = model.__table__
        assert isinstance(table, Table)
        if rows:
            connection.execute(table.insert(), rows)


def _add_case(chunk: Chunk, work: Work, rules: Rules, import_id: str, row: Checked) -> Known:
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
        chunk.rows[model].append(columns)
    return Known(case["id"], decision["id"], decision["complete"])


def _add_notice(chunk: Chunk, work: Work, rules: Rules, import_id: str, row: Checked, of: Known) -> None:
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
    chunk.rows[PhoneLine].append({**line, "change_no": 0})
    chunk.rows[Notice].append({**notice, **submitted})
