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
from typing import BinaryIO

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from gateway.models import ImportBatch
from gateway.models.base import table_of
from gateway.services.change_numbers import next_change
from gateway.services.check_file import Advance, Approvable, Checking, Chunk, rules_of
from gateway.services.check_import import Rules
from gateway.services.find_taken import Keys, refuse_taken_rows
from gateway.services.judge_rows import JudgeAll, Judging, judge_here
from gateway.services.keep_pace import LONG, Pace
from gateway.services.keep_statistics import Statistics
from gateway.services.make_rows import Made
from gateway.services.purge_imports import remove_import
from gateway.services.read_csv import RowErrors
from gateway.services.read_import import Declared
from gateway.services.refusals import WrongState
from gateway.services.transactions import Transactions
from gateway.services.work import Work
from gateway.services.write_import import IN_ORDER, insert_all, rows_of

Published = Callable[[Work, ImportBatch], None]
"""Told of the import in the very transaction that publishes it."""


def stage_import(
    transactions: Transactions,
    file: BinaryIO,
    declared: Declared,
    expected_rows: int | None = None,
    advance: Advance = lambda _rows: None,
    published: Published = lambda _work, _batch: None,
    judge_all: JudgeAll = judge_here,
) -> ImportBatch:
    """The import, submitted, from a file that is read from its start; raises RowsRefused, WrongState.

    On any error nothing is left of it. After a crash its rows are unreachable, and go with the clerk's next
    import or with the next purge.
    """
    file.seek(0)
    rules = rules_of(transactions, declared)
    import_id = _begin(transactions, rules)
    with ExitStack() as unless_whole:
        unless_whole.callback(_give_up, transactions, import_id)
        for dead in rules.dead:
            remove_import(transactions, dead)
        judging = Judging(rules, transactions.vault, transactions.actor, import_id)
        checking = Checking(transactions, judging, judge_all, file, (*rules.dead, import_id))
        writer = _Writer(transactions, rules.change_no, import_id)
        found = _write(checking, writer, expected_rows, advance)
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


def _write(checking: Checking, writer: "_Writer", expected_rows: int | None, advance: Advance) -> Approvable:
    """Write rows until one is refused; the others are still checked, so that all that is wrong is told."""
    taken = None
    for chunk in checking.chunks():
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

    def __init__(self, transactions: Transactions, change_no: int, import_id: str) -> None:
        self._transactions, self._import_id = transactions, import_id
        self._change_no, self._alone = change_no, True
        self._statistics = Statistics(transactions.engine, *IN_ORDER)
        self._pace = Pace(transactions, LONG)

    def write(self, chunk: Chunk, advance: Advance) -> None:
        """Write what of it breaks no rule, in transactions that hold the lock for a short time each."""
        done = 0
        while done < len(chunk.made):
            part = slice(done, done + self._pace.size)
            self._write(chunk.made[part], chunk.keys[part])
            advance(len(chunk.made[part]))
            done = part.stop
        self._statistics.more(len(chunk.made))

    def _write(self, made: Sequence[Made], keys: Sequence[Keys]) -> None:
        with self._transactions.reading() as work:
            rows = rows_of(work, self._import_id, made)
        with self._pace.writing() as work:
            _refuse_given_up(work, self._import_id)
            insert_all(work, rows)
            change_no = next_change(work.session)
            self._alone = self._alone and change_no == self._change_no + 1
            if not self._alone:
                self._ask_again(work, keys)
            self._pace.written(len(made))
        self._change_no = change_no

    def _ask_again(self, work: Work, keys: Sequence[Keys]) -> None:
        """Somebody changed lines since the file was checked."""
        errors = RowErrors()
        refuse_taken_rows(work, keys, errors, (self._import_id,))
        errors.done()


def _refuse_given_up(work: Work, import_id: str) -> None:
    if work.session.connection().execute(_STATE, {"import": import_id}).scalar_one_or_none() != "writing":
        raise WrongState(
            "import-given-up",
            "A newer import of yours has taken the place of this one.",
            "您较新的一次导入已取代本次导入。",
        )


_BATCH = table_of(ImportBatch)
_STATE = select(_BATCH.c.state).where(_BATCH.c.id == bindparam("import")).with_for_update()


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
