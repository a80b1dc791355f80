"""An untrusted workbook becomes rows of CSV: in a child process with its hands bound, believed no further.

A workbook of 200 KB can unpack to hundreds of megabytes; the memory that this takes is the child's, and ends
with it. Workbook and rows lie in files in memory without a name, as they tell of people.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

from gateway.spreadsheets.refusals import CELL_RULES, CellRefusal, WorkbookRefused

CPU_SECONDS: Final = 20
WALL_SECONDS: Final = 60.0
MEMORY_BYTES: Final = 640 << 20
OUTPUT_BYTES: Final = 64 << 20
UNPACKED_BYTES: Final = 256 << 20
TOLD_BYTES: Final = 256 << 10

_CHILD: Final = Path(__file__).with_name("read_workbook_child.py")
# What the child's exit code means; any other end, such as by a signal, is an exceeded limit.
_RULES: Final = {
    10: "workbook-damaged",
    11: "workbook-too-large",
    12: "several-sheets",
    13: "workbook-protected",
}
_TOLD: Final = re.compile(r"(?P<row>[1-9][0-9]{0,6})\t(?P<column>[a-z0-9_ ]{1,40})\t(?P<rule>[a-z-]{1,30})")


@dataclass(frozen=True, slots=True)
class WorkbookRows:
    """The rows as CSV in UTF-8, line for row, from the start of `file`; and cells that cannot be taken."""

    file: BinaryIO
    refusals: tuple[CellRefusal, ...]


def memory_file(name: str) -> BinaryIO:
    """A file that lies in memory and has no name in any folder."""
    return os.fdopen(os.memfd_create(name), "w+b")


def read_workbook(
    upload: BinaryIO, kinds: Mapping[str, str], *, cpu_seconds: int = CPU_SECONDS, wall: float = WALL_SECONDS
) -> WorkbookRows:
    """The one sheet whose first row names the first of `kinds`, column -> text, day or number.

    Raises WorkbookRefused. `upload` is a file of the system, read from its start.
    """
    limits = (cpu_seconds, MEMORY_BYTES, OUTPUT_BYTES, UNPACKED_BYTES)
    command = [sys.executable, "-I", str(_CHILD), *map(str, limits), json.dumps(dict(kinds))]
    upload.flush()
    # The child reads from where the system's file stands, not from where our buffer does.
    os.lseek(upload.fileno(), 0, os.SEEK_SET)
    rows = memory_file("rows")
    with TemporaryDirectory() as nowhere, memory_file("told") as told:
        try:
            child = subprocess.run(
                command, stdin=upload, stdout=rows, stderr=told, cwd=nowhere, env={}, timeout=wall,
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            rows.close()
            raise WorkbookRefused("workbook-too-large") from None
        if child.returncode:
            rows.close()
            raise WorkbookRefused(_RULES.get(child.returncode, "workbook-too-large"))
        told.seek(0)
        refusals = _refusals(told.read(TOLD_BYTES).decode(errors="replace"))
    rows.seek(0)
    return WorkbookRows(rows, refusals)


def _refusals(told: str) -> tuple[CellRefusal, ...]:
    found = (_TOLD.fullmatch(line) for line in told.splitlines())
    return tuple(
        CellRefusal(int(each["row"]), each["column"], each["rule"])
        for each in found
        if each and each["rule"] in CELL_RULES
    )
