"""Writing an import's rows: a chunk is one insert a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from gateway.models import Base, Debtor, Decision, EnforcementCase, Notice, PhoneLine, Remark
from gateway.services.keyset import aside
from gateway.services.make_rows import Columns, Made
from gateway.services.one_of import one_of
from gateway.services.work import Work
from gateway.write_rows import insert_rows

IN_ORDER: tuple[type[Base], ...] = (Debtor, EnforcementCase, Remark, Decision, PhoneLine, Notice)
"""Each table after those that it refers to."""

Rows = dict[type[Base], list[Columns]]
"""Rows to be inserted, by table."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A case of this file that has its row already: several rows may be of one case."""

    case_id: str
    decision_id: str
    decision_complete: bool


def rows_of(work: Work, import_id: str, made: Sequence[Made]) -> Rows:
    """The rows of all tables, but for cases that rows before have brought in."""
    rows: Rows = {model: [] for model in IN_ORDER}
    known = _known(work, import_id, [each.case["case_number"] for each in made])
    for each in made:
        case, decision, number = each.case, each.decision, each.case["case_number"]
        if number not in known:
            known[number] = _Known(case["id"], decision["id"], decision["complete"])
            rows[Debtor].append(each.debtor)
            rows[EnforcementCase].append(case)
            rows[Remark].append(each.reasons)
            rows[Decision].append(decision)
        of = known[number]
        rows[PhoneLine].append(each.line)
        rows[Notice].append(
            {
                **each.notice,
                "case_id": of.case_id,
                "decision_id": of.decision_id,
                "decision_complete": of.decision_complete,
            }
        )
    return rows


def _known(work: Work, import_id: str, numbers: Sequence[str]) -> dict[str, _Known]:
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
    return {number: _Known(case_id, decision_id, complete) for number, case_id, decision_id, complete in rows}


def insert_all(work: Work, rows: Rows) -> None:
    """Insert them, in this transaction."""
    for model, columns in rows.items():
        insert_rows(work.session, model, columns)
