"""The one form of a recording: RIFF, PCM16, mono, 8000 Hz, a 44-byte header and nothing else."""

import hashlib
import struct
from typing import Final

import numpy as np

from prompts.sound import Samples

RATE: Final = 8_000
HEADER_BYTES: Final = 44
_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")


class NotTelephoneAudio(ValueError):
    """The bytes are not a recording in the one canonical form."""


def wav_of(samples: Samples) -> bytes:
    """The recording of mono samples at 8000 Hz; full scale 1.0 is 32767, anything beyond is cut off."""
    pcm = np.rint(np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()
    return _header(len(pcm)) + pcm


def samples_of(wav: bytes) -> Samples:
    """The samples of a recording, the inverse of `wav_of`. Raises `NotTelephoneAudio`."""
    pcm = wav[HEADER_BYTES:]
    if len(pcm) % 2 or wav[:HEADER_BYTES] != _header(len(pcm)):
        raise NotTelephoneAudio
    return np.frombuffer(pcm, "<i2").astype(np.float64) / 32767


def duration_ms(wav: bytes) -> int:
    """How long a recording is, rounded to the nearest millisecond."""
    return round((len(wav) - HEADER_BYTES) / 2 * 1000 / RATE)


def silence(ms: int) -> bytes:
    """A recording of nothing, made without any file."""
    pcm = bytes(2 * (RATE * ms // 1000))
    return _header(len(pcm)) + pcm


def sha256_of(wav: bytes) -> str:
    """The name of a recording: the SHA-256 of all its bytes, in lower-case hexadecimal."""
    return hashlib.sha256(wav).hexdigest()


def _header(pcm_bytes: int) -> bytes:
    whole = HEADER_BYTES - 8 + pcm_bytes
    return _HEADER.pack(b"RIFF", whole, b"WAVE", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16, b"data", pcm_bytes)
