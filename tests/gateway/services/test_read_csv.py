"""Reading CSV strictly: what is taken is exactly what stands there, and what is not taken is told by line."""

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.services.read_csv import (
    LONGEST_CELL,
    LONGEST_LINE,
    MOST_BYTES,
    MOST_TOLD,
    CsvReading,
    Layout,
    RowErrors,
    RowsRefused,
    disarm,
)

LAYOUT = Layout(("name", "number", "note"), frozenset({"name", "note"}))
Told = list[tuple[int, str, str]]


def read(data: bytes) -> tuple[list[tuple[int, dict[str, str]]], Told]:
    """The rows that were taken, and (line, field, rule) of what was not."""
    errors = RowErrors()
    rows = [(row.line, row.cells) for row in CsvReading(io.BytesIO(data), LAYOUT, errors)]
    return rows, [(each.line, each.field, each.rule) for each in errors.in_order()]


def body(*lines: str) -> bytes:
    return "\r\n".join(("name,number,note", *lines, "")).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"name,number,note\r\na,1,x\r\n",
        b"name,number,note\na,1,x\n",
        b"name,number,note\na,1,x",
        b"\xef\xbb\xbfname,number,note\r\na,1,x\r\n",
        b"note,name,number\r\nx,a,1\r\n",
        b'"name","number","note"\r\n"a","1","x"\r\n',
    ],
)
def test_line_ends_a_byte_order_mark_quotes_and_the_order_of_columns_make_no_difference(data: bytes) -> None:
    assert read(data) == ([(2, {"name": "a", "number": "1", "note": "x"})], [])


def test_quoted_commas_and_doubled_quotes_are_read_as_they_were_meant() -> None:
    rows, told = read(body('a,1,"x, ""y"""'))
    assert told == []
    assert rows[0][1]["note"] == 'x, "y"'


def test_blank_lines_are_no_rows_but_keep_their_numbers() -> None:
    rows, told = read(body("", "a,1,x", "", "b,2,y", ""))
    assert ([line for line, _ in rows], told) == ([3, 5], [])


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("name,number", [(1, "note", "missing-column")]),
        ("name,number,note,colour", [(1, "column 4", "unknown-column")]),
        ("name,number,note,name", [(1, "name", "column-twice")]),
        ("name,nummer,note", [(1, "number", "missing-column"), (1, "column 2", "unknown-column")]),
        ("name;number;note", [(1, each, "missing-column") for each in ("name", "number", "note")]),
        ("Name,number,note", [(1, "name", "missing-column"), (1, "column 1", "unknown-column")]),
    ],
)
def test_a_header_must_hold_every_column_once_and_no_other(header: str, told: Told) -> None:
    rows, found = read(f"{header}\r\na,1,x\r\n".encode())
    assert rows == []
    assert set(told) <= set(found)


def test_an_empty_file_has_not_even_a_header() -> None:
    assert read(b"") == ([], [(1, "row", "empty-file")])


@pytest.mark.parametrize("row", ["a,1", "a,1,x,y", "a"])
def test_a_row_with_too_few_or_too_many_cells_is_refused_alone(row: str) -> None:
    rows, told = read(body("a,1,x", row, "b,2,y"))
    assert told == [(3, "row", "field-count")]
    assert [line for line, _ in rows] == [2, 4]


@pytest.mark.parametrize("row", ['"a,1,x', 'a,1,"x', 'a,1,x"', 'a,"1"2,x', 'a, "1",x', '"a""",1,"x""'])
def test_a_quote_that_is_not_closed_swallows_no_other_row(row: str) -> None:
    rows, told = read(body("a,1,x", row, "b,2,y", 'c,3,"z"'))
    assert told == [(3, "row", "quote")]
    assert [line for line, _ in rows] == [2, 4, 5]


@pytest.mark.parametrize(
    "hidden", ["\x00", "\t", "\x1b", "\x7f", "\x85", "\u200b", "\u202e", "\u2066", "\ufeff", "\ufffd", "\r"]
)
def test_what_cannot_be_seen_is_refused(hidden: str) -> None:
    assert read(body(f"a{hidden}b,1,x"))[1] == [(2, "row", "control-character")]


def test_a_quoted_line_break_is_two_broken_rows() -> None:
    assert read(b'name,number,note\r\na,1,"x\r\ny"\r\n')[1] == [(2, "row", "quote"), (3, "row", "quote")]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le"])
def test_another_encoding_is_refused_by_line(encoding: str) -> None:
    data = b"name,number,note\n" + "虚构,1,说明".encode(encoding) + b"\n" + "虚构,1,x\n".encode()
    rows, told = read(data)
    assert told[0][:2] == (2, "row")
    assert told[0][2] in {"not-utf-8", "control-character"}
    assert rows[-1][1]["name"] == "虚构"


def test_utf_16_is_not_even_a_header() -> None:
    rows, told = read("name,number,note\r\na,1,x\r\n".encode("utf-16"))
    assert rows == []
    assert told == [(1, "row", "not-utf-8")]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1+1", "＋1", '"=HYPERLINK(""http://x.example"")"']
)
def test_a_text_that_a_spreadsheet_would_compute_is_refused(cell: str) -> None:
    assert read(body(f"{cell},1,x"))[1] == [(2, "name", "formula")]


@pytest.mark.parametrize("number", ["+8617100000001", "-5", "=1"])
def test_other_columns_are_exact_and_judged_by_what_they_mean(number: str) -> None:
    rows, told = read(body(f"a,{number},x"))
    assert (told, rows[0][1]["number"]) == ([], number)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("虚构人", "虚构人"),
        ("=1+1", "'=1+1"),
        ("-", "'-"),
        ("'=1", "''=1"),
        ("'quoted'", "'quoted'"),
        ("a\r\nb\x00", "a  b"),
    ],
)
def test_a_text_is_written_so_that_no_spreadsheet_computes_it(text: str, written: str) -> None:
    assert disarm(text) == written


@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co")), max_size=40))
def test_what_is_written_is_read_again(text: str) -> None:
    quoted = '"' + disarm(text).replace('"', '""') + '"'
    rows, told = read(body(f"{quoted},1,x"))
    assert told == []
    assert rows[0][1]["name"].strip() == text.strip()


@pytest.mark.parametrize(("length", "rules"), [(LONGEST_CELL, []), (LONGEST_CELL + 1, ["cell-too-long"])])
def test_a_cell_has_a_longest_length(length: int, rules: list[str]) -> None:
    assert [rule for _, _, rule in read(body(f"{'a' * length},1,x"))[1]] == rules


def test_a_line_without_end_is_refused_and_the_next_one_is_read() -> None:
    rows, told = read(body("a" * (3 * LONGEST_LINE) + ",1,x", "b,2,y"))
    assert told == [(2, "row", "line-too-long")]
    assert [line for line, _ in rows] == [3]


def test_an_endless_file_is_given_up_and_takes_no_memory() -> None:
    with Path("/dev/zero").open("rb") as endless:
        errors = RowErrors()
        assert list(CsvReading(endless, LAYOUT, errors)) == []
        assert errors.kept[0].rule == "file-too-large"
        assert endless.tell() <= MOST_BYTES + 2 * LONGEST_LINE


def test_every_refusal_is_counted_and_the_first_thousand_are_told() -> None:
    errors = RowErrors()
    list(CsvReading(io.BytesIO(body(*["a"] * (MOST_TOLD + 1))), LAYOUT, errors))
    with pytest.raises(RowsRefused) as refused:
        errors.done()
    assert (len(refused.value.rows), refused.value.total) == (1000, 1001)
    assert refused.value.refusals[0].field == "2:row"


def test_the_hash_is_that_of_all_bytes_and_every_row_counts() -> None:
    data = body("a,1,x", "broken", "b,2,y")
    reading = CsvReading(io.BytesIO(data), LAYOUT, RowErrors())
    list(reading)
    assert (reading.sha256, reading.rows) == (hashlib.sha256(data).hexdigest(), 3)


def test_no_text_of_a_refusal_holds_what_stood_in_the_cell() -> None:
    errors = RowErrors()
    list(CsvReading(io.BytesIO(body("=secret,1,x", '"secret,1,x', "secret,secret")), LAYOUT, errors))
    assert len(errors.kept) == 3
    assert not [each for each in errors.kept if "secret" in each.en + each.zh + each.field]
