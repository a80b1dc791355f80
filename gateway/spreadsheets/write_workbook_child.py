"""The program that writes a workbook: in a process of its own, as it takes much time and some memory.

Run as a script by `gateway.spreadsheets.write_workbook`. Standard input holds a line of JSON for each row, a
list of texts; a single text begins another sheet of that title. Every cell is written as a text, in cells
that are formatted as text: nothing in it is a number or a formula for a spreadsheet. The workbook goes out on
standard output. Pieces of it lie in the current folder meanwhile, which is nobody else's.
"""

import json
import resource
import sys
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

_WIDTH: Final = 18


def bind_hands(cpu_seconds: int, memory_bytes: int, output_bytes: int) -> None:
    """From here on: bounded time, memory and files, no core dump."""
    limits = {
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_FSIZE: output_bytes,
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


class Sheets:
    """A workbook that grows row by row."""

    def __init__(self) -> None:
        self.book = Workbook(write_only=True)
        self._sheet: Any = None
        self._cells: list[Any] = []

    def begin(self, title: str) -> None:
        self._sheet = self.book.create_sheet(title)
        self._sheet.freeze_panes = "A2"
        self._cells = []

    def add(self, texts: list[str]) -> None:
        if not self._cells:
            self._add_heading(texts)
            return
        for cell, text in zip(self._cells, texts, strict=True):
            _fill(cell, text)
        self._sheet.append(self._cells)

    def _add_heading(self, texts: list[str]) -> None:
        for place in range(len(texts)):
            dimension = self._sheet.column_dimensions[_letters(place)]
            dimension.width = _WIDTH
            dimension.number_format = "@"
        heading = [self._cell() for _ in texts]
        for cell, text in zip(heading, texts, strict=True):
            cell.font = Font(bold=True)
            _fill(cell, text)
        self._sheet.append(heading)
        # A row is written at once: its cells, with their format, serve for the next one.
        self._cells = [self._cell() for _ in texts]

    def _cell(self) -> Any:
        cell = WriteOnlyCell(self._sheet)
        cell.number_format = "@"
        return cell


def _fill(cell: Any, text: str) -> None:
    cell.value = text
    # Without this, a text that begins with an equals sign would become a formula.
    cell.data_type = "s"


def _letters(place: int) -> str:
    """The letters of a column by its place from 0."""
    first, last = divmod(place, 26)
    return (chr(64 + first) if first else "") + chr(65 + last)


def main(arguments: list[str]) -> int:
    """Write what standard input says."""
    bind_hands(*map(int, arguments))
    sheets = Sheets()
    for line in sys.stdin.buffer:
        said = json.loads(line)
        if isinstance(said, str):
            sheets.begin(said)
        else:
            sheets.add(said)
    sheets.book.save(sys.stdout.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
