"""Form bodies are read strictly, once, and never with an exception."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.carriers.form import Form, read_form


@pytest.mark.parametrize(
    ("body", "pairs"),
    [
        (b"", ()),
        (b"A=1&B=2", (("A", "1"), ("B", "2"))),
        (b"A=", (("A", ""),)),
        (b"A", (("A", ""),)),
        (b"A=1&&B=2", (("A", "1"), ("B", "2"))),
        (b"A=1&A=1", (("A", "1"), ("A", "1"))),
        (b"A=x=y", (("A", "x=y"),)),
        (b"A=1;B=2", (("A", "1;B=2"),)),
        (b"From=%2B86171&N=a+b", (("From", "+86171"), ("N", "a b"))),
        (b"N=%E5%BC%A0%E4%B8%89", (("N", "张三"),)),
        ("N=张三".encode(), (("N", "张三"),)),
        (b"N=%zz%2", (("N", "%zz%2"),)),
        (b"N=%00", (("N", "\0"),)),
    ],
)
def test_fields_are_read_in_order_with_repetitions_and_empty_values(
    body: bytes, pairs: tuple[tuple[str, str], ...]
) -> None:
    form = read_form(body)
    assert form is not None
    assert form.pairs == pairs


@pytest.mark.parametrize("body", [b"N=%FF", b"N=\xff", b"%C3=1", b"N=%ED%A0%80"])
def test_what_is_not_utf8_is_no_form(body: bytes) -> None:
    assert read_form(body) is None


def test_the_limits_of_length_and_number() -> None:
    assert read_form(b"A=" + b"x" * (65536 - 2)) is not None
    assert read_form(b"A=" + b"x" * (65536 - 1)) is None
    assert read_form(b"&".join([b"A=1"] * 200)) is not None
    assert read_form(b"&".join([b"A=1"] * 201)) is None


def test_the_signed_text_is_sorted_and_names_each_pair_once() -> None:
    assert Form.of((("b", "2"), ("a", "9"), ("a", "1"), ("b", "2"), ("B", "x"))).signed == "Bxa1a9b2"


@given(st.binary(max_size=60) | st.text(alphabet="AB=&%+;E5C3 ", max_size=40).map(str.encode))
def test_any_body_is_read_as_the_standard_library_reads_it(body: bytes) -> None:
    form = read_form(body)
    try:
        expected = parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        assert form is None
    else:
        assert form is not None
        assert list(form.pairs) == expected
