"""Charts: well-formed SVG of the numbers given, that says what it shows and breaks no policy."""

import re
from xml.etree import ElementTree

import pytest

from gateway.charts import Series, bars, columns, nice_top

NAME = "{http://www.w3.org/2000/svg}"


def _parsed(markup: object) -> ElementTree.Element:
    return ElementTree.fromstring(str(markup))


def _chart(values: list[float]) -> ElementTree.Element:
    labels = [f"{number} May" for number, _ in enumerate(values, 1)]
    return _parsed(columns("calls", "Calls", "By day", labels, [Series("heard", "heard", values)]))


def test_a_chart_has_a_name_and_a_description() -> None:
    chart = _chart([1, 2])
    assert chart.get("role") == "img"
    assert chart.get("aria-labelledby") == "calls-title calls-desc"
    assert [(each.get("id"), each.text) for each in chart[:2]] == [
        ("calls-title", "Calls"),
        ("calls-desc", "By day"),
    ]


def test_a_column_is_as_high_as_its_value() -> None:
    heights = [float(each.get("height", "")) for each in _chart([0, 5, 10]).iter(f"{NAME}rect")]
    assert heights == [0.0, 99.0, 198.0]


def test_each_column_tells_its_day_and_value() -> None:
    titles = [each.text for each in _chart([1, 1200]).iter(f"{NAME}title")]
    assert titles == ["Calls", "1 May: heard 1", "2 May: heard 1,200"]


def test_bars_carry_their_numbers() -> None:
    chart = _parsed(bars("notices", "Notices", "By state", [("draft", "draft", 5), ("ended", "ended", 10)]))
    assert [each.text for each in chart.iter(f"{NAME}text")] == ["draft", "5", "ended", "10"]
    assert [float(each.get("width", "")) for each in chart.iter(f"{NAME}rect")] == [180.0, 360.0]


@pytest.mark.parametrize(
    ("greatest", "top"), [(0, 2), (1, 2), (2, 2), (3, 4), (5, 10), (11, 20), (1001, 2000)]
)
def test_the_scale_ends_at_a_round_number(greatest: float, top: int) -> None:
    assert nice_top(greatest) == top


def test_the_last_day_of_many_is_named() -> None:
    texts = [each.text for each in _chart([1.0] * 90).iter(f"{NAME}text")]
    assert texts[-1] == "90 May"
    assert len(texts) <= 3 + 9


def test_words_are_escaped() -> None:
    chart = str(bars("x", "<b>", "&", [("<script>", "a", 1)]))
    assert "<script>" not in chart
    assert _parsed(chart)[0].text == "<b>"


def test_there_is_neither_style_nor_script() -> None:
    chart = str(columns("x", "t", "d", ["a"], [Series("s", "s", [1])])) + str(bars("y", "t", "d", []))
    assert not re.search(r"style|script|\son[a-z]+=|href|url\(", chart)


def test_nothing_to_show_is_an_empty_chart() -> None:
    assert list(_chart([]).iter(f"{NAME}rect")) == []
    assert [
        each.get("width") for each in _parsed(bars("x", "t", "d", [("a", "a", 0)])).iter(f"{NAME}rect")
    ] == ["0.0"]
