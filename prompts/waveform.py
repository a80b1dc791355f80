"""A recording as a picture: peaks as the data of an SVG path, silence and clipped places as bars.

Drawn with nothing but Python: whoever shows recordings needs none of the libraries that make them.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import mul
from typing import Final

from prompts.speech import FLOOR_DBFS, WINDOW_MS, is_said
from prompts.telephone import FULL_SCALE, RATE, Span

COLUMNS: Final = 600
HEIGHT: Final = 120
SILENCE_MS: Final = 250
"""Shorter gaps lie between words and are nothing to look at."""
_NARROWEST: Final = 2.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch from the left, in the picture's own units."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A whole second: where it stands, and which."""

    x: float
    seconds: int


@dataclass(frozen=True, slots=True)
class Waveform:
    """What a template needs for `<svg viewBox="0 0 width height">`; `path` is the `d` of one closed shape."""

    width: int
    height: int
    path: str
    seconds: float
    silences: tuple[Bar, ...]
    clipped: tuple[Bar, ...]
    marks: tuple[Mark, ...]


def waveform(
    values: Sequence[int], clipped: Iterable[Span] = (), *, columns: int = COLUMNS, height: int = HEIGHT
) -> Waveform:
    """The picture of a recording's values; `clipped` says where the upload was, in ms of this recording."""
    total_ms = len(values) * 1000 / RATE
    return Waveform(
        columns,
        height,
        path_of(peaks_of(values, columns), height),
        total_ms / 1000,
        _bars(silences_of(values), total_ms, columns),
        _bars(clipped, total_ms, columns),
        tuple(
            Mark(round(at * 1000 * columns / total_ms, 1), at) for at in range(1, int(total_ms // 1000) + 1)
        ),
    )


def peaks_of(values: Sequence[int], columns: int) -> list[tuple[int, int]]:
    """The lowest and the highest value of each column."""
    if not values:
        return [(0, 0)] * columns
    edges = [at * len(values) // columns for at in range(columns + 1)]
    pieces = [values[start : max(end, start + 1)] for start, end in pairwise(edges)]
    return [(min(piece), max(piece)) for piece in pieces]


def path_of(peaks: Sequence[tuple[int, int]], height: int) -> str:
    """There along the highest values, back along the lowest; full scale fills the height."""
    middle = height / 2
    # A hair of width, so that silence is a line and not nothing.
    tops = [middle - max(high * middle / FULL_SCALE, 0.5) for _, high in peaks]
    bottoms = [min(middle - min(low * middle / FULL_SCALE, -0.5), height) for low, _ in peaks]
    there = [f"{x + 0.5:g} {y:.1f}" for x, y in enumerate(tops)]
    back = [f"{x + 0.5:g} {y:.1f}" for x, y in reversed(list(enumerate(bottoms)))]
    return "M" + "L".join(there + back) + "Z"


def silences_of(values: Sequence[int]) -> tuple[Span, ...]:
    """Where nothing is said for 250 ms or longer."""
    spans: list[Span] = []
    at = 0
    for said, windows in groupby(is_said(_levels(values))):
        end = at + WINDOW_MS * len(list(windows))
        if not said and end - at >= SILENCE_MS:
            spans.append((at, end))
        at = end
    return tuple(spans)


def _levels(values: Sequence[int]) -> list[float]:
    """Root-mean-square level (dBFS) of each whole window of 20 ms."""
    width = RATE * WINDOW_MS // 1000
    windows = (values[at : at + width] for at in range(0, len(values) - width + 1, width))
    powers = (sum(map(mul, window, window)) / (width * FULL_SCALE**2) for window in windows)
    return [10 * math.log10(max(power, 10 ** (FLOOR_DBFS / 10))) for power in powers]


def _bars(spans: Iterable[Span], total_ms: float, columns: int) -> tuple[Bar, ...]:
    scale = columns / total_ms if total_ms else 0.0
    return tuple(
        Bar(round(start * scale, 1), round(max(_NARROWEST, (end - start) * scale), 1))
        for start, end in spans
        if 0 <= start < total_ms
    )
