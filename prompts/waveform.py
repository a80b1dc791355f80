"""A recording as a picture: peaks as the data of an SVG path, silence and clipped places as bars."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from prompts.levels import WINDOW_MS
from prompts.shaping import audible
from prompts.sound import Samples, Span, runs_of
from prompts.telephone import RATE

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
    samples: Samples, clipped: Iterable[Span] = (), *, columns: int = COLUMNS, height: int = HEIGHT
) -> Waveform:
    """The picture of mono 8 kHz samples; `clipped` says where the upload was, in ms of these samples."""
    total_ms = len(samples) * 1000 / RATE
    return Waveform(
        columns,
        height,
        path_of(peaks_of(samples, columns), height),
        total_ms / 1000,
        _bars(silences_of(samples), total_ms, columns),
        _bars(clipped, total_ms, columns),
        tuple(
            Mark(round(at * 1000 * columns / total_ms, 1), at) for at in range(1, int(total_ms // 1000) + 1)
        ),
    )


def peaks_of(samples: Samples, columns: int) -> Samples:
    """(columns, 2): the lowest and the highest sample of each column."""
    if not len(samples):
        return np.zeros((columns, 2))
    edges = np.linspace(0, len(samples), columns + 1).astype(int)
    starts = np.minimum(edges[:-1], len(samples) - 1)
    lows, highs = np.minimum.reduceat(samples, starts), np.maximum.reduceat(samples, starts)
    return np.stack([lows, highs], axis=1)


def path_of(peaks: Samples, height: int) -> str:
    """There along the highest samples, back along the lowest; full scale fills the height."""
    middle = height / 2
    # A hair of width, so that silence is a line and not nothing.
    tops = middle - np.maximum(np.clip(peaks[:, 1], 0, 1) * middle, 0.5)
    bottoms = middle - np.minimum(np.clip(peaks[:, 0], -1, 0) * middle, -0.5)
    there = [f"{x + 0.5:g} {y:.1f}" for x, y in enumerate(tops)]
    back = [f"{x + 0.5:g} {y:.1f}" for x, y in reversed(list(enumerate(bottoms)))]
    return "M" + "L".join(there + back) + "Z"


def silences_of(samples: Samples) -> tuple[Span, ...]:
    """Where nothing is said for 250 ms or longer."""
    runs = runs_of(~audible(samples)) * WINDOW_MS
    return tuple((start, end) for start, end in runs.tolist() if end - start >= SILENCE_MS)


def _bars(spans: Iterable[Span], total_ms: float, columns: int) -> tuple[Bar, ...]:
    scale = columns / total_ms if total_ms else 0.0
    return tuple(
        Bar(round(start * scale, 1), round(max(_NARROWEST, (end - start) * scale), 1))
        for start, end in spans
        if 0 <= start < total_ms
    )
