"""What is recorded about one debtor, for him who asks what is held about him: no name and no number in it.

The same person or entity may stand in several cases; all that have the same identity at this court belong
to the extract. Calls are counted, never listed: they are other people's.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from gateway.models import (
    AuditEntry,
    Call,
    CreditHandoff,
    Debtor,
    Decision,
    EnforcementCase,
    Notice,
    Objection,
)
from gateway.services.list_rows import found
from gateway.services.permissions import Action
from gateway.services.work import Work

MOST, MOST_ENTRIES = 500, 20_000
"""Rows of one kind, and entries, of which an extract is made; where there are more, it says so."""


@dataclass(frozen=True, slots=True)
class HeldCase:
    """A case of the debtor, as far as it can be told without a name."""

    id: str
    case_number: str
    state: str
    created_at: datetime
    closed_at: datetime | None
    closing_ground: int | None
    formal_deletion: str | None
    formal_deletion_due_on: date | None
    formal_deletion_done_on: date | None


@dataclass(frozen=True, slots=True)
class HeldEntry:
    """An entry of the court's audit chain about him."""

    sequence: int
    at: datetime
    actor: str
    action: str
    kind: str
    subject: str


@dataclass(frozen=True, slots=True)
class Extract:
    """`subjects`: kind -> ids of what is held; `calls`: line -> how many calls are kept of it.

    `complete` is False where there was more than an extract holds.
    """

    debtors: tuple[str, ...]
    cases: tuple[HeldCase, ...]
    subjects: dict[str, tuple[str, ...]]
    calls: dict[str, int]
    entries: tuple[HeldEntry, ...]
    complete: bool


def extract_debtor(work: Work, case_id: str) -> Extract:
    """The extract of the debtor of a case; that it was made is recorded. Raises NotFound."""
    work.actor.must(Action.READ_AUDIT)
    court = work.actor.court
    case = found(
        work.session.scalars(
            select(EnforcementCase).where(EnforcementCase.id == case_id, EnforcementCase.court_id == court)
        ).one_or_none()
    )
    debtors = _same_debtor(work, case.debtor_id)
    of_debtor = select(EnforcementCase).where(
        EnforcementCase.court_id == court, EnforcementCase.debtor_id.in_(debtors)
    )
    cases = work.session.scalars(of_debtor.order_by(EnforcementCase.id).limit(MOST)).all()
    subjects = _subjects(work, [each.id for each in cases]) | {"debtor": debtors}
    work.changed("extracted", case)
    entries = _entries(work, [each for ids in subjects.values() for each in ids])
    cut = any(len(ids) == MOST for ids in subjects.values()) or len(entries) == MOST_ENTRIES
    return Extract(
        debtors,
        tuple(_held(each) for each in cases),
        subjects,
        {line: _calls(work, line) for line in subjects["line"]},
        entries,
        not cut,
    )


def _same_debtor(work: Work, debtor_id: str) -> tuple[str, ...]:
    """This debtor and every other of the court with the same identity, under any key that is still read."""
    debtor = work.session.get_one(Debtor, debtor_id)
    if debtor.identity_sealed is None:
        return (debtor_id,)
    identity = work.vault.open(debtor.identity_sealed, "person")
    hashes = work.vault.look_up_hashes(f"identity {identity}")
    query = select(Debtor.id).where(Debtor.court_id == work.actor.court, Debtor.identity_hash.in_(hashes))
    return tuple(sorted({debtor_id, *work.session.scalars(query.limit(MOST))}))


def _subjects(work: Work, cases: list[str]) -> dict[str, tuple[str, ...]]:
    """The ids of everything that hangs on these cases, by the name of its table."""
    notices = _ids(work, Notice.id, Notice.case_id.in_(cases))
    lines = _ids(work, Notice.line_id, Notice.case_id.in_(cases))
    return {
        "enforcement_case": tuple(cases),
        "decision": _ids(work, Decision.id, Decision.case_id.in_(cases)),
        "notice": notices,
        "line": lines,
        "objection": _ids(work, Objection.id, Objection.line_id.in_(lines)),
        "credit_handoff": _ids(work, CreditHandoff.id, CreditHandoff.case_id.in_(cases)),
    }


def _ids(work: Work, column: Any, condition: Any) -> tuple[str, ...]:
    query = select(column).where(condition).distinct().order_by(column).limit(MOST)
    return tuple(work.session.scalars(query))


def _calls(work: Work, line_id: str) -> int:
    return work.session.scalars(select(func.count()).where(Call.line_id == line_id)).one()


def _entries(work: Work, subjects: list[str]) -> tuple[HeldEntry, ...]:
    columns = (
        AuditEntry.sequence,
        AuditEntry.at,
        AuditEntry.actor,
        AuditEntry.action,
        AuditEntry.subject_kind,
        AuditEntry.subject_id,
    )
    query = (
        select(*columns)
        .where(AuditEntry.chain == work.actor.court, AuditEntry.subject_id.in_(subjects))
        .order_by(AuditEntry.sequence)
        .limit(MOST_ENTRIES)
    )
    return tuple(HeldEntry(*row) for row in work.session.execute(query))


def _held(case: EnforcementCase) -> HeldCase:
    return HeldCase(*(getattr(case, name) for name in HeldCase.__slots__))
