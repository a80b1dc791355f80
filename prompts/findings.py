"""What the checks found, as a person reads it: each measure once, with its value, limit and verdict."""

import math
from dataclasses import dataclass
from typing import Final, Literal

from prompts.rules import Check

Verdict = Literal["ok", "warn", "refused"]
_WORST: Final[tuple[Verdict, ...]] = ("refused", "warn", "ok")


@dataclass(frozen=True, slots=True)
class Measure:
    """How a measure is written down: its name, and its value as `scale` times what was measured."""

    en: str
    zh: str
    unit: str
    scale: float = 1.0
    decimals: int = 1


MEASURES: Final = {
    "length": Measure("Length", "时长", "s", 0.001),
    "speech": Measure("Speech in the upload", "上传录音中的语音", "s", 0.001),
    "level": Measure("Loudness of the upload", "上传录音的响度", "LUFS"),
    "loudness": Measure("Loudness on the telephone", "电话中的响度", "LUFS"),
    "peak": Measure("Highest peak", "最高峰值", "dBFS"),
    "clipped": Measure("Clipped (overdriven) samples", "削波（过载）比例", "%", decimals=2),
    "offset": Measure("Shift by direct current", "直流偏移", "%"),
    "contrast": Measure("Voice above background", "人声高出背景", "dB"),
    "range": Measure("Loud against quiet passages", "音量起伏", "LU"),
    "pause": Measure("Longest pause", "最长停顿", "s", 0.001),
    "tone": Measure("Telephone tones", "电话信号音", "ms", decimals=0),
    "draft": Measure("Marks of a draft voice", "草稿语音标记", "", decimals=0),
}
"""In the order in which a person wants to know."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One measure: value, what is allowed, what would be better, and the words where it is not well.

    The texts are numbers and units, the same in every language: “8.2 s”, “1.0 – 15.0 s”, “≤ 0.03 %”.
    """

    measure: str
    title_en: str
    title_zh: str
    measured: str
    limit: str
    better: str
    verdict: Verdict
    en: str
    zh: str


def findings_of(checks: tuple[Check, ...]) -> tuple[Finding, ...]:
    """A finding for each measure that was made."""
    return tuple(
        _finding(name, measure, made)
        for name, measure in MEASURES.items()
        if (made := [check for check in checks if check.measure == name])
    )


def _finding(name: str, measure: Measure, made: list[Check]) -> Finding:
    """The worst of several checks speaks; equal ones (several tones) speak together."""
    verdict = next(each for each in _WORST if any(_verdict(check) == each for check in made))
    telling = [check for check in made if _verdict(check) == verdict != "ok"]
    return Finding(
        name,
        measure.en,
        measure.zh,
        _number(measure, max(check.measured for check in made), measure.unit),
        _limits(measure, [check for check in made if check.severity == "refuse"]),
        _limits(measure, [check for check in made if check.severity == "warn"]),
        verdict,
        " ".join(check.en for check in telling),
        "".join(check.zh for check in telling),
    )


def _verdict(check: Check) -> Verdict:
    if check.passed:
        return "ok"
    return "refused" if check.severity == "refuse" else "warn"


def _limits(measure: Measure, checks: list[Check]) -> str:
    """Both ends as a range, one end as a comparison; nothing where there is no limit."""
    least = max((check.least for check in checks), default=-math.inf)
    most = min((check.most for check in checks), default=math.inf)
    if math.isfinite(least) and math.isfinite(most):
        return f"{_number(measure, least, '')} – {_number(measure, most, measure.unit)}"
    if math.isfinite(least):
        return f"≥ {_number(measure, least, measure.unit)}"
    return f"≤ {_number(measure, most, measure.unit)}" if math.isfinite(most) else ""


def _number(measure: Measure, value: float, unit: str) -> str:
    text = f"{value * measure.scale:.{measure.decimals}f}".replace("-", "\N{MINUS SIGN}")
    return f"{text} {unit}".strip()
