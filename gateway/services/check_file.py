"""Checking a file of enrolments in one pass: each row by itself, with all others, and with what stands."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from gateway.services.check_import import Rules, read_rules
from gateway.services.compare_rows import InFile
from gateway.services.find_taken import Keys, refuse_taken_rows
from gateway.services.judge_rows import JudgeAll, Judging, Portion, judge_here
from gateway.services.make_rows import Made
from gateway.services.permissions import Action
from gateway.services.read_csv import CsvReading, RowErrors
from gateway.services.read_import import LAYOUT, Declared
from gateway.services.transactions import Transactions

AT_ONCE = 500

Advance = Callable[[int], None]
"""Told how many rows were checked, or written."""


@dataclass(frozen=True, slots=True)
class Approvable:
    """A file without a fault: its rows, and the hash of its bytes."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """So many rows of a file; of those that break no rule by themselves the keys, and what they become."""

    rows: int
    keys: Sequence[Keys]
    made: Sequence[Made]


class Checking:
    """One pass over a file, chunk by chunk; what is wrong with it goes to `errors`."""

    def __init__(
        self,
        transactions: Transactions,
        judging: Judging,
        judge_all: JudgeAll,
        file: BinaryIO,
        ignoring: Sequence[str],
    ) -> None:
        self._transactions, self._ignoring = transactions, ignoring
        self.errors = RowErrors()
        self._reading, self._in_file = CsvReading(file, LAYOUT, self.errors), InFile(self.errors)
        self._judged = judge_all(judging, self._portions())

    def _portions(self) -> Iterator[Portion]:
        rows = iter(self._reading)
        while portion := list(islice(rows, AT_ONCE)):
            yield Portion(portion, self._transactions.clock.now())

    def chunks(self) -> Iterator[Chunk]:
        """All rows of the file, and those of them that break no rule."""
        for portion, judged in self._judged:
            for line, refusals in judged.refused:
                self.errors.take(line, refusals)
            rows = {row.line: row for row in portion.rows}
            for keys in judged.keys:
                self._in_file.add(rows[keys.line], keys)
            with self._transactions.reading() as work:
                refuse_taken_rows(work, judged.keys, self.errors, self._ignoring)
            yield Chunk(len(portion.rows), judged.keys, judged.made)

    def finish(self, expected_rows: int | None) -> Approvable:
        """What the file was; raises RowsRefused."""
        self._in_file.finish()
        _check_count(self.errors, self._reading.rows, expected_rows)
        self.errors.done()
        return Approvable(self._reading.rows, self._reading.sha256)


def check_file(
    transactions: Transactions,
    file: BinaryIO,
    declared: Declared,
    expected_rows: int | None = None,
    advance: Advance = lambda _rows: None,
    judge_all: JudgeAll = judge_here,
) -> Approvable:
    """Check a file and write nothing; raises RowsRefused with what is wrong, by line.

    `expected_rows` is the number of rows that the clerk believes to be there.
    """
    rules = rules_of(transactions, declared)
    judging = Judging(rules, transactions.vault, transactions.actor, None)
    checking = Checking(transactions, judging, judge_all, file, rules.dead)
    for chunk in checking.chunks():
        advance(chunk.rows)
    return checking.finish(expected_rows)


def rules_of(transactions: Transactions, declared: Declared) -> Rules:
    """Today's rules for the actor's court; raises NotAllowed, or as `read_rules` does."""
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
