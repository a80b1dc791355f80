"""Reading untrusted workbooks: what is taken is what stands there, and no file takes the gateway's memory."""

import io
import subprocess
import sys
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from gateway.spreadsheets.read_workbook import memory_file, read_workbook
from gateway.spreadsheets.refusals import WorkbookRefused
from tests.gateway.workbooks import SHEET, endless_rows, from_parts, one_endless_cell, saved, workbook

KINDS = {"name": "text", "number": "text", "day": "day", "amount": "number"}
HEAD = ["name", "number", "day", "amount"]
Told = list[tuple[int, str, str]]


def read(upload: io.BytesIO, wall: float = 60.0) -> tuple[list[str], Told]:
    """The lines of CSV, and (row, column, rule) of each cell that was not taken."""
    with memory_file("upload") as file:
        file.write(upload.getbuffer())
        found = read_workbook(file, KINDS, wall=wall)
    with found.file as rows:
        return rows.read().decode().splitlines(), [
            (each.row, each.column, each.rule) for each in found.refusals
        ]


def rule_of(upload: io.BytesIO, wall: float = 60.0) -> str:
    with pytest.raises(WorkbookRefused) as refused:
        read(upload, wall)
    return refused.value.rule


def one(cell: object, column: str = "name") -> tuple[str, Told]:
    """What becomes of one cell in a row of its own."""
    row = [cell if head == column else None for head in HEAD]
    lines, told = read(workbook([HEAD, row]))
    return lines[1].split(",")[HEAD.index(column)], told


def test_texts_days_and_amounts_are_taken_as_they_stand() -> None:
    rows = [HEAD, ["虚构, 人", "+8617100000001", date(2026, 3, 1), 2951], ["b", "007", "2026-03-02", "1.50"]]
    assert read(workbook(rows)) == (
        [
            "name,number,day,amount",
            '"虚构, 人",+8617100000001,2026-03-01,2951',
            "b,007,2026-03-02,1.50",
        ],
        [],
    )


@pytest.mark.parametrize("number", [511302198001010011, 8617100000001, 17100000001, 7, 0.5])
def test_a_number_where_a_text_is_meant_is_refused_by_row_and_column(number: float) -> None:
    assert one(number, "number")[1] == [(2, "number", "number-not-text")]


@pytest.mark.parametrize(
    ("amount", "text"), [(2951, "2951"), (0.1, "0.10"), (2951.5, "2951.50"), (999_999_999_999_999, "9" * 15)]
)
def test_an_amount_keeps_every_digit(amount: float, text: str) -> None:
    assert one(amount, "amount") == (text, [])


def test_an_amount_of_more_digits_than_a_spreadsheet_keeps_is_refused() -> None:
    assert one(1_000_000_000_000_001, "amount")[1] == [(2, "amount", "number-inexact")]


def test_more_than_two_decimals_are_left_for_the_import_to_refuse() -> None:
    assert one(2951.001, "amount") == ("2951.001", [])


@pytest.mark.parametrize(
    ("cell", "column", "rule"),
    [
        (date(2026, 3, 1), "name", "date-cell"),
        (date(2026, 3, 1), "amount", "date-cell"),
        (datetime(2026, 3, 1, 9, 30), "day", "time-cell"),
        (time(9, 30), "day", "time-cell"),
        (True, "name", "boolean-cell"),
        ("a\nb", "name", "control-character"),
        ("a\tb", "name", "control-character"),
        ("a" * 2001, "name", "cell-too-long"),
        ("=1+1", "amount", "formula-cell"),
        ("=HYPERLINK(1)", "name", "formula-cell"),
        ("#N/A", "amount", "error-cell"),
    ],
)
def test_a_cell_of_another_kind_is_refused_by_row_and_column(cell: object, column: str, rule: str) -> None:
    assert one(cell, column)[1] == [(2, column, rule)]


def test_a_formula_that_has_its_value_with_it_is_refused_all_the_same() -> None:
    """Its value may be another one than a spreadsheet would show."""
    row = (
        '<row r="1"><c r="A1" t="str"><v>name</v></c></row>'
        '<row r="2"><c r="A2" t="str"><f>1+1</f><v>7</v></c></row>'
    )
    assert read(from_parts([SHEET.format(row).encode()])) == (["name", "7"], [(2, "name", "formula-cell")])


def test_days_of_the_other_calendar_of_spreadsheets_are_the_same_days() -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    for row in (HEAD, ["a", "1", date(2026, 3, 1), None]):
        book.worksheets[0].append(row)
    assert read(saved(book))[0][1] == "a,1,2026-03-01,"


def test_a_day_at_midnight_is_a_day() -> None:
    assert one(datetime(2026, 3, 1), "day") == ("2026-03-01", [])


def test_merged_cells_and_hidden_rows_are_refused() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (HEAD, ["a"], ["b"], ["c"]):
        sheet.append(row)
    sheet.merge_cells("A2:B3")
    sheet.row_dimensions[4].hidden = sheet.row_dimensions[9].hidden = True
    assert sorted(read(saved(book))[1]) == [(2, "name", "merged-cells"), (4, "row", "hidden-row")]


def test_an_empty_row_is_an_empty_line_so_that_lines_are_rows() -> None:
    lines, _ = read(workbook([HEAD, ["a", "1"], [], ["b", "2"]]))
    assert lines == ["name,number,day,amount", "a,1,,", "", "b,2,,"]


def test_cells_beyond_the_heading_stay_there_to_be_refused() -> None:
    assert read(workbook([HEAD, ["a", "1", None, None, "x"]]))[0][1] == "a,1,,,x"


def test_the_sheet_with_the_heading_is_read_wherever_it_stands() -> None:
    explained = [["column", "explained"], ["name", "of the debtor"]]
    assert read(workbook(explained, [HEAD, ["a"]]))[0] == ["name,number,day,amount", "a,,,"]


def test_two_sheets_with_the_heading_are_refused() -> None:
    assert rule_of(workbook([HEAD, ["a"]], [HEAD, ["b"]])) == "several-sheets"


def test_a_heading_further_down_is_none() -> None:
    assert read(workbook([[], HEAD]))[0][0] == ""


@pytest.mark.parametrize(
    ("upload", "rule"),
    [
        (b"", "workbook-damaged"),
        (b"name,number\n", "workbook-damaged"),
        (b"PK\x03\x04" + b"x" * 200, "workbook-damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "workbook-protected"),
    ],
)
def test_what_is_no_workbook_is_refused(upload: bytes, rule: str) -> None:
    assert rule_of(io.BytesIO(upload)) == rule


def test_half_a_workbook_is_refused() -> None:
    whole = workbook([HEAD, *(["a", "1"] for _ in range(500))]).getvalue()
    assert rule_of(io.BytesIO(whole[: len(whole) // 2])) == "workbook-damaged"


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    + SHEET.format('<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row>').encode()
)
OUTSIDE = ENTITIES.replace(b'"aaaaaaaaaa"', b'SYSTEM "file:///etc/hostname"')


@pytest.mark.parametrize("sheet", [ENTITIES, OUTSIDE])
def test_entities_are_refused(sheet: bytes) -> None:
    assert rule_of(from_parts([sheet])) == "workbook-damaged"


def test_a_small_file_that_unpacks_to_two_hundred_megabytes_takes_none_of_our_memory() -> None:
    bomb = from_parts(one_endless_cell(204))
    assert len(bomb.getvalue()) < 215_000
    before = _memory_now()
    assert rule_of(bomb) == "workbook-too-large"
    assert _memory_now() - before < 16 << 20


def test_a_file_that_says_itself_that_it_is_too_large_is_not_unpacked() -> None:
    assert rule_of(from_parts(one_endless_cell(300)), wall=3.0) == "workbook-too-large"


def test_a_file_that_lies_about_its_size_is_refused_too() -> None:
    assert rule_of(from_parts(one_endless_cell(300), lie=1000)) in {"workbook-too-large", "workbook-damaged"}


def test_many_small_cells_are_refused_as_one_large_one() -> None:
    bomb = from_parts(endless_rows(600_000))
    assert rule_of(bomb) == "workbook-too-large"


def test_a_child_that_takes_too_long_is_ended() -> None:
    assert rule_of(workbook([HEAD]), wall=0.001) == "workbook-too-large"


def _memory_now() -> int:
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[1]) * 4096


PRISONER = """
import socket, resource, runpy
child = runpy.run_path("gateway/spreadsheets/read_workbook_child.py")
child["bind_hands"](5, 640 * 2**20, 1000)
def more_memory(): bytearray(2**30)
for attempt in (lambda: open('/etc/hostname'), socket.socket, lambda: open('new', 'w'), more_memory):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        print(type(error).__name__, getattr(error, 'errno', None))
print(*resource.getrlimit(resource.RLIMIT_CPU))
"""


def test_the_child_can_open_no_file_and_no_socket_and_take_no_more_memory() -> None:
    told = subprocess.run([sys.executable, "-c", PRISONER], capture_output=True, text=True, check=True).stdout
    # 24 is EMFILE: no descriptor is left.
    assert told.splitlines() == ["OSError 24", "OSError 24", "OSError 24", "MemoryError None", "5 5"]
