"""Reading CSV strictly: every row that cannot be taken exactly as it was meant is refused, and told by line.

A row is one line of the file: no cell holds a line break, so a quote that was not closed can swallow nothing.
"""

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from gateway.jurisdictions.refusal import Refusal
from gateway.services.refusals import NotValid

MOST_BYTES = 640 << 20
MOST_ROWS = 1_500_000
LONGEST_LINE = 32_768
LONGEST_CELL = 2_000
MOST_TOLD = 1_000

_BOM = b"\xef\xbb\xbf"
# What a spreadsheet would compute; an apostrophe before it makes it a text, and one more is one more.
_COMPUTED = re.compile(r"\s*(?P<mark>'*)[=+\-@＝＋－＠]")
# Control characters (tab and NUL among them), what turns or hides text, and what a wrong decoder left behind.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff]"
)
# Cells as RFC 4180 has them: wholly in quotes with each quote inside doubled, or without any.
_QUOTED = re.compile(r'(?:"(?:[^"]|"")*"|[^",]*)(?:,(?:"(?:[^"]|"")*"|[^",]*))*')


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """One reason why a line cannot be taken; the header is line 1, and the texts hold nothing of the cell."""

    line: int
    field: str
    rule: str
    en: str
    zh: str


class RowsRefused(NotValid):
    """Lines of a file break rules: the first of them in order, and how many refusals there are in all."""

    def __init__(self, rows: tuple[RowRefusal, ...], total: int) -> None:
        super().__init__(
            tuple(
                Refusal(field=f"{row.line}:{row.field}", rule=row.rule, article="", en=row.en, zh=row.zh)
                for row in rows
            )
        )
        self.rows, self.total = rows, total


class RowErrors:
    """Collects what is wrong with a file: all of it is counted, the first thousand are kept."""

    def __init__(self) -> None:
        self.kept: list[RowRefusal] = []
        self.total = 0

    def add(self, line: int, field: str, rule: str, en: str, zh: str) -> None:
        self.total += 1
        if len(self.kept) < MOST_TOLD:
            self.kept.append(RowRefusal(line, field, rule, en, zh))

    def take(self, line: int, refusals: list[Refusal]) -> None:
        """Refusals of one line's fields."""
        for each in refusals:
            self.add(line, each.field, each.rule, each.en, each.zh)

    def in_order(self) -> tuple[RowRefusal, ...]:
        return tuple(sorted(self.kept, key=lambda row: row.line))

    def done(self) -> None:
        """Raise RowsRefused with everything that was kept."""
        if self.total:
            raise RowsRefused(self.in_order(), self.total)


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a file, each exactly once, in any order; `texts` are those a person writes freely."""

    columns: tuple[str, ...]
    texts: frozenset[str]


class Row(NamedTuple):
    """One line as it stands in the file: its number, and its cells by column."""

    line: int
    cells: dict[str, str]


class CsvReading:
    """One pass over a file of UTF-8, with or without a byte order mark.

    What is wrong goes to `errors`; only whole rows are given out. At the end `sha256` is that of all bytes
    and `rows` the number of rows that were there, taken or not.
    """

    def __init__(self, file: BinaryIO, layout: Layout, errors: RowErrors) -> None:
        self._file, self._layout, self._errors = file, layout, errors
        self._digest, self._bytes, self._line = hashlib.sha256(), 0, 0
        self.rows = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[Row]:
        header = self._header()
        if header is None:
            return
        unescaped = [place for place, name in enumerate(header) if name in self._layout.texts]
        while (raw := self._next()) is not None:
            if not raw.strip(b" "):
                continue
            self.rows += 1
            if self.rows > MOST_ROWS:
                self._refuse("", *_TOO_MANY)
                return
            cells = self._cells(raw)
            if cells is not None and len(cells) != len(header):
                self._refuse("", *_field_count(len(cells), len(header)))
            elif cells is not None and self._texts_are_harmless(header, cells, unescaped):
                yield Row(self._line, dict(zip(header, cells, strict=True)))

    def _next(self) -> bytes | None:
        """The next line without its end; None at the end of the file, and where it is too large."""
        raw = self._file.readline(LONGEST_LINE)
        self._line += 1
        part = raw
        while part and not part.endswith(b"\n") and self._bytes <= MOST_BYTES:
            self._count(part)
            part = self._file.readline(LONGEST_LINE)
            raw = raw if len(raw) > LONGEST_LINE else raw + part
        self._count(part)
        if self._bytes > MOST_BYTES:
            self._refuse("", *_TOO_LARGE)
            return None
        return raw.removesuffix(b"\n").removesuffix(b"\r") if raw else None

    def _count(self, part: bytes) -> None:
        self._digest.update(part)
        self._bytes += len(part)

    def _header(self) -> list[str] | None:
        raw = self._next()
        if raw is None:
            self._refuse("", *_EMPTY)
            return None
        names = self._cells(raw.removeprefix(_BOM))
        if names is None:
            return None
        known, before = set(self._layout.columns), self._errors.total
        for name in self._layout.columns:
            if name not in names:
                self._refuse(name, *_MISSING)
        for place, name in enumerate(names, 1):
            if name not in known:
                self._refuse(f"column {place}", *_unknown(name))
            elif name in names[: place - 1]:
                self._refuse(name, *_TWICE)
        return names if self._errors.total == before else None

    def _cells(self, raw: bytes) -> list[str] | None:
        """The cells of a line; None where it was refused."""
        try:
            return _split(raw)
        except _LineRefused as refused:
            self._refuse("", *refused.because)
            return None

    def _texts_are_harmless(self, header: list[str], cells: list[str], texts: list[int]) -> bool:
        """No cell is too long, and none would be computed by a spreadsheet that opens the file."""
        before = self._errors.total
        for place, cell in enumerate(cells):
            if len(cell) > LONGEST_CELL:
                self._refuse(header[place], *_LONG_CELL)
        for place in texts:
            computed = _COMPUTED.match(cells[place])
            if computed and computed["mark"]:
                cells[place] = cells[place].lstrip()[1:]
            elif computed:
                self._refuse(header[place], *_IS_FORMULA)
        return self._errors.total == before

    def _refuse(self, field: str, rule: str, en: str, zh: str) -> None:
        self._errors.add(self._line, field or "row", rule, en, zh)


class _LineRefused(Exception):
    """A line cannot be divided into cells; `because` is rule, en, zh."""

    def __init__(self, because: tuple[str, str, str]) -> None:
        super().__init__(because[0])
        self.because = because


def _split(raw: bytes) -> list[str]:
    if len(raw) > LONGEST_LINE:
        raise _LineRefused(_LONG_LINE)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise _LineRefused(_ENCODING) from fault
    if _UNSEEN.search(text):
        raise _LineRefused(_UNSEEN_CHARACTER)
    if '"' not in text:
        return text.split(",")
    if not _QUOTED.fullmatch(text):
        raise _LineRefused(_QUOTE)
    return next(csv.reader([text]))


def disarm(text: str) -> str:
    """A free text as it is written into a file: a spreadsheet shows it, and CsvReading gives it back.

    Line breaks and other characters that a file may not hold become spaces.
    """
    seen = _UNSEEN.sub(" ", text).strip()
    return f"'{seen}" if _COMPUTED.match(seen) else seen


def _field_count(found: int, wanted: int) -> tuple[str, str, str]:
    return (
        "field-count",
        f"The row has {found} cells, the header has {wanted}.",
        f"本行有{found}个单元格，表头有{wanted}个。",
    )


def _unknown(name: str) -> tuple[str, str, str]:
    shown = name if re.fullmatch("[A-Za-z_ ]{1,40}", name) else "…"
    return "unknown-column", f"There is no column “{shown}”.", f"没有“{shown}”这一列。"


_EMPTY = ("empty-file", "The file is empty.", "文件为空。")
_MISSING = ("missing-column", "This column is missing.", "缺少此列。")
_TWICE = ("column-twice", "This column stands there twice.", "此列重复出现。")
_TOO_LARGE = (
    "file-too-large",
    f"The file is larger than {MOST_BYTES >> 20} MiB; divide it.",
    f"文件超过{MOST_BYTES >> 20}MiB，请拆分。",
)
_TOO_MANY = (
    "too-many-rows",
    f"The file has more than {MOST_ROWS} rows; divide it.",
    f"文件超过{MOST_ROWS}行，请拆分。",
)
_LONG_LINE = (
    "line-too-long",
    f"The line is longer than {LONGEST_LINE} bytes.",
    f"本行超过{LONGEST_LINE}字节。",
)
_LONG_CELL = (
    "cell-too-long",
    f"A cell has at most {LONGEST_CELL} characters.",
    f"单元格最多{LONGEST_CELL}个字符。",
)
_ENCODING = (
    "not-utf-8",
    "The line is not UTF-8; save the file as “CSV UTF-8”.",
    "本行不是UTF-8编码（可能为GB18030），请另存为“CSV UTF-8”。",
)
_UNSEEN_CHARACTER = (
    "control-character",
    "The line holds a control character or one that cannot be seen.",
    "本行含有控制字符或不可见字符。",
)
_QUOTE = (
    "quote",
    "A quotation mark is not closed or not doubled; a row is one line.",
    "引号未闭合或未成对；每行数据不得换行。",
)
_IS_FORMULA = (
    "formula",
    "A text must not begin with = + - or @; where it is meant, write an apostrophe before it.",
    "文本不得以 = + - @ 开头；确需如此时请在前面加单引号。",
)
