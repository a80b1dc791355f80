"""Writing an import's rows: a chunk is one insert a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from gateway.models import Base, Debtor, Decision, EnforcementCase, Notice, PhoneLine, Remark
from gateway.models.base import table_of
from gateway.services.keyset import aside
from gateway.services.make_rows import Columns, Made
from gateway.services.one_of import ids_named, one_of
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
    given = {"numbers": numbers, "court": work.actor.court, "import": import_id}
    rows = work.session.connection().execute(_KNOWN, given)
    return {number: _Known(case_id, decision_id, complete) for number, case_id, decision_id, complete in rows}


_CASE, _DECISION = table_of(EnforcementCase), table_of(Decision)
_KNOWN = (
    select(_CASE.c.case_number, _CASE.c.id, _DECISION.c.id, _DECISION.c.complete)
    .join(_DECISION, _DECISION.c.case_id == _CASE.c.id)
    .where(
        _CASE.c.court_id == bindparam("court"),
        one_of(_CASE.c.case_number, ids_named("numbers")),
        aside(EnforcementCase.import_id) == bindparam("import"),
    )
)


def insert_all(work: Work, rows: Rows) -> None:
    """Insert them, in this transaction."""
    for model, columns in rows.items():
        insert_rows(work.session, model, columns)
