"""Calls of the last 90 days as a chart drawn here: one strip for each thing that may come of a call."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from gateway.services.count_calls import CallsOfADay

WIDTH, HEIGHT, GAP = 640, 34, 24
STRIPS = (
    ("heard", _l("Heard to the end")),
    ("skipped", _l("Skipped with a key")),
    ("connected", _l("Connected")),
    ("failed", _l("Failed")),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of a strip."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Strip:
    """One kind of outcome: its days that had any, and how many there were in all."""

    name: str
    title: LazyString
    total: int
    base: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """The strips one below the other over the same days and the same scale; `days` that had calls at all."""

    strips: tuple[Strip, ...]
    days: tuple[CallsOfADay, ...]
    calls: int
    most: int
    height: int = len(STRIPS) * (HEIGHT + GAP)

    @property
    def told(self) -> str:
        """The chart in a sentence."""
        return str(ngettext("%(num)s call in 90 days", "%(num)s calls in 90 days", self.calls))


def chart_of(days: Sequence[CallsOfADay]) -> Chart:
    most = max((each.calls for each in days), default=0)
    strips = tuple(
        _strip(name, title, number, days, max(most, 1)) for number, (name, title) in enumerate(STRIPS)
    )
    busy = tuple(each for each in reversed(days) if each.calls)
    return Chart(strips, busy, sum(each.calls for each in days), most)


def _strip(name: str, title: LazyString, number: int, days: Sequence[CallsOfADay], most: int) -> Strip:
    base = number * (HEIGHT + GAP) + HEIGHT + GAP
    width = WIDTH / max(len(days), 1)
    counts = [int(getattr(each, name)) for each in days]
    bars = tuple(
        Bar(round(place * width, 1), base - _tall(count, most), round(width * 0.8, 1), _tall(count, most))
        for place, count in enumerate(counts)
        if count
    )
    return Strip(name, title, sum(counts), base, bars)


def _tall(count: int, most: int) -> float:
    """What happened once is still to be seen."""
    return round(max(2.0, HEIGHT * count / most), 1)
