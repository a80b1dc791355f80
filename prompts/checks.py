"""Measuring what a recording must be: the rules' checks, on the upload and on the result."""

from typing import Final

import numpy as np

from prompts.draft_mark import marks_in
from prompts.levels import measure, window_levels
from prompts.refusals import AudioRefusal
from prompts.rules import RESULT_RULES, UPLOAD_RULES, Check, Rule
from prompts.shaping import audible
from prompts.sound import Mask, Samples, run_lengths, runs_of
from prompts.speech import WINDOW_MS
from prompts.telephone import RATE, Span
from prompts.tones import Heard, heard_tones

_TONE_RULE: Final = "audio-tone"
_CLIPPING_SHOWN: Final = 0.03
"""Per cent: below, it is the one highest wave of an ordinary recording."""
_CLIPPED_APART_MS: Final = 50


def clipped_percent(samples: Samples) -> float:
    """The share (%) of samples that lie three or more in a row at the very peak; 0 where the peak is low."""
    runs = run_lengths(_at_peak(samples))
    return 100 * float(runs[runs >= 3].sum()) / max(1, len(samples))


def clipped_spans(channels: Samples, rate: int) -> tuple[Span, ...]:
    """Where an upload of (frames, channels) is clipped, places less than 50 ms apart being one."""
    spans: list[Span] = []
    for start, end in sorted(span for channel in channels.T for span in _clipped(channel, rate)):
        if spans and start - spans[-1][1] < _CLIPPED_APART_MS:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    return tuple(spans)


def _clipped(samples: Samples, rate: int) -> list[Span]:
    if clipped_percent(samples) <= _CLIPPING_SHOWN:
        return []
    runs = runs_of(_at_peak(samples))
    lasting = runs[runs[:, 1] - runs[:, 0] >= 3]
    return [(int(start * 1000 / rate), int(end * 1000 / rate) + 1) for start, end in lasting.tolist()]


def _at_peak(samples: Samples) -> Mask:
    magnitude = np.abs(samples)
    peak = magnitude.max(initial=0.0)
    return np.asarray(magnitude >= 0.999 * peak) if peak >= 0.25 else np.zeros(len(samples), np.bool_)


def check_upload(channels: Samples, telephone: Samples) -> tuple[Check, ...]:
    """The upload's checks: (frames, channels) as decoded, and the same as mono 8 kHz before repairs."""
    measures = {
        "speech": float(audible(telephone).sum() * WINDOW_MS),
        "clipped": max(clipped_percent(channel) for channel in channels.T),
        "offset": 100 * float(np.abs(channels.mean(axis=0)).max()),
        "level": measure(telephone, RATE).lufs,
    }
    return tuple(_apply(rule, measures[rule.measure]) for rule in UPLOAD_RULES)


def check_result(samples: Samples) -> tuple[Check, ...]:
    """The finished recording's checks, tones last."""
    loudness = measure(samples, RATE)
    measures = {
        "length": len(samples) * 1000 / RATE,
        "loudness": loudness.lufs,
        "peak": loudness.peak_dbfs,
        "range": loudness.range_lu,
        "contrast": _contrast_db(samples),
        "pause": _longest_pause_ms(samples),
        "draft": float(marks_in(samples)),
    }
    checks = tuple(_apply(rule, measures[rule.measure]) for rule in RESULT_RULES)
    return checks + (tuple(_tone_check(tone) for tone in heard_tones(samples)) or (_NO_TONE,))


def refusals_of(checks: tuple[Check, ...]) -> tuple[AudioRefusal, ...]:
    """The refusals among checks, in their order."""
    return tuple(
        AudioRefusal(check.rule, check.en, check.zh)
        for check in checks
        if not check.passed and check.severity == "refuse"
    )


def _apply(rule: Rule, measured: float) -> Check:
    passed = rule.least <= measured <= rule.most
    words = (rule.unit, rule.en, rule.zh)
    return Check(rule.rule, rule.measure, rule.severity, passed, measured, rule.least, rule.most, *words)


def _tone_check(tone: Heard) -> Check:
    en = f"The recording holds a telephone tone ({tone.name}) that could drive a caller's equipment."
    zh = f"录音中含有可能触发来电人设备的电话信号音（{tone.name}）。"
    return Check(_TONE_RULE, "tone", "refuse", False, tone.ms, -np.inf, 0, "ms", en, zh)


_NO_TONE: Final = Check(_TONE_RULE, "tone", "refuse", True, 0, -np.inf, 0, "ms", "", "")


def _contrast_db(samples: Samples) -> float:
    """How far the loud windows (95th percentile) stand above the quiet ones (10th), silent ends left out."""
    said = np.flatnonzero(samples)
    if not len(said):
        return 0.0
    levels = window_levels(samples[said[0] : said[-1] + 1], RATE)
    return float(np.percentile(levels, 95) - np.percentile(levels, 10)) if len(levels) else 0.0


def _longest_pause_ms(samples: Samples) -> float:
    """The longest silence between two audible windows."""
    windows = np.flatnonzero(audible(samples))
    return float((np.diff(windows).max() - 1) * WINDOW_MS) if len(windows) > 1 else 0.0
