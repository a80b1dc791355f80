"""Exporting a court's enrolled rows: in the import's columns, so that an empty court takes them unchanged.

One row for each notice that is not over, of a case that is not closed, with the case's initial decision; in
the order of case numbers, then of public numbers. Free texts that a spreadsheet would compute get an
apostrophe before them, which the import takes off again; telephone numbers stay exact, as a plus sign and
digits compute nothing. What the columns have no place for (declarations, extensions, representatives of
entities, hours, caps) is not in the file.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select

from gateway.models import (
    Connection,
    Debtor,
    Decision,
    EnforcementCase,
    Notice,
    PhoneLine,
    Prompt,
    Recording,
    Remark,
)
from gateway.services.audit import Chain
from gateway.services.list_rows import published
from gateway.services.permissions import Action
from gateway.services.read_csv import disarm
from gateway.services.read_import import COLUMNS, TEXTS
from gateway.services.transactions import Transactions
from gateway.services.work import Work

AT_ONCE = 200
STATES = ("draft", "submitted", "approved", "suspended")


@dataclass(frozen=True, slots=True)
class _Enrolled:
    """One notice with all that a row tells of it."""

    case: EnforcementCase
    debtor: Debtor
    decision: Decision
    remark: Remark
    line: PhoneLine
    connection: Connection
    notice: Notice


def export_notices(
    transactions: Transactions,
    write: Callable[[str], object],
    advance: Callable[[int], None] = lambda _rows: None,
) -> int:
    """Write header and rows as CSV text, ended by CR LF; returns how many rows. Who exports is recorded."""
    chunks, rows = export_rows(transactions), 0
    write(as_csv([COLUMNS]))
    for chunk in chunks:
        write(as_csv(chunk))
        rows += len(chunk)
        advance(len(chunk))
    return rows


def export_rows(transactions: Transactions) -> Iterator[list[list[str]]]:
    """The rows without their heading, some at a time. Who exports is asked, and recorded, at once."""
    transactions.actor.must(Action.READ_NAMES)
    with transactions.writing() as work:
        work.enter(Chain(work.actor.court), "exported", "court", work.actor.court)
        names = _names(work)
    return _chunks(transactions, names)


def count_exported(work: Work) -> int:
    """How many rows an export has now."""
    work.actor.must(Action.READ_NAMES)
    query = (
        select(func.count())
        .select_from(Notice)
        .join(EnforcementCase, EnforcementCase.id == Notice.case_id)
        .where(
            Notice.court_id == work.actor.court,
            Notice.state.in_(STATES),
            EnforcementCase.state != "closed",
            published(Notice),
        )
    )
    return work.session.scalars(query).one()


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV text, each ended by CR LF."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _chunks(transactions: Transactions, names: dict[str, str]) -> Iterator[list[list[str]]]:
    after = ""
    while True:
        with transactions.reading() as work:
            numbers = _next_numbers(work, after)
            lines = sorted(
                (_cells(work, each, names) for each in _enrolled(work, numbers)), key=_order(numbers)
            )
        if not numbers:
            return
        yield [[line[name] for name in COLUMNS] for line in lines]
        after = numbers[-1]


def _order(numbers: Sequence[str]) -> Callable[[dict[str, str]], tuple[int, str]]:
    place = {disarm(number): index for index, number in enumerate(numbers)}
    return lambda line: (place[line["case_number"]], line["public_number"])


def _next_numbers(work: Work, after: str) -> list[str]:
    query = select(EnforcementCase.case_number).where(
        EnforcementCase.court_id == work.actor.court,
        EnforcementCase.state != "closed",
        EnforcementCase.case_number > after,
        published(EnforcementCase),
    )
    return list(work.session.scalars(query.order_by(EnforcementCase.case_number).limit(AT_ONCE)))


def _enrolled(work: Work, numbers: Sequence[str]) -> list[_Enrolled]:
    query = (
        _joined()
        .where(
            EnforcementCase.court_id == work.actor.court,
            EnforcementCase.case_number.in_(numbers),
            Notice.state.in_(STATES),
            published(Notice),
        )
        .order_by(EnforcementCase.case_number, Notice.id)
    )
    return [_Enrolled(*row) for row in work.session.execute(query)]


def _joined() -> Select[EnforcementCase, Debtor, Decision, Remark, PhoneLine, Connection, Notice]:
    return (
        select(EnforcementCase, Debtor, Decision, Remark, PhoneLine, Connection, Notice)
        .join(Notice, Notice.case_id == EnforcementCase.id)
        .join(Debtor, Debtor.id == EnforcementCase.debtor_id)
        .join(Decision, (Decision.case_id == EnforcementCase.id) & (Decision.kind == "initial"))
        .join(Remark, Remark.id == Decision.reasons_remark_id)
        .join(PhoneLine, PhoneLine.id == Notice.line_id)
        .join(Connection, Connection.id == PhoneLine.connection_id)
    )


def _names(work: Work) -> dict[str, str]:
    """How a row names each recording: by its prompt, with the language where the name has several."""
    query = (
        select(Recording.id, Prompt.name, Prompt.language)
        .join(Prompt, Prompt.id == Recording.prompt_id)
        .where(Prompt.court_id == work.actor.court)
    )
    found = list(work.session.execute(query))
    languages: dict[str, set[str]] = {}
    for _, name, language in found:
        languages.setdefault(name, set()).add(language)
    return {
        recording_id: name if len(languages[name]) == 1 else f"{name} ({language})"
        for recording_id, name, language in found
    }


def _cells(work: Work, row: _Enrolled, names: dict[str, str]) -> dict[str, str]:
    cells = _of_case(work, row) | _of_decision(work, row) | _of_line(work, row)
    played = [row.notice.recording_id, row.notice.second_recording_id]
    cells["prompt"] = ";".join(names[each] for each in played if each)
    cells["ends_on"], cells["review_on"] = _day(row.notice.ends_on), _day(row.notice.review_on)
    return {name: disarm(cell) if name in TEXTS else cell for name, cell in cells.items()}


def _of_case(work: Work, row: _Enrolled) -> dict[str, str]:
    owed = row.case.obligation_sealed
    amount, _, currency = (work.vault.open(owed, "obligation") if owed else "").partition(" ")
    return {
        "case_number": row.case.case_number,
        "debtor_kind": row.debtor.kind,
        "debtor_name": _opened(work, row.debtor.name_sealed),
        "identity_number": _opened(work, row.debtor.identity_sealed),
        "birth_date": _day(row.debtor.birth_date),
        "amount": amount,
        "currency": currency,
    }


def _of_decision(work: Work, row: _Enrolled) -> dict[str, str]:
    decision, reasons = row.decision, row.remark.text_sealed
    return {
        "decision_number": decision.number,
        "grounds": decision.grounds.replace(",", ";"),
        "reasons": work.vault.open(reasons, "remark").strip() if reasons else "",
        "term_months": str(decision.term_months or ""),
        "signed_by": _opened(work, decision.signed_by_sealed),
        "made_on": _day(decision.made_on),
        "served_on": _day(decision.served_on),
        "service_method": decision.service_method or "",
        "grace_until": _day(decision.grace_until),
        "warned_on": _day(decision.warned_on),
        "publication_ref": decision.publication_ref or "",
    }


def _of_line(work: Work, row: _Enrolled) -> dict[str, str]:
    line = row.line
    return {
        "public_number": work.vault.open(line.public_sealed, "number"),
        "gateway_number": work.vault.open(line.gateway_sealed, "number"),
        "deliver_to": work.vault.open(line.deliver_sealed, "number"),
        "connection": row.connection.slug,
        "attestation_source": line.attestation_source,
        "attestation_reference": line.attestation_reference,
        "attested_on": _day(line.attested_on),
    }


def _opened(work: Work, sealed: bytes | None) -> str:
    return work.vault.open(sealed, "person") if sealed else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
