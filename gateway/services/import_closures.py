"""Importing closures: the court's nightly list of cases that are over, each closed as by a person.

What a closing does is to silence, so this file is not all or nothing: every row that names an open case of
the court in the right shape closes it, whatever stands in other rows, and the others are reported. A debtor
who has paid must not be heard about because of somebody else's typing error. What cannot be read as this
file at all (another header, not UTF-8) closes nothing. A row without a usable ground or reason is a mistake
that a person must mend; a case that the gateway does not know is reported too, for its number may be
mistyped. A case that is closed already is in order.

The platform notes when the last file came whose rows could all be read: where the feed dries up, somebody is
told.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, NamedTuple

from sqlalchemy import or_, select, update

from gateway.models import EnforcementCase, ImportBatch, Platform
from gateway.services.audit import Chain
from gateway.services.close_cases import Closing, close_cases, prepare_closings
from gateway.services.keep_pace import LONG, Pace
from gateway.services.one_of import one_of
from gateway.services.permissions import Action
from gateway.services.read_csv import CsvReading, Layout, RowErrors, RowRefusal
from gateway.services.transactions import Transactions
from gateway.services.work import Work

COLUMNS = ("case_number", "removal_ground", "reason")
LAYOUT = Layout(COLUMNS, frozenset({"case_number", "reason"}))
FIRST, AT_ONCE = 5, 1000
"""Cases closed by the first transaction, and rows whose cases are looked up and prepared at once."""


@dataclass(frozen=True, slots=True)
class Closed:
    """What a file did: its rows, the cases closed by it, those closed before, and the refused rows."""

    rows: int
    closed: int
    closed_before: int
    refused: tuple[RowRefusal, ...]
    refused_in_all: int


class _Closure(NamedTuple):
    line: int
    case_number: str
    ground: int
    reason: str


def import_closures(
    transactions: Transactions,
    file: BinaryIO,
    *,
    dry_run: bool = False,
    advance: Callable[[int], None] = lambda _rows: None,
    entered: Callable[[Work, ImportBatch], None] = lambda _work, _batch: None,
) -> Closed:
    """Close every case that the file names; a dry run writes nothing and tells the same.

    `entered` is told of the import in the very transaction that enters it into the record. Raises RowsRefused
    where the file as a whole cannot be read.
    """
    transactions.actor.must(Action.SILENCE)
    unreadable, unknown = RowErrors(), RowErrors()
    reading = CsvReading(file, LAYOUT, unreadable)
    closures = _closures(reading, unreadable)
    pace, done, before = Pace(transactions, LONG, FIRST), 0, 0
    while portion := list(islice(closures, AT_ONCE)):
        with transactions.reading() as work:
            cases = _find(work, portion)
            ready = prepare_closings(work, _closings(portion, cases, unknown))
        closed = len(ready) if dry_run else 0
        advance(len(portion) if dry_run else len(portion) - len(ready))
        while ready and not dry_run:
            chunk, ready = ready[: pace.size], ready[pace.size :]
            with pace.writing() as work:
                closed += close_cases(work, chunk)
                pace.written(len(chunk))
            advance(len(chunk))
        done, before = done + closed, before + len(cases) - closed
    if not reading.rows:
        unreadable.done()
    if not dry_run:
        _enter(transactions, reading, done, entered, complete=not unreadable.total)
    refused = sorted((*unreadable.kept, *unknown.kept), key=lambda row: row.line)
    return Closed(reading.rows, done, before, tuple(refused), unreadable.total + unknown.total)


def _closures(reading: CsvReading, errors: RowErrors) -> Iterator[_Closure]:
    for row in reading:
        number, ground, reason = (row.cells[name].strip() for name in COLUMNS)
        if ground not in set("1234567"):
            errors.add(row.line, "removal_ground", *_GROUND)
        elif not 1 <= len(reason) <= 2000:
            errors.add(row.line, "reason", *_REASON)
        else:
            yield _Closure(row.line, number, int(ground), reason)


@dataclass(frozen=True, slots=True)
class _Case:
    """A case that the file may mean."""

    id: str
    closed: bool


def _find(work: Work, closures: list[_Closure]) -> dict[str, _Case]:
    """The published cases among these, by their numbers."""
    alone = EnforcementCase.import_id.is_(None)
    query = (
        select(
            EnforcementCase.case_number,
            EnforcementCase.id,
            EnforcementCase.state,
            or_(alone, ImportBatch.change_no.is_not(None)),
        )
        .outerjoin(ImportBatch, ImportBatch.id == EnforcementCase.import_id)
        .where(
            EnforcementCase.court_id == work.actor.court,
            one_of(EnforcementCase.case_number, [each.case_number for each in closures]),
        )
    )
    return {
        number: _Case(case_id, state == "closed")
        for number, case_id, state, published in work.session.execute(query)
        if published
    }


def _closings(closures: list[_Closure], cases: dict[str, _Case], unknown: RowErrors) -> list[Closing]:
    """What is to be closed, each case as the first row says that names it, in the order of their ids."""
    closings: dict[str, Closing] = {}
    for each in closures:
        case = cases.get(each.case_number)
        if case is None:
            unknown.add(each.line, "case_number", *_UNKNOWN)
        elif not case.closed:
            closings.setdefault(case.id, Closing(case.id, each.ground, each.reason))
    return sorted(closings.values(), key=lambda closing: closing.case_id)


def _enter(
    transactions: Transactions,
    reading: CsvReading,
    closed: int,
    entered: Callable[[Work, ImportBatch], None],
    *,
    complete: bool,
) -> None:
    """That the file came; the closing of each case stands in the record by itself."""
    with transactions.writing() as work:
        batch = ImportBatch(
            id=work.new_id(),
            court_id=work.actor.court,
            kind="closures",
            sha256=reading.sha256,
            rows=reading.rows,
            state="submitted",
            submitted_by=work.actor.user_id,
            created_at=work.now,
        )
        work.session.add(batch)
        work.session.flush()
        entered(work, batch)
        fields = {"rows": batch.rows, "sha256": batch.sha256, "closed": closed}
        work.enter(Chain(batch.court_id), "imported_closures", "import_batch", batch.id, fields)
        if complete:
            work.session.execute(
                update(Platform)
                .values(closures_imported_at=work.now)
                .execution_options(synchronize_session=False)
            )


_GROUND = (
    "removal-ground",
    "Name one of the seven grounds of removal, 1 to 7.",
    "请从七项删除事由中选择（1至7）。",
)
_REASON = ("reason-required", "Give a reason of 1 to 2000 characters.", "请填写理由（1至2000字）。")
_UNKNOWN = (
    "unknown-case",
    "The court has no case of this number here.",
    "本院在此没有该案号的案件。",
)
