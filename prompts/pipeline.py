"""From an upload to telephone audio: decode, check, shape, check again, and name the result by its hash."""

from dataclasses import dataclass

import numpy as np

from prompts import shaping
from prompts.checks import check_result, check_upload, clipped_spans, refusals_of
from prompts.decode import decode
from prompts.levels import measure
from prompts.pcm import samples_of, wav_of
from prompts.refusals import AudioRefusal, AudioRefused
from prompts.rules import Check
from prompts.sound import Samples
from prompts.telephone import RATE, Span, duration_ms, sha256_of

__all__ = [
    "AudioRefusal",
    "AudioRefused",
    "Check",
    "Examination",
    "RecordingRefused",
    "TelephoneAudio",
    "examine",
    "measured",
    "telephone_audio",
]


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything that was found in an upload that could be read.

    `samples` are mono 8 kHz: the finished recording, or the upload as it came where that is refused already.
    `clipped` says where the upload was clipped, in milliseconds of `samples`.
    """

    checks: tuple[Check, ...]
    samples: Samples
    clipped: tuple[Span, ...]


class RecordingRefused(AudioRefused):
    """What was read is not fit for the telephone; the examination says what was measured."""

    def __init__(self, refusals: tuple[AudioRefusal, ...], examination: Examination) -> None:
        super().__init__(refusals)
        self.examination = examination


@dataclass(frozen=True, slots=True)
class TelephoneAudio:
    """A recording in the canonical form, its name, its figures, and every check that was made."""

    wav: bytes
    sha256: str
    duration_ms: int
    loudness_lufs: float
    peak_dbfs: float
    checks: tuple[Check, ...]
    clipped: tuple[Span, ...] = ()

    @property
    def warnings(self) -> tuple[Check, ...]:
        """The checks that a person should listen for."""
        return tuple(check for check in self.checks if not check.passed)


def telephone_audio(upload: bytes) -> TelephoneAudio:
    """An upload of at most 20 MB as mono 8 kHz telephone audio of 1 to 15 seconds at -19 LUFS.

    The same upload gives the same bytes. Raises `AudioRefused` with everything that is wrong at once,
    as far as it can be known; `RecordingRefused` where it could be read.
    """
    found = examine(upload)
    if refusals := refusals_of(found.checks):
        raise RecordingRefused(refusals, found)
    wav = wav_of(found.samples)
    loudness = measure(found.samples, RATE)
    figures = duration_ms(wav), loudness.lufs, loudness.peak_dbfs
    return TelephoneAudio(wav, sha256_of(wav), *figures, found.checks, found.clipped)


def measured(wav: bytes) -> TelephoneAudio:
    """A recording that has its telephone form already, as it is. Raises `NotTelephoneAudio`."""
    samples = samples_of(wav)
    loudness = measure(samples, RATE)
    figures = duration_ms(wav), loudness.lufs, loudness.peak_dbfs
    checks = check_upload(samples[:, np.newaxis], samples) + check_result(samples)
    return TelephoneAudio(wav, sha256_of(wav), *figures, checks)


def examine(upload: bytes) -> Examination:
    """What an upload holds, checked as it came and, if that is well, as it would be heard.

    Raises `AudioRefused` where it cannot be read.
    """
    sound = decode(upload)
    mono = shaping.to_telephone_rate(shaping.downmix(sound.samples), sound.rate)
    checks = check_upload(sound.samples, mono)
    clipped = clipped_spans(sound.samples, sound.rate)
    if refusals_of(checks):
        return Examination(checks, mono, clipped)
    filtered = shaping.high_pass(mono)
    start = shaping.spoken_span(filtered)[0] * 1000 // RATE - shaping.LEAD_IN_MS
    shaped = shaping.normalise(shaping.frame(shaping.trim(filtered)))
    # As the file will hold them: rounded to 16 bits.
    samples = samples_of(wav_of(shaped))
    moved = tuple((max(0, begin - start), end - start) for begin, end in clipped if end > start)
    return Examination(checks + check_result(samples), samples, moved)
