"""Why an upload is refused: one table of rules, with the words for the person who uploaded it."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class AudioRefusal:
    """One rule that an upload breaks; `rule` is stable, `en` and `zh` are for people."""

    rule: str
    en: str
    zh: str
    field: str = "recording"


class AudioRefused(Exception):
    """The upload cannot become a recording; `refusals` says everything that is wrong with it."""

    def __init__(self, refusals: tuple[AudioRefusal, ...]) -> None:
        super().__init__(", ".join(refusal.rule for refusal in refusals))
        self.refusals = refusals


UNREADABLE: Final = {
    refusal.rule: refusal
    for refusal in (
        AudioRefusal("audio-empty", "The file is empty.", "文件为空。"),
        AudioRefusal("audio-too-large", "The file is larger than 20 MB.", "文件超过 20 MB。"),
        AudioRefusal(
            "audio-unknown-format",
            "This is not a WAV, MP3, Ogg, WebM or M4A recording.",
            "该文件不是 WAV、MP3、Ogg、WebM 或 M4A 录音。",
        ),
        AudioRefusal(
            "audio-damaged",
            "The recording is damaged or incomplete; please export it again.",
            "录音文件已损坏或不完整，请重新导出。",
        ),
        AudioRefusal(
            "audio-size-false",
            "The sizes written in the WAV file do not agree with its content; please export it again.",
            "WAV 文件头所写的大小与内容不符，请重新导出。",
        ),
        AudioRefusal(
            "audio-encoding",
            "The encoding is not accepted; use PCM, float, G.711, MP3, AAC, ALAC, Opus or Vorbis.",
            "录音的编码不被接受（可用：PCM、浮点、G.711、MP3、AAC、ALAC、Opus、Vorbis）。",
        ),
        AudioRefusal(
            "audio-disguised",
            "The file pretends to be sound but holds something else.",
            "该文件伪装成声音，实际包含其他内容。",
        ),
        AudioRefusal(
            "audio-tracks",
            "The file must hold exactly one sound track, mono or stereo.",
            "文件必须恰好包含一条单声道或立体声音轨。",
        ),
        AudioRefusal(
            "audio-sample-rate",
            "The sampling rate must be between 8 and 96 kHz.",
            "采样率必须在 8 至 96 kHz 之间。",
        ),
        AudioRefusal(
            "audio-undecoded-too-long",
            "The file holds more than 120 seconds of sound; please cut it first.",
            "文件中的声音超过 120 秒，请先剪短。",
        ),
        AudioRefusal(
            "audio-too-costly",
            "The recording could not be read within the limits of time and memory.",
            "无法在时间和内存限制内读取该录音。",
        ),
    )
}


def refused(rule: str) -> AudioRefused:
    """The error for one rule of `UNREADABLE`."""
    return AudioRefused((UNREADABLE[rule],))
