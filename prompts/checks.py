"""What a recording must be: checks with thresholds and units, on the upload and on the result."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from prompts.draft_mark import marks_in
from prompts.levels import WINDOW_MS, measure, window_levels
from prompts.refusals import AudioRefusal
from prompts.shaping import CEILING_DBFS, TARGET_LUFS, audible
from prompts.sound import Mask, Samples, Span, run_lengths, runs_of
from prompts.telephone import RATE
from prompts.tones import Heard, heard_tones

Severity = Literal["refuse", "warn"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One check: `measure` must lie in [`least`, `most`]; outside, it refuses or warns with these words."""

    rule: str
    measure: str
    unit: str
    severity: Severity
    en: str
    zh: str
    least: float = -np.inf
    most: float = np.inf


@dataclass(frozen=True, slots=True)
class Check:
    """What one rule found: the measured value in the rule's unit, and the words where it did not pass."""

    rule: str
    measure: str
    severity: Severity
    passed: bool
    measured: float
    least: float
    most: float
    unit: str
    en: str
    zh: str


# Measures of the upload itself, before anything is repaired.
UPLOAD_RULES: Final = (
    Rule("audio-silent", "speech", "ms", "refuse", least=200,
         en="Nothing can be heard in the recording.", zh="录音中听不到任何声音。"),
    Rule("audio-clipped", "clipped", "%", "refuse", most=0.3,
         en="The recording is overdriven (clipped); please record it again at a lower level.",
         zh="录音过载（削波），请降低音量重新录制。"),
    Rule("audio-slightly-clipped", "clipped", "%", "warn", most=0.03,
         en="Some peaks are clipped; listen for crackling.", zh="部分峰值有削波，请试听是否有爆音。"),
    Rule("audio-offset", "offset", "% of full scale", "refuse", most=10,
         en="The recording is shifted by direct current; the recorder or its cable is faulty.",
         zh="录音存在直流偏移，录音设备或线路有故障。"),
    Rule("audio-too-quiet", "level", "LUFS", "refuse", least=-50,
         en="The recording is too quiet to be amplified cleanly.", zh="录音音量过低，放大后噪声过大。"),
)  # fmt: skip

# Measures of the telephone recording that would be stored.
RESULT_RULES: Final = (
    Rule("audio-too-long", "length", "ms", "refuse", most=15_000,
         en="The notice lasts more than 15 seconds with its lead-in.", zh="提示音连同前导静音超过 15 秒。"),
    Rule("audio-too-short", "length", "ms", "refuse", least=1_000,
         en="The notice lasts less than one second.", zh="提示音不足 1 秒。"),
    Rule("audio-loudness", "loudness", "LUFS", "refuse", least=TARGET_LUFS - 1, most=TARGET_LUFS + 1,
         en="The recording cannot be brought to telephone loudness: it is mostly sharp peaks.",
         zh="录音主要由尖峰组成，无法调整到电话响度。"),
    Rule("audio-peak", "peak", "dBFS", "refuse", most=CEILING_DBFS,
         en="The recording's peaks cannot be brought below the ceiling.", zh="录音峰值无法压到上限以下。"),
    Rule("audio-no-speech", "contrast", "dB", "refuse", least=6,
         en="The recording is an even noise or hum without the rhythm of speech.",
         zh="录音是持续的噪声或嗡声，没有语音的起伏。"),
    Rule("audio-noisy", "contrast", "dB", "warn", least=15,
         en="The background is loud against the voice; listen whether every word is clear.",
         zh="背景噪声相对人声较大，请试听每个字是否清楚。"),
    Rule("audio-uneven", "range", "LU", "warn", most=12,
         en="Loud and quiet passages differ a lot; the quiet ones may be lost on the telephone.",
         zh="音量起伏过大，较轻的部分在电话中可能听不清。"),
    Rule("audio-pause", "pause", "ms", "warn", most=2_000,
         en="There is a pause of more than two seconds; callers may think that the call was lost.",
         zh="录音中有超过 2 秒的停顿，来电人可能以为通话已中断。"),
    Rule("audio-draft", "draft", "", "refuse", most=0,
         en="This is a draft voice, for trying a text; callers hear a human voice. Please record the text.",
         zh="这是用于试听文字的草稿语音；来电人只能听到真人录音，请重新录制。"),
)  # fmt: skip

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
