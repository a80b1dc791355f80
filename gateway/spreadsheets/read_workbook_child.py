"""The program that reads an untrusted workbook: alone, with nothing it could open, soon over.

Run as a script by `gateway.spreadsheets.read_workbook`, with the limits and the columns as arguments. It
imports nothing of this package, so that isolated mode can run it from any folder, and everything that is
imported on demand, because once its hands are bound no module can be opened either. The workbook comes in on
standard input. Its rows go out on standard output as CSV, line for row; what is wrong with a cell goes to
standard error as row, column and rule with tabs between. The exit code says what is wrong with the whole.
"""

import codecs
import csv
import io
import json
import math
import posixpath
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import chain, islice, repeat
from typing import Any, Final
from xml.etree import ElementTree
from xml.parsers import expat

import python_calamine

DONE, DAMAGED, TOO_LARGE, SEVERAL, PROTECTED = 0, 10, 11, 12, 13
LONGEST_CELL: Final = 2_000
MOST_TOLD: Final = 1_000
MOST_SHEETS: Final = 20
EXACT: Final = 10**15
"""Below it a spreadsheet's number has every digit that was typed."""

_BLOCK: Final = 1 << 16
_IDS: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Refused(Exception):
    """The workbook is not what was promised; `code` becomes the exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def bind_hands(cpu_seconds: int, memory_bytes: int, output_bytes: int) -> None:
    """From here on: no new file, socket, process or core dump; bounded time, memory and output."""
    limits = {
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_FSIZE: output_bytes,
        # Descriptors 0, 1 and 2 exist; a fourth can no longer be opened, be it a file or a socket.
        resource.RLIMIT_NOFILE: 3,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


class Told:
    """What is wrong with cells: each once, the first thousand of them."""

    def __init__(self) -> None:
        self._told: set[tuple[int, str]] = set()

    def add(self, row: int, column: str, rule: str) -> None:
        if len(self._told) < MOST_TOLD and (row, column) not in self._told:
            self._told.add((row, column))
            sys.stderr.write(f"{row}\t{column}\t{rule}\n")


def look_into(upload: bytes, most_unpacked: int) -> zipfile.ZipFile:
    """The workbook as the archive that it is, if it says itself that it does not unpack to too much."""
    if upload.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(PROTECTED)
    archive = zipfile.ZipFile(io.BytesIO(upload))
    if "xl/workbook.xml" not in archive.namelist():
        raise Refused(DAMAGED)
    if sum(each.file_size for each in archive.infolist()) > most_unpacked:
        raise Refused(TOO_LARGE)
    return archive


def parts_of(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> the part of the archive that holds it."""
    targets = {
        str(each.get("Id")): posixpath.normpath(posixpath.join("xl", str(each.get("Target"))))
        for each in _tree(archive, "xl/_rels/workbook.xml.rels")
    }
    return {
        str(each.get("name")): targets.get(str(each.get(_IDS)), "").removeprefix("xl/xl/").lstrip("/")
        for each in _tree(archive, "xl/workbook.xml").iter()
        if each.tag.endswith("}sheet")
    }


def _tree(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if archive.getinfo(name).file_size > 1 << 20:
        raise Refused(TOO_LARGE)
    return ElementTree.fromstring(archive.read(name))


class Scan:
    """What the reader of values does not tell: formulas, errors and hidden rows of a sheet, by place."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, int], str] = {}
        self._row = self._column = 0
        self._hidden = False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, archive: zipfile.ZipFile, part: str) -> "Scan":
        with archive.open(part) as file:
            while block := file.read(_BLOCK):
                self._parser.Parse(block, False)
        self._parser.Parse(b"", True)
        return self

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(" ")[2]:
            case "c":
                self._column = _column(attributes["r"]) if "r" in attributes else self._column + 1
                if attributes.get("t") == "e":
                    self._tell("error-cell")
            case "f":
                self._tell("formula-cell")
            case "row":
                self._row, self._column = int(attributes.get("r", self._row + 1)), 0
                self._hidden = attributes.get("hidden", "0") in {"1", "true"}
            case "v" | "t" if self._hidden:
                self._column = 0
                self._tell("hidden-row")

    @property
    def rows(self) -> set[int]:
        """The rows where something was found: they are rows even where no cell has a value."""
        return {row for row, _ in self.found}

    def _tell(self, rule: str) -> None:
        if len(self.found) <= MOST_TOLD:
            self.found.setdefault((self._row, self._column), rule)

    def _doctype(self, *_: object) -> None:
        raise Refused(DAMAGED)


def _column(reference: str) -> int:
    """The number, from 1, of the column in a reference such as AB12."""
    number = 0
    for letter in reference.rstrip("0123456789"):
        number = number * 26 + ord(letter) - 64
    return number


def one_sheet(book: python_calamine.CalamineWorkbook, mark: str) -> python_calamine.CalamineSheet:
    """The one sheet whose first row has the heading `mark`; the first sheet where none has it."""
    if len(book.sheet_names) > MOST_SHEETS or not book.sheet_names:
        raise Refused(DAMAGED)
    found = None
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if mark in (str(cell).strip() for row in sheet.to_python(False, 1) for cell in row):
            if found is not None:
                raise Refused(SEVERAL)
            found = sheet
    return found or book.get_sheet_by_index(0)


def rows_of(sheet: python_calamine.CalamineSheet) -> Iterator[list[Any]]:
    """Every row from the sheet's first, and every cell from its first column."""
    top, left = sheet.start or (0, 0)
    yield from ([] for _ in range(top))
    yield from ([""] * left + row for row in sheet.iter_rows())


def text_of(value: object, kind: str) -> tuple[str, str]:
    """(the cell's text, the rule that it breaks or nothing). `kind` is text, day or number."""
    match value:
        case str():
            return _text(value)
        case bool():
            return str(value), "boolean-cell"
        case datetime():
            text, whole = str(value), value.time() == time()
            return (text[:10], "") if kind == "day" and whole else (text, _NO_DATE[kind])
        case date():
            return str(value), "" if kind == "day" else "date-cell"
        case int() | float():
            return _number(float(value), kind)
        case time() | timedelta():
            return str(value), _NO_DATE[kind]
    return "", ""


_NO_DATE: Final = {"day": "time-cell", "text": "date-cell", "number": "date-cell"}


def _text(value: str) -> tuple[str, str]:
    if len(value) > LONGEST_CELL:
        return value[:LONGEST_CELL].replace("\n", " "), "cell-too-long"
    if value.isprintable() or not any(ord(each) < 32 or ord(each) == 127 for each in value):
        return value, ""
    return "".join(each if ord(each) >= 32 else " " for each in value), "control-character"


def _number(value: float, kind: str) -> tuple[str, str]:
    if kind == "text":
        return repr(value).removesuffix(".0"), "number-not-text"
    if not math.isfinite(value) or abs(value) >= EXACT:
        return repr(value), "number-inexact"
    if value == int(value):
        return str(int(value)), ""
    # Where two decimals say the same number, they are what was typed; all else is judged by its meaning.
    return (f"{value:.2f}", "") if float(f"{value:.2f}") == value else (repr(value), "")


def write(sheet: python_calamine.CalamineSheet, scan: Scan, kinds: dict[str, str], told: Told) -> None:
    """Rows to standard output; whatever is wrong with their cells to `told`."""
    writer, told_rows = csv.writer(sys.stdout, lineterminator="\r\n"), scan.rows
    rows = chain(rows_of(sheet), repeat([]))
    last = max((sheet.end or (-1, 0))[0] + 1, *told_rows, 0)
    heads: list[str] = []
    for number, row in enumerate(islice(rows, last), 1):
        if number == 1:
            heads = _heads(row)
        cells = []
        for place, value in enumerate(row, 1):
            name = _name(heads, place, kinds)
            text, rule = text_of(value, kinds.get(name, "text") if number > 1 else "text")
            if rule:
                told.add(number, name, rule)
            cells.append(text)
        cells += [""] * (len(heads) - len(cells))
        empty = not any(cells) and number not in told_rows
        while cells and (empty or len(cells) > len(heads)) and not cells[-1]:
            cells.pop()
        writer.writerow(cells)
    for (at_row, at_column), rule in scan.found.items():
        told.add(at_row, _name(heads, at_column, kinds), rule)
    for (top, left), _ in sheet.merged_cell_ranges or []:
        told.add(top + 1, _name(heads, left + 1, kinds), "merged-cells")


def _name(heads: list[str], place: int, kinds: dict[str, str]) -> str:
    """The heading of the column at this place from 1, if it is known; a place of 0 is the whole row."""
    head = heads[place - 1] if 0 < place <= len(heads) else ""
    return head if head in kinds else f"column {place}" if place else "row"


def _heads(row: list[Any]) -> list[str]:
    heads = [str(cell).strip() for cell in row]
    while heads and not heads[-1]:
        heads.pop()
    return heads


def main(arguments: list[str]) -> int:
    """Read standard input; the exit code is the answer."""
    cpu_seconds, memory_bytes, output_bytes, most_unpacked = map(int, arguments[:4])
    kinds: dict[str, str] = json.loads(arguments[4])
    # Names in archives may be of this code page, which is a module of its own.
    codecs.lookup("cp437")
    for stream in (sys.stdout, sys.stderr):
        assert isinstance(stream, io.TextIOWrapper)
        stream.reconfigure(encoding="utf-8", newline="")
    bind_hands(cpu_seconds, memory_bytes, output_bytes)
    try:
        upload = sys.stdin.buffer.read()
        archive = look_into(upload, most_unpacked)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(upload))
        sheet = one_sheet(book, next(iter(kinds)))
        write(sheet, Scan().read(archive, parts_of(archive)[sheet.name]), kinds, Told())
        sys.stdout.flush()
    except Refused as refusal:
        return refusal.code
    except python_calamine.PasswordError:
        return PROTECTED
    except MemoryError:
        return TOO_LARGE
    except (python_calamine.CalamineError, zipfile.BadZipFile, zipfile.LargeZipFile):
        return DAMAGED
    except (ElementTree.ParseError, expat.ExpatError, ValueError, KeyError, OSError, RuntimeError):
        return DAMAGED
    return DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
