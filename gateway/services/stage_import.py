"""Staging an import: a file of enrolments, wholly checked, then wholly there to be approved, or not at all.

Each row enrols a case (several rows may be of one case, if they say the same of it), a line and a notice that
is submitted. What the file's columns have no place for, the clerk declares for all rows with the file: the
answers to the bars of Art. 3 with their evidence, where a ground asks for them, and that entities' lines do
not serve the public. Approving the file, the judge makes the same declarations his own. The legal
representative of an entity and the reason of a longer term have no place at all: the former stays empty, rows
that need the latter are refused and entered singly.

The file is read once. Its rows are checked without a lock and, as long as none was refused, written in chunks
under an import in state "writing", which nothing reads: not the lists, not a call, not the forward map. One
short last transaction publishes it; where a row was refused, the others are told too and all that was written
is removed. Lines start as enrolled and are silent until their fallback was checked, which is the only
condition of a submission that is not asked here, as a call asks it again.

The record holds one entry for the file, with digests of its hash and its number of rows; which rows came with
it stands in their `import_id`.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from gateway.models import ImportBatch
from gateway.services.change_numbers import next_change
from gateway.services.check_import import Checked, Rules, as_columns, check_row, read_rules
from gateway.services.compare_rows import InFile
from gateway.services.find_taken import Keys, keys_of, refuse_taken_rows
from gateway.services.keep_pace import Pace, aim_where_nobody_waits
from gateway.services.keep_statistics import Statistics
from gateway.services.permissions import Action
from gateway.services.purge_imports import remove_import
from gateway.services.read_csv import CsvReading, RowErrors
from gateway.services.read_import import LAYOUT, Declared
from gateway.services.read_numbers import Fields
from gateway.services.refusals import WrongState
from gateway.services.transactions import Transactions
from gateway.services.work import Work
from gateway.services.write_import import insert_all, make_rows

AT_ONCE = 500

Advance = Callable[[int], None]
"""Told how many rows were checked, or written."""

Published = Callable[[Work, ImportBatch], None]
"""Told of the import in the very transaction that publishes it."""


@dataclass(frozen=True, slots=True)
class Approvable:
    """A file without a fault: its rows, and the hash of its bytes."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """So many rows of a file, and those of them that break no rule by themselves."""

    rows: int
    checked: list[Checked] = field(default_factory=list)
    keys: list[Keys] = field(default_factory=list)


class _Checking:
    """One pass over a file, chunk by chunk; what is wrong with it goes to `errors`."""

    def __init__(
        self, transactions: Transactions, rules: Rules, file: BinaryIO, ignoring: Sequence[str]
    ) -> None:
        self._transactions, self._rules, self._ignoring = transactions, rules, ignoring
        self.errors = RowErrors()
        self._reading, self._in_file = CsvReading(file, LAYOUT, self.errors), InFile(self.errors)
        self._rows = iter(self._reading)

    def next_chunk(self) -> Chunk | None:
        """The next rows, and those of them that break no rule; None where there are no more."""
        rows = list(islice(self._rows, AT_ONCE))
        if not rows:
            return None
        chunk = Chunk(len(rows))
        for row in rows:
            fields = Fields()
            if checked := check_row(self._rules, row, fields):
                chunk.checked.append(checked)
                chunk.keys.append(keys_of(self._transactions.vault, checked))
                self._in_file.add(row, chunk.keys[-1])
            if fields.refusals:
                self.errors.take(row.line, as_columns(fields.refusals))
        with self._transactions.reading() as work:
            refuse_taken_rows(work, chunk.keys, self.errors, self._ignoring)
        return chunk

    def finish(self, expected_rows: int | None) -> Approvable:
        """What the file was; raises RowsRefused."""
        self._in_file.finish()
        _check_count(self.errors, self._reading.rows, expected_rows)
        self.errors.done()
        return Approvable(self._reading.rows, self._reading.sha256)


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
    rules = _rules(transactions, declared)
    checking = _Checking(transactions, rules, file, rules.dead)
    while chunk := checking.next_chunk():
        advance(chunk.rows)
    return checking.finish(expected_rows)


def _rules(transactions: Transactions, declared: Declared) -> Rules:
    transactions.actor.must(Action.ENROL)
    transactions.actor.must(Action.SUBMIT)
    with transactions.reading() as work:
        return read_rules(work, declared)


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
    """The import, submitted, from a file that is read from its start; raises RowsRefused, WrongState.

    On any error nothing is left of it. After a crash its rows are unreachable, and go with the clerk's next
    import or with the next purge.
    """
    file.seek(0)
    rules = _rules(transactions, declared)
    import_id = _begin(transactions, rules)
    with ExitStack() as unless_whole:
        unless_whole.callback(_give_up, transactions, import_id)
        for dead in rules.dead:
            remove_import(transactions, dead)
        checking = _Checking(transactions, rules, file, (*rules.dead, import_id))
        found = _write(checking, _Writer(transactions, rules, import_id), expected_rows, advance)
        batch = _publish(transactions, import_id, found, published)
        unless_whole.pop_all()
    return batch


def _begin(transactions: Transactions, rules: Rules) -> str:
    """An import of which neither the rows nor the hash are known yet."""
    with transactions.writing() as work:
        _fail(work, rules.dead)
        batch = ImportBatch(
            id=work.new_id(),
            court_id=work.actor.court,
            kind="enrolment",
            sha256="",
            rows=0,
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


def _write(checking: _Checking, writer: "_Writer", expected_rows: int | None, advance: Advance) -> Approvable:
    """Write rows until one is refused; the others are still checked, so that all that is wrong is told."""
    taken = None
    while chunk := checking.next_chunk():
        advance(chunk.rows)
        if checking.errors.total or taken:
            continue
        try:
            writer.write(chunk, advance)
        except IntegrityError as fault:
            taken = fault
    found = checking.finish(expected_rows)
    if taken:
        raise WrongState(
            "taken-meanwhile",
            "Somebody enrolled one of these cases or numbers meanwhile; import the file again.",
            "其间已有他人登记其中的案件或号码，请重新导入。",
        ) from taken
    return found


class _Writer:
    """Writes chunks. Each is a change to lines by number, so that others' changes meanwhile are noticed."""

    def __init__(self, transactions: Transactions, rules: Rules, import_id: str) -> None:
        self._transactions, self._rules, self._import_id = transactions, rules, import_id
        self._change_no, self._alone = rules.change_no, True
        self._statistics = Statistics(transactions.engine)
        self._pace = Pace(aim=aim_where_nobody_waits(transactions.engine))

    def write(self, chunk: Chunk, advance: Advance) -> None:
        """Write what of it breaks no rule, in transactions that hold the lock for a short time each."""
        done = 0
        while done < len(chunk.checked):
            part = slice(done, done + self._pace.size)
            self._write(chunk.checked[part], chunk.keys[part])
            advance(len(chunk.checked[part]))
            done = part.stop
        self._statistics.more(len(chunk.checked))

    def _write(self, checked: list[Checked], keys: list[Keys]) -> None:
        with self._transactions.reading() as work:
            rows = make_rows(work, self._rules, self._import_id, checked)
        with self._transactions.writing() as work:
            _refuse_given_up(work, self._import_id)
            self._pace.locked()
            insert_all(work, rows)
            change_no = next_change(work.session)
            self._alone = self._alone and change_no == self._change_no + 1
            if not self._alone:
                self._ask_again(work, keys)
            self._pace.written(len(checked))
        self._change_no = change_no

    def _ask_again(self, work: Work, keys: list[Keys]) -> None:
        """Somebody changed lines since the file was checked."""
        errors = RowErrors()
        refuse_taken_rows(work, keys, errors, (self._import_id,))
        errors.done()


def _refuse_given_up(work: Work, import_id: str) -> None:
    query = select(ImportBatch.state).where(ImportBatch.id == import_id).with_for_update()
    if work.session.scalars(query).one_or_none() != "writing":
        raise WrongState(
            "import-given-up",
            "A newer import of yours has taken the place of this one.",
            "您较新的一次导入已取代本次导入。",
        )


def _publish(
    transactions: Transactions, import_id: str, found: Approvable, published: Published
) -> ImportBatch:
    with transactions.writing() as work:
        _refuse_given_up(work, import_id)
        batch = work.find(ImportBatch, import_id)
        batch.state, batch.rows, batch.sha256 = "submitted", found.rows, found.sha256
        batch.change_no = next_change(work.session)
        batch.version += 1
        published(work, batch)
        work.changed("imported", batch, {"rows": batch.rows, "sha256": batch.sha256})
        return batch
