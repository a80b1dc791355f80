"""Workbooks for tests: honest ones by openpyxl, others put together from the parts that a .xlsx has."""

import io
import struct
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from openpyxl import Workbook

SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    "</Types>"
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/{{}}" Target="{{}}"/></Relationships>'
)
_BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    f' xmlns:r="{_OFFICE}"><sheets><sheet name="Sheet" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def workbook(*sheets: Iterable[Sequence[Any]]) -> io.BytesIO:
    """A workbook with these sheets, each of these rows."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets or ([],)):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> io.BytesIO:
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def from_parts(sheet: Iterable[bytes], lie: int | None = None) -> io.BytesIO:
    """A workbook whose only sheet is these bytes; `lie` is the size that the archive says it unpacks to."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELS.format("officeDocument", "xl/workbook.xml"))
        archive.writestr("xl/workbook.xml", _BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", _RELS.format("worksheet", "worksheets/sheet1.xml"))
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for block in sheet:
                part.write(block)
    return io.BytesIO(_lying(out.getvalue(), lie) if lie is not None else out.getvalue())


def _lying(archive: bytes, size: int) -> bytes:
    """The same archive with another unpacked size of its last part, in both places where it stands."""
    changed = bytearray(archive)
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = archive.rindex(mark)
        struct.pack_into("<I", changed, at + offset, size)
    return bytes(changed)


def one_endless_cell(megabytes: int) -> Iterator[bytes]:
    """A sheet with one cell of so many megabytes: a thousandth of that when packed."""
    head, _, tail = SHEET.partition("{}")
    yield head.encode() + b'<row r="1"><c r="A1" t="inlineStr"><is><t>'
    yield from (b"a" * (1 << 20) for _ in range(megabytes))
    yield b"</t></is></c></row>" + tail.encode()


def endless_rows(rows: int) -> Iterator[bytes]:
    """A sheet with so many rows of 28 short cells."""
    head, _, tail = SHEET.partition("{}")
    yield head.encode()
    yield from (b"<row>" + b"<c><v>1</v></c>" * 28 + b"</row>" for _ in range(rows))
    yield tail.encode()
