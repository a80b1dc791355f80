"""WAV files read strictly, in this process, by nothing but their header.

Source of the layout: Multimedia Programming Interface and Data Specifications 1.0 (1991), and
WAVE_FORMAT_EXTENSIBLE (Microsoft, 2001). Sizes must be true: a recording is a file, never a stream.
"""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from prompts import g711
from prompts.refusals import refused
from prompts.sound import MAX_RATE, MAX_SECONDS, MIN_RATE, Samples, Sound

PCM, FLOAT, A_LAW, MU_LAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
# The rest of the sub-format GUID that turns a plain format tag into an extensible one.
_GUID_TAIL: Final = bytes.fromhex("000000001000800000aa00389b71")

_DISGUISES: Final = (
    b"ffconcat", b"#EXTM3U", b"RIFF", b"OggS", b"fLaC", b"ID3", b"PK\3\4", b"%PDF", b"\x7fELF",
    b"\x1a\x45\xdf\xa3", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b\x08",
)  # fmt: skip
_TEXT: Final = re.compile(rb"[\t\r\n\x20-\x7e]+")
_TEXT_PROBE: Final = 256
_MAX_CHUNKS: Final = 64


@dataclass(frozen=True, slots=True)
class Layout:
    """What the `fmt ` chunk promises: one of the encodings below, and how its frames lie."""

    tag: int
    channels: int
    rate: int
    bits: int

    @property
    def frame_bytes(self) -> int:
        return self.channels * self.bits // 8


def _pcm24(data: bytes) -> Samples:
    low, middle, high = np.frombuffer(data, np.uint8).reshape(-1, 3).astype(np.int32).T
    return np.asarray(((high << 24) + (middle << 16) + (low << 8)) / 2.0**31)


READERS: Final[dict[tuple[int, int], Callable[[bytes], Samples]]] = {
    (PCM, 8): lambda data: (np.frombuffer(data, np.uint8).astype(np.float64) - 128) / 128,
    (PCM, 16): lambda data: np.frombuffer(data, "<i2").astype(np.float64) / 2**15,
    (PCM, 24): _pcm24,
    (PCM, 32): lambda data: np.frombuffer(data, "<i4").astype(np.float64) / 2**31,
    (FLOAT, 32): lambda data: np.frombuffer(data, "<f4").astype(np.float64),
    (FLOAT, 64): lambda data: np.frombuffer(data, "<f8").astype(np.float64),
    (A_LAW, 8): g711.from_a_law,
    (MU_LAW, 8): g711.from_mu_law,
}
"""How the bytes of each accepted encoding, (format tag, bits per sample), become samples."""


def read_wav(wav: bytes) -> Sound:
    """The sound in a RIFF/WAVE file. Raises `AudioRefused`; never opens anything else."""
    layout, data = None, None
    for name, body in _chunks(wav):
        if name == b"fmt " and layout is None and data is None:
            layout = _layout_of(body)
        elif name == b"data" and layout is not None and data is None:
            data = body
        elif name in (b"fmt ", b"data"):
            raise refused("audio-damaged")
    if layout is None or not data:
        raise refused("audio-damaged")
    return _sound_of(layout, data)


def _chunks(wav: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every chunk once, each inside the file; the sizes must add up to the file, but for one pad byte."""
    if wav[:4] != b"RIFF" or wav[8:12] != b"WAVE":
        raise refused("audio-unknown-format")
    (size,) = struct.unpack_from("<I", wav, 4)
    if not size + 8 <= len(wav) <= size + 8 + size % 2:
        raise refused("audio-size-false")
    at, end = 12, size + 8
    for _ in range(_MAX_CHUNKS):
        if at >= end:
            return
        if end - at < 8:
            raise refused("audio-size-false")
        name, length = struct.unpack_from("<4sI", wav, at)
        if length > end - at - 8 or not _TEXT.fullmatch(name):
            raise refused("audio-size-false")
        yield name, wav[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    raise refused("audio-damaged")


def _layout_of(body: bytes) -> Layout:
    if len(body) < 16:
        raise refused("audio-damaged")
    tag, channels, rate, byte_rate, frame_bytes, bits = struct.unpack_from("<HHIIHH", body)
    if tag == EXTENSIBLE:
        if len(body) < 40 or body[26:40] != _GUID_TAIL:
            raise refused("audio-encoding")
        (tag,) = struct.unpack_from("<H", body, 24)
    if (tag, bits) not in READERS:
        raise refused("audio-encoding")
    if channels not in (1, 2):
        raise refused("audio-tracks")
    if not MIN_RATE <= rate <= MAX_RATE:
        raise refused("audio-sample-rate")
    layout = Layout(tag, channels, rate, bits)
    if (frame_bytes, byte_rate) != (layout.frame_bytes, layout.frame_bytes * rate):
        raise refused("audio-size-false")
    return layout


def _sound_of(layout: Layout, data: bytes) -> Sound:
    if len(data) % layout.frame_bytes:
        raise refused("audio-size-false")
    if len(data) > MAX_SECONDS * layout.rate * layout.frame_bytes:
        raise refused("audio-undecoded-too-long")
    # Another file's bytes are legal PCM, but nobody spoke them: no speech starts with a run of ASCII.
    if data.startswith(_DISGUISES) or _TEXT.fullmatch(data[:_TEXT_PROBE]):
        raise refused("audio-disguised")
    samples = READERS[layout.tag, layout.bits](data).reshape(-1, layout.channels)
    if not np.isfinite(samples).all():
        raise refused("audio-damaged")
    return Sound(samples, layout.rate)
