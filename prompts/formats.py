"""Which container an upload is, told from its first bytes alone; everything else is refused by name."""

import re
from enum import StrEnum
from typing import Final

HEAD_BYTES: Final = 64
"""How many leading bytes `container_of` may need."""


class Container(StrEnum):
    """The containers that are ever opened, each by its own reader."""

    WAV = "wav"
    MP3 = "mp3"
    OGG = "ogg"
    WEBM = "webm"
    M4A = "m4a"


class UnknownAudio(Exception):
    """The first bytes are not those of a container that is accepted."""


# The EBML DocType element (id 4282) in the ways that writers spell its length of four.
_WEBM_DOCTYPE: Final = re.compile(
    rb"\x42\x82(?:\x84|\x40\x04|\x20\x00\x04|\x10\x00\x00\x04|\x01\x00{6}\x04)webm"
)
# QuickTime ("qt  ") is left out: its tracks may point at other files.
_M4A_BRANDS: Final = frozenset(
    {b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"dash"}
)


def container_of(head: bytes) -> Container:
    """The container whose magic bytes `head` (at least `HEAD_BYTES`, or all there is) starts with.

    Raises `UnknownAudio`; text, archives, pictures and playlists all end there.
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return Container.WAV
    if head[:4] == b"OggS" and head[4:5] == b"\0":
        return Container.OGG
    if head[:4] == b"\x1a\x45\xdf\xa3" and _WEBM_DOCTYPE.search(head[:HEAD_BYTES]):
        return Container.WEBM
    if head[4:8] == b"ftyp" and head[8:12] in _M4A_BRANDS:
        return Container.M4A
    if _is_id3(head) or _is_mp3_frame(head):
        return Container.MP3
    raise UnknownAudio


def _is_id3(head: bytes) -> bool:
    """ID3v2.2 to 2.4: the version, and a size whose four bytes keep their highest bit clear."""
    return len(head) >= 10 and head[:3] == b"ID3" and head[3] in (2, 3, 4) and max(head[6:10]) < 128


def _is_mp3_frame(head: bytes) -> bool:
    """ISO 11172-3 frame header: sync, a known version, layer III, a listed bit rate and sample rate."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, sample_rate = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and bit_rate not in (0, 15) and sample_rate != 3
