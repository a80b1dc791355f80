"""Rows become a workbook, written by a process of its own so that calls lose no time to it.

Every cell is a text and stays one: no formula, no number that a spreadsheet would round. The rows lie in
files in memory; the pieces of the workbook lie in a folder that only this user can open, for as long as the
writing takes.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

from gateway.spreadsheets.read_workbook import memory_file

CPU_SECONDS: Final = 120
WALL_SECONDS: Final = 240.0
MEMORY_BYTES: Final = 768 << 20
OUTPUT_BYTES: Final = 256 << 20

_CHILD: Final = Path(__file__).with_name("write_workbook_child.py")


class WorkbookNotWritten(Exception):
    """The program that writes workbooks has failed or took too long."""


def write_workbook(sheets: Iterable[tuple[str, Iterable[Sequence[str]]]]) -> BinaryIO:
    """A workbook of these sheets, title and rows, the first row of each being its heading."""
    limits = (CPU_SECONDS, MEMORY_BYTES, OUTPUT_BYTES)
    command = [sys.executable, "-I", str(_CHILD), *map(str, limits)]
    workbook = memory_file("workbook")
    with memory_file("rows") as rows, TemporaryDirectory() as folder:
        for title, lines in sheets:
            rows.write(json.dumps(title).encode() + b"\n")
            for line in lines:
                rows.write(json.dumps(list(line)).encode() + b"\n")
        rows.seek(0)
        try:
            child = subprocess.run(
                command, stdin=rows, stdout=workbook, stderr=subprocess.DEVNULL, cwd=folder,
                env={"TMPDIR": folder}, timeout=WALL_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as slow:
            raise WorkbookNotWritten from slow
    if child.returncode:
        workbook.close()
        raise WorkbookNotWritten
    workbook.seek(0)
    return workbook
