"""Charts as SVG, drawn on the server: pure functions from numbers to markup, with no script and no style.

Colours come from classes of our stylesheet, so that a strict Content-Security-Policy holds; series differ by
pattern of outline as well as by colour, so that a chart can be read in print. Whoever shows a chart shows
its numbers as a table beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 24, 12, 30
BAR, GAP, LABELS = 26, 10, 190
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of column: its name for people, the suffix of its class, a value for each label."""

    name: str
    css: str
    values: Sequence[float]


def columns(
    ident: str, title: str, description: str, labels: Sequence[str], series: Sequence[Series]
) -> Markup:
    """Columns side by side for each label, over a scale that starts at 0. `ident` is unique on its page."""
    top = nice_top(max((value for each in series for value in each.values), default=0))
    parts = [_scale(top), *_columns(labels, series, top), *_labels_below(labels)]
    return _svg(ident, title, description, WIDTH, HEIGHT, parts)


def bars(ident: str, title: str, description: str, rows: Sequence[tuple[str, str, float]]) -> Markup:
    """Bars from left to right: (label, suffix of the class, value), each with its number."""
    top = max((value for _, _, value in rows), default=0) or 1
    parts = [_bar(number, row, top) for number, row in enumerate(rows)]
    return _svg(ident, title, description, WIDTH, len(rows) * (BAR + GAP) + GAP, parts)


def nice_top(greatest: float) -> int:
    """The least of 1, 2, 5, 10, 20, 50 ... times two that is no less: two steps of the scale."""
    power = 1
    while True:
        for step in _STEPS:
            if step * power * 2 >= greatest:
                return step * power * 2
        power *= 10


def _svg(
    ident: str, title: str, description: str, width: int, height: int, parts: Sequence[Markup]
) -> Markup:
    return Markup(
        '<svg class="desk-chart" role="img" aria-labelledby="{0}-title {0}-desc" viewBox="0 0 {1} {2}"'
        ' xmlns="http://www.w3.org/2000/svg"><title id="{0}-title">{3}</title>'
        '<desc id="{0}-desc">{4}</desc>{5}</svg>'
    ).format(ident, width, height, title, description, Markup("").join(parts))


def _scale(top: int) -> Markup:
    """Three lines: nothing, half, all."""
    lines = Markup("")
    for value in (0, top // 2, top):
        y = _y(value, top)
        lines += Markup(
            '<line class="desk-chart__line" x1="{}" x2="{}" y1="{}" y2="{}"/>'
            '<text class="desk-chart__text desk-chart__text--end" x="{}" y="{}">{}</text>'
        ).format(LEFT, WIDTH - RIGHT, y, y, LEFT - 6, y + 4, f"{value:,}")
    return lines


def _y(value: float, top: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top), 1)


def _columns(labels: Sequence[str], series: Sequence[Series], top: int) -> list[Markup]:
    place = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    width = place * 0.8 / max(1, len(series))
    return [
        _rect(LEFT + place * (number + 0.1) + width * nth, each.values[number], width, top, each, label)
        for number, label in enumerate(labels)
        for nth, each in enumerate(series)
    ]


def _rect(x: float, value: float, width: float, top: int, series: Series, label: str) -> Markup:
    """A column, which tells its value where a pointer rests on it."""
    y = _y(value, top)
    return Markup(
        '<rect class="desk-chart__bar desk-chart__bar--{}" x="{}" y="{}" width="{}" height="{}">'
        "<title>{}</title></rect>"
    ).format(
        series.css,
        round(x, 1),
        y,
        round(width, 1),
        round(HEIGHT - BOTTOM - y, 1),
        f"{label}: {series.name} {value:,}",
    )


def _labels_below(labels: Sequence[str]) -> list[Markup]:
    """As many labels as have room, the last one among them."""
    place, every = (WIDTH - LEFT - RIGHT) / max(1, len(labels)), -(-len(labels) // 8)
    return [
        Markup('<text class="desk-chart__text desk-chart__text--middle" x="{}" y="{}">{}</text>').format(
            round(LEFT + place * (number + 0.5), 1), HEIGHT - 10, label
        )
        for number, label in enumerate(labels)
        if (len(labels) - 1 - number) % max(1, every) == 0
    ]


def _bar(number: int, row: tuple[str, str, float], top: float) -> Markup:
    label, css, value = row
    y, room = GAP + number * (BAR + GAP), WIDTH - LABELS - 90
    width = round(room * value / top, 1)
    return Markup(
        '<text class="desk-chart__text desk-chart__text--end" x="{}" y="{}">{}</text>'
        '<rect class="desk-chart__bar desk-chart__bar--{}" x="{}" y="{}" width="{}" height="{}"/>'
        '<text class="desk-chart__text" x="{}" y="{}">{}</text>'
    ).format(LABELS - 8, y + 18, label, css, LABELS, y, width, BAR, LABELS + width + 6, y + 18, f"{value:,}")
