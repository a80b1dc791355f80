"""A preview of a checked file: its first rows and those with errors, cell by cell, numbers masked.

A row that could not be divided into cells is shown without any; its refusals tell why.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from gateway.services.import_columns import FileKind
from gateway.services.read_csv import LONGEST_LINE, RowRefusal
from gateway.services.work import Work
from ivr import numbers

FIRST_ROWS = 100
ERROR_ROWS = 200
LONGEST_SHOWN = 200
_PHONES = frozenset({"public_number", "gateway_number", "deliver_to"})
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One line: its cells in the order of the columns, none where it could not be divided; what is wrong."""

    line: int
    cells: tuple[str, ...]
    refusals: tuple[RowRefusal, ...]

    def refusals_of(self, column: str) -> tuple[RowRefusal, ...]:
        return tuple(each for each in self.refusals if each.field == column)

    def others(self, columns: Sequence[str]) -> tuple[RowRefusal, ...]:
        """What is wrong with the row as a whole."""
        return tuple(each for each in self.refusals if each.field not in columns)


@dataclass(frozen=True, slots=True)
class Preview:
    """The columns, the rows that are shown, and refusals of the file as a whole."""

    columns: tuple[str, ...]
    rows: tuple[PreviewRow, ...]


def make_preview(rows: BinaryIO, kind: FileKind, refusals: Sequence[RowRefusal]) -> str:
    """The cells to be shown, as JSON: columns and, by line, masked cells."""
    wrong = sorted({each.line for each in refusals if each.line > 1})[:ERROR_ROWS]
    wanted, shown = set(wrong), {}
    heads: list[str] = []
    for line, text in _lines(rows):
        if line == 1:
            heads = [head.strip() for head in _split(text.removeprefix(_BOM))]
        elif line <= FIRST_ROWS + 1 or line in wanted:
            wanted.discard(line)
            if text.strip():
                shown[line] = _cells(_split(text), heads, kind)
        if line > FIRST_ROWS + 1 and not wanted:
            break
    columns = [column.name for column in kind.columns]
    return json.dumps({"columns": columns, "rows": shown}, ensure_ascii=False)


def read_preview(stored: str, refusals: Sequence[RowRefusal]) -> Preview:
    """The preview again, each refusal at its row."""
    said = json.loads(stored)
    rows = tuple(
        PreviewRow(int(line), tuple(cells), tuple(each for each in refusals if each.line == int(line)))
        for line, cells in said["rows"].items()
    )
    return Preview(tuple(said["columns"]), rows)


def keep_refusals(refusals: Sequence[RowRefusal]) -> str:
    """Refusals as JSON."""
    told = [[each.line, each.field, each.rule, each.en, each.zh] for each in refusals]
    return json.dumps(told, ensure_ascii=False)


def read_refusals(work: Work, sealed: bytes | None, purpose: str) -> tuple[RowRefusal, ...]:
    """Refusals again, in the order of lines."""
    told = json.loads(work.vault.open(sealed, purpose)) if sealed else []
    return tuple(RowRefusal(*each) for each in told)


def refusals_as_csv(refusals: Sequence[RowRefusal], total: int) -> str:
    """The refusals as a file for a spreadsheet: no cell of it comes from the upload, none computes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("line", "column", "rule", "what is wrong", "说明"))
    writer.writerows((each.line, each.field, each.rule, each.en, each.zh) for each in refusals)
    if total > len(refusals):
        more = total - len(refusals)
        writer.writerow(("", "", "more", f"and {more} more", f"另有{more}处"))
    return _BOM + out.getvalue()


def _lines(rows: BinaryIO) -> Iterator[tuple[int, str]]:
    """The lines as far as they can be shown; a longer one is cut."""
    rows.seek(0)
    line = 0
    while raw := rows.readline(LONGEST_LINE):
        line += 1
        ended = raw.endswith(b"\n")
        while not ended and (rest := rows.readline(LONGEST_LINE)):
            ended = rest.endswith(b"\n")
        yield line, raw.decode(errors="replace").rstrip("\r\n")


def _split(text: str) -> list[str]:
    try:
        return next(csv.reader([text.replace("\0", "\ufffd")], strict=True), [])
    except csv.Error:
        return []


def _cells(cells: list[str], heads: list[str], kind: FileKind) -> list[str]:
    if len(cells) != len(heads):
        return []
    by_name = dict(zip(heads, cells, strict=True))
    return [_shown(column.name, by_name.get(column.name, "")) for column in kind.columns]


def _shown(name: str, cell: str) -> str:
    if not cell.strip():
        return ""
    if name in _PHONES:
        return numbers.mask(cell)
    if name == "identity_number":
        return f"…{cell[-4:]}" if len(cell) >= 8 else "…"
    seen = re.sub(r"[^\S ]", " ", "".join(each if each.isprintable() else "\ufffd" for each in cell))
    return seen if len(seen) <= LONGEST_SHOWN else seen[:LONGEST_SHOWN] + "…"
