"""What a recording must be, as tables: each rule with its measure, limits, and words where it fails."""

import math
from dataclasses import dataclass
from typing import Final, Literal

from prompts.telephone import CEILING_DBFS, TARGET_LUFS

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
    least: float = -math.inf
    most: float = math.inf


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
