"""Where something is said: told from the levels of windows of 20 ms."""

from collections.abc import Sequence
from typing import Final

WINDOW_MS: Final = 20
FLOOR_DBFS: Final = -120.0
"""What is measured where there is nothing at all."""
# Speech is what lies within this range of its own loudest windows, and above an absolute floor.
SPEECH_RANGE_DB: Final = 40.0
SPEECH_FLOOR_DBFS: Final = -60.0


def is_said(levels: Sequence[float]) -> list[bool]:
    """For each window, by its level (dBFS), whether something is said in it."""
    if not levels:
        return []
    least = max(_loud(levels) - SPEECH_RANGE_DB, SPEECH_FLOOR_DBFS)
    return [level > least for level in levels]


def _loud(levels: Sequence[float]) -> float:
    """The level below which 95 of 100 windows lie, between two windows in proportion."""
    ordered = sorted(levels)
    below, beyond = divmod(95 * (len(ordered) - 1), 100)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * beyond / 100
