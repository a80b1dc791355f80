"""An uploaded file becomes rows of CSV in UTF-8, whatever of the accepted formats it was in.

Workbooks (.xlsx) are read by a process of their own. CSV that is not UTF-8 but wholly GB18030, as Chinese
spreadsheets save it, is taken as that and nothing else; as bytes of other encodings can look like GB18030
too, the clerk is told and looks at the names before he confirms. Everything else is left as it is, for the
reading of rows to refuse by line.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from gateway.services.import_columns import FileKind
from gateway.services.read_csv import RowRefusal, RowsRefused
from gateway.spreadsheets.read_workbook import memory_file, read_workbook
from gateway.spreadsheets.refusals import WorkbookRefused

_BLOCK = 1 << 16
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows from the start of `file`, how the upload was read, and what was refused before they were rows."""

    file: BinaryIO
    read_as: str
    refusals: tuple[RowRefusal, ...] = ()


def prepare_rows(upload: BinaryIO, kind: FileKind) -> Prepared:
    """The rows of an upload; raises RowsRefused where the file as a whole cannot be read."""
    upload.seek(0)
    if upload.read(4) in _WORKBOOKS:
        return _from_workbook(upload, kind)
    if _is(upload, "utf-8") or not _is(upload, "gb18030"):
        upload.seek(0)
        return Prepared(upload, "utf-8")
    rows = memory_file("rows")
    for text in _decoded(upload, "gb18030"):
        rows.write(text.encode())
    rows.seek(0)
    return Prepared(rows, "gb18030")


def _from_workbook(upload: BinaryIO, kind: FileKind) -> Prepared:
    try:
        found = read_workbook(upload, kind.kinds)
    except WorkbookRefused as refused:
        told = RowRefusal(1, "row", refused.rule, refused.en, refused.zh)
        raise RowsRefused((told,), 1) from refused
    refusals = (RowRefusal(each.row, each.column, each.rule, each.en, each.zh) for each in found.refusals)
    return Prepared(found.file, "xlsx", tuple(refusals))


def _is(upload: BinaryIO, encoding: str) -> bool:
    try:
        return all("\0" not in text for text in _decoded(upload, encoding))
    except UnicodeDecodeError:
        return False


def _decoded(upload: BinaryIO, encoding: str) -> Iterator[str]:
    """The text from the start, strictly, a block at a time."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    upload.seek(0)
    while block := upload.read(_BLOCK):
        yield decoder.decode(block)
    yield decoder.decode(b"", True)
