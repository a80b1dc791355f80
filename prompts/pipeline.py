"""From an upload to telephone audio: decode, check, shape, check again, and name the result by its hash."""

from dataclasses import dataclass

from prompts import shaping
from prompts.checks import Check, check_result, check_upload, refusals_of
from prompts.decode import decode
from prompts.levels import measure
from prompts.refusals import AudioRefusal, AudioRefused
from prompts.sound import Samples
from prompts.telephone import RATE, duration_ms, samples_of, sha256_of, wav_of

__all__ = ["AudioRefusal", "AudioRefused", "Check", "TelephoneAudio", "telephone_audio"]


@dataclass(frozen=True, slots=True)
class TelephoneAudio:
    """A recording in the canonical form, its name, its figures, and every check that was made."""

    wav: bytes
    sha256: str
    duration_ms: int
    loudness_lufs: float
    peak_dbfs: float
    checks: tuple[Check, ...]

    @property
    def warnings(self) -> tuple[Check, ...]:
        """The checks that a person should listen for."""
        return tuple(check for check in self.checks if not check.passed)


def telephone_audio(upload: bytes) -> TelephoneAudio:
    """An upload of at most 20 MB as mono 8 kHz telephone audio of 1 to 15 seconds at -19 LUFS.

    The same upload gives the same bytes. Raises `AudioRefused` with everything that is wrong at once,
    as far as it can be known.
    """
    sound = decode(upload)
    mono = shaping.to_telephone_rate(shaping.downmix(sound.samples), sound.rate)
    found = _refuse_or_pass(check_upload(sound.samples, mono))
    wav = wav_of(_shape(mono))
    samples = samples_of(wav)
    checks = _refuse_or_pass(found + check_result(samples))
    loudness = measure(samples, RATE)
    return TelephoneAudio(wav, sha256_of(wav), duration_ms(wav), loudness.lufs, loudness.peak_dbfs, checks)


def _shape(mono: Samples) -> Samples:
    return shaping.normalise(shaping.frame(shaping.trim(shaping.high_pass(mono))))


def _refuse_or_pass(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    if refusals := refusals_of(checks):
        raise AudioRefused(refusals)
    return checks
