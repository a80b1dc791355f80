"""The one form of a recording: RIFF, PCM16, mono, 8000 Hz, a 44-byte header and nothing else."""

import hashlib
import struct
import sys
from array import array
from typing import Final

RATE: Final = 8_000
FULL_SCALE: Final = 32_767
HEADER_BYTES: Final = 44
_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")

TARGET_LUFS: Final = -19.0
CEILING_DBFS: Final = -3.0
"""How loud a recording is, and how high its true peak may be."""

Span = tuple[int, int]
"""A place in a recording: from and to, in milliseconds."""


class NotTelephoneAudio(ValueError):
    """The bytes are not a recording in the one canonical form."""


def recording_of(pcm: bytes) -> bytes:
    """The recording of mono little-endian 16-bit samples at 8000 Hz."""
    return _header(len(pcm)) + pcm


def values_of(wav: bytes) -> "array[int]":
    """The samples of a recording as whole numbers up to `FULL_SCALE`. Raises `NotTelephoneAudio`."""
    pcm = wav[HEADER_BYTES:]
    if len(pcm) % 2 or wav[:HEADER_BYTES] != _header(len(pcm)):
        raise NotTelephoneAudio
    values = array("h", pcm)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def duration_ms(wav: bytes) -> int:
    """How long a recording is, rounded to the nearest millisecond."""
    return round((len(wav) - HEADER_BYTES) / 2 * 1000 / RATE)


def silence(ms: int) -> bytes:
    """A recording of nothing, made without any file."""
    return recording_of(bytes(2 * (RATE * ms // 1000)))


def sha256_of(wav: bytes) -> str:
    """The name of a recording: the SHA-256 of all its bytes, in lower-case hexadecimal."""
    return hashlib.sha256(wav).hexdigest()


def _header(pcm_bytes: int) -> bytes:
    whole = HEADER_BYTES - 8 + pcm_bytes
    return _HEADER.pack(b"RIFF", whole, b"WAVE", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16, b"data", pcm_bytes)
