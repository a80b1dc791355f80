"""Workbooks for the court's people: the enrolled rows, and empty templates that explain their columns."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import BinaryIO

from gateway.services.export_notices import count_exported, export_rows
from gateway.services.import_columns import FILE_KINDS
from gateway.services.permissions import Action
from gateway.services.read_import import COLUMNS
from gateway.services.refusals import refuse
from gateway.services.transactions import Transactions
from gateway.spreadsheets.write_workbook import write_workbook

MOST_ROWS = 20_000
_ROWS, _EXPLAINED = "导入 import", "说明 columns"
_HEADING = ("列 column", "说明", "explanation", "示例 example")


def export_workbook(transactions: Transactions) -> BinaryIO:
    """The court's enrolled rows, all cells texts, so that an import takes the file again unchanged."""
    transactions.actor.must(Action.READ_NAMES)
    with transactions.reading() as work:
        rows = count_exported(work)
    if rows > MOST_ROWS:
        raise refuse(
            "format",
            "too-many-rows",
            f"A workbook holds at most {MOST_ROWS} rows, and there are {rows}: export them as CSV.",
            f"工作簿最多容纳{MOST_ROWS}行，现有{rows}行，请导出为CSV。",
        )
    lines = chain.from_iterable(export_rows(transactions))
    return write_workbook([(_ROWS, chain([COLUMNS], lines))])


def template_workbook(kind: str) -> BinaryIO:
    """An empty file to be filled in: the heading, and a second sheet that explains each column."""
    return write_workbook([(_ROWS, [heading_of(kind)]), (_EXPLAINED, _explained(kind))])


def heading_of(kind: str) -> Sequence[str]:
    """The columns of a kind of file."""
    return [column.name for column in FILE_KINDS[kind].columns]


def _explained(kind: str) -> Iterator[Sequence[str]]:
    yield _HEADING
    for column in FILE_KINDS[kind].columns:
        yield column.name, column.zh, column.en, column.example
