"""Staging an import: a file of enrolments, wholly checked, then wholly there to be approved, or not at all.

Each row enrols a case (several rows may be of one case, if they say the same of it), a line and a notice that
is submitted. What the file's columns have no place for, the clerk declares for all rows with the file: the
answers to the bars of Art. 3 with their evidence, where a ground asks for them, and that entities' lines do
not serve the public. Approving the file, the judge makes the same declarations his own. The legal
representative of an entity and the reason of a longer term have no place at all: the former stays empty, rows
that need the latter are refused and entered singly.

The whole file is checked without a lock. Then its rows are written in chunks under an import in state
"writing", which nothing reads: not the lists, not a call, not the forward map. One short last transaction
publishes it. Lines start as enrolled and are silent until their fallback was checked, which is the only
condition of a submission that is not asked here, as a call asks it again.

The record holds one entry for the file, with digests of its hash and its number of rows; which rows came with
it stands in their `import_id`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from gateway.database import refresh_statistics
from gateway.models import ImportBatch
from gateway.services.change_numbers import next_change
from gateway.services.check_import import Checked, Rules, as_columns, check_row, read_again, read_rules
from gateway.services.find_taken import InFile, Keys, keys_of, refuse_taken_rows
from gateway.services.keep_pace import Pace, aim_where_nobody_waits
from gateway.services.permissions import Action
from gateway.services.purge_imports import remove_import
from gateway.services.read_csv import CsvReading, RowErrors
from gateway.services.read_import import LAYOUT, Declared
from gateway.services.read_numbers import Fields
from gateway.services.refusals import WrongState
from gateway.services.transactions import Transactions
from gateway.services.work import Work
from gateway.services.write_import import IN_ORDER, Known, insert_chunk, make_chunk

AT_ONCE = 500

Advance = Callable[[int], None]
"""Told how many rows were checked, or written."""

Published = Callable[[Work, ImportBatch], None]
"""Told of the import in the very transaction that publishes it."""


@dataclass(frozen=True, slots=True)
class Approvable:
    """A file without a fault: what it was judged by, its rows, and the hash of its bytes."""

    rules: Rules
    rows: int
    sha256: str


def check_import(
    transactions: Transactions,
    file: BinaryIO,
    declared: Declared,
    expected_rows: int | None = None,
    advance: Advance = lambda _rows: None,
) -> Approvable:
    """Check a file and write nothing; raises RowsRefused with what is wrong, by line.

    `expected_rows` is the number of rows that the clerk believes to be there.
    """
    transactions.actor.must(Action.ENROL)
    transactions.actor.must(Action.SUBMIT)
    with transactions.reading() as work:
        rules = read_rules(work, declared)
    errors = RowErrors()
    reading, in_file = CsvReading(file, LAYOUT, errors), InFile(errors)
    rows = iter(reading)
    while batch := list(islice(rows, AT_ONCE)):
        keys = []
        for row in batch:
            fields = Fields()
            if checked := check_row(rules, row, fields):
                keys.append(keys_of(transactions.vault, checked))
                in_file.add(row, keys[-1])
            errors.take(row.line, as_columns(fields.refusals))
        with transactions.reading() as work:
            refuse_taken_rows(work, keys, errors, rules.dead)
        advance(len(batch))
    in_file.finish()
    _check_count(errors, reading.rows, expected_rows)
    errors.done()
    return Approvable(rules, reading.rows, reading.sha256)


def _check_count(errors: RowErrors, rows: int, expected: int | None) -> None:
    if not rows and not errors.total:
        errors.add(1, "rows", "no-rows", "The file has no rows.", "文件没有数据行。")
    if expected is not None and rows != expected:
        errors.add(
            1,
            "rows",
            "row-count",
            f"The file has {rows} rows, you named {expected}.",
            f"文件有{rows}行，您填报的是{expected}行。",
        )


def stage_import(
    transactions: Transactions,
    file: BinaryIO,
    declared: Declared,
    expected_rows: int | None = None,
    advance: Advance = lambda _rows: None,
    published: Published = lambda _work, _batch: None,
) -> ImportBatch:
    """The import, submitted, from a file that is read twice from its start; raises RowsRefused, WrongState.

    On any error nothing is left of it. After a crash its rows are unreachable, and go with the clerk's next
    import or with the next purge.
    """
    file.seek(0)
    found = check_import(transactions, file, declared, expected_rows, advance)
    import_id = _begin(transactions, found)
    with ExitStack() as unless_whole:
        unless_whole.callback(_give_up, transactions, import_id)
        for dead in found.rules.dead:
            remove_import(transactions, dead)
        file.seek(0)
        _write(transactions, found, import_id, file, advance)
        batch = _publish(transactions, import_id, published)
        unless_whole.pop_all()
    # The import is there, whatever becomes of this.
    with suppress(SQLAlchemyError):
        refresh_statistics(transactions.engine, [model.__tablename__ for model in IN_ORDER])
    return batch


def _begin(transactions: Transactions, found: Approvable) -> str:
    with transactions.writing() as work:
        _fail(work, found.rules.dead)
        batch = ImportBatch(
            id=work.new_id(),
            court_id=work.actor.court,
            kind="enrolment",
            sha256=found.sha256,
            rows=found.rows,
            state="writing",
            submitted_by=work.actor.user_id,
            created_at=work.now,
        )
        work.session.add(batch)
        return batch.id


def _fail(work: Work, imports: Sequence[str]) -> None:
    """Whoever is still writing one of them learns it with his next chunk."""
    work.session.execute(
        update(ImportBatch)
        .where(ImportBatch.id.in_(imports), ImportBatch.state == "writing")
        .values(state="failed", version=ImportBatch.version + 1)
        .execution_options(synchronize_session=False)
    )


def _give_up(transactions: Transactions, import_id: str) -> None:
    # Where the database is away, the rows stay as unreachable as a crash leaves them.
    with suppress(SQLAlchemyError):
        with transactions.writing() as work:
            _fail(work, (import_id,))
        remove_import(transactions, import_id)


def _write(
    transactions: Transactions, found: Approvable, import_id: str, file: BinaryIO, advance: Advance
) -> None:
    errors = RowErrors()
    reading = CsvReading(file, LAYOUT, errors)
    rows, writer = _read_again(found.rules, reading, errors), _Writer(transactions, found.rules, import_id)
    try:
        while chunk := list(islice(rows, writer.pace.size)):
            writer.write(chunk)
            advance(len(chunk))
    except IntegrityError as fault:
        raise WrongState(
            "taken-meanwhile",
            "Somebody enrolled one of these cases or numbers meanwhile; import the file again.",
            "其间已有他人登记其中的案件或号码，请重新导入。",
        ) from fault
    if errors.total or (reading.sha256, reading.rows) != (found.sha256, found.rows):
        raise WrongState("file-changed", "The file changed while it was read.", "文件在读取期间发生了变动。")


class _Writer:
    """Writes chunks. Each is a change to lines by number, so that others' changes meanwhile are noticed."""

    def __init__(self, transactions: Transactions, rules: Rules, import_id: str) -> None:
        self._transactions, self._rules, self._import_id = transactions, rules, import_id
        self._change_no, self._alone = rules.change_no, True
        self._known: dict[str, Known] = {}
        self.pace = Pace(aim=aim_where_nobody_waits(transactions.engine))

    def write(self, rows: list[Checked]) -> None:
        keys = [keys_of(self._transactions.vault, row) for row in rows]
        with self._transactions.reading() as work:
            chunk = make_chunk(work, self._rules, self._import_id, rows, self._known)
        with self._transactions.writing() as work:
            _refuse_given_up(work, self._import_id)
            self.pace.locked()
            insert_chunk(work, chunk)
            change_no = next_change(work.session)
            self._alone = self._alone and change_no == self._change_no + 1
            if not self._alone:
                self._ask_again(work, keys)
            self.pace.written(len(rows))
        self._change_no = change_no

    def _ask_again(self, work: Work, keys: list[Keys]) -> None:
        """Somebody changed lines since the file was checked."""
        errors = RowErrors()
        refuse_taken_rows(work, keys, errors, (self._import_id,))
        errors.done()


def _read_again(rules: Rules, reading: CsvReading, errors: RowErrors) -> Iterator[Checked]:
    for row in reading:
        fields = Fields()
        if checked := read_again(rules, row, fields):
            yield checked
        errors.take(row.line, as_columns(fields.refusals))


def _refuse_given_up(work: Work, import_id: str) -> None:
    query = select(ImportBatch.state).where(ImportBatch.id == import_id).with_for_update()
    if work.session.scalars(query).one_or_none() != "writing":
        raise WrongState(
            "import-given-up",
            "A newer import of yours has taken the place of this one.",
            "您较新的一次导入已取代本次导入。",
        )


def _publish(transactions: Transactions, import_id: str, published: Published) -> ImportBatch:
    with transactions.writing() as work:
        _refuse_given_up(work, import_id)
        batch = work.find(ImportBatch, import_id)
        batch.state = "submitted"
        batch.change_no = next_change(work.session)
        batch.version += 1
        published(work, batch)
        work.changed("imported", batch, {"rows": batch.rows, "sha256": batch.sha256})
        return batch
