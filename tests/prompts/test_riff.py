"""WAV files are believed only where every size in them is true."""

import struct

import numpy as np
import pytest

from prompts.refusals import AudioRefused
from prompts.riff import read_wav
from tests.prompts.sounds import chunk, fmt, riff, speech, wav

TWO_FRAMES = struct.pack("<hh", 16384, -32768)


def rule_of(file: bytes) -> str:
    with pytest.raises(AudioRefused) as refused:
        read_wav(file)
    (refusal,) = refused.value.refusals
    return refusal.rule


@pytest.mark.parametrize(
    ("tag", "bits", "data"),
    [
        (1, 8, bytes([192, 0])),
        (1, 16, TWO_FRAMES),
        (1, 24, bytes.fromhex("000040 000080")),
        (1, 32, struct.pack("<ii", 2**30, -(2**31))),
        (3, 32, struct.pack("<ff", 0.5, -1.0)),
        (3, 64, struct.pack("<dd", 0.5, -1.0)),
    ],
)
def test_every_linear_encoding_reads_half_and_full_scale(tag: int, bits: int, data: bytes) -> None:
    sound = read_wav(riff(chunk(b"fmt ", fmt(tag, 1, 8_000, bits)), chunk(b"data", data)))
    assert sound.rate == 8_000
    assert sound.samples.tolist() == [[0.5], [-1.0]]


@pytest.mark.parametrize(
    # G.711 tables: the largest, the smallest and one middle value of each law, scaled to 16 bits.
    ("tag", "codes", "values"),
    [
        (7, "80 00 ff 7f a0", [32124, -32124, 0, 0, 7932]),
        (6, "aa 2a d5 55 b5", [32256, -32256, 8, -8, 8448]),
    ],
)
def test_telephone_encodings_read_as_their_tables_say(tag: int, codes: str, values: list[int]) -> None:
    data = chunk(b"data", bytes.fromhex(codes))
    sound = read_wav(riff(chunk(b"fmt ", fmt(tag, 1, 8_000, 8)), data))
    assert (sound.samples[:, 0] * 32768).tolist() == values


def test_two_channels_are_kept_apart() -> None:
    sound = read_wav(riff(chunk(b"fmt ", fmt(channels=2)), chunk(b"data", TWO_FRAMES)))
    assert sound.samples.tolist() == [[0.5, -1.0]]


def test_an_extensible_header_is_read_by_its_sub_format() -> None:
    body = fmt(0xFFFE) + struct.pack("<HHIH", 22, 16, 4, 1) + bytes.fromhex("000000001000800000aa00389b71")
    sound = read_wav(riff(chunk(b"fmt ", body), chunk(b"data", TWO_FRAMES)))
    assert sound.samples.tolist() == [[0.5], [-1.0]]


def test_an_extensible_header_with_a_foreign_sub_format_is_refused() -> None:
    body = fmt(0xFFFE) + struct.pack("<HHIH", 22, 16, 4, 1) + bytes(14)
    assert rule_of(riff(chunk(b"fmt ", body), chunk(b"data", TWO_FRAMES))) == "audio-encoding"


def test_chunks_that_describe_the_recording_are_passed_over() -> None:
    file = riff(
        chunk(b"LIST", b"INFOIART"), chunk(b"fmt ", fmt()), chunk(b"fact", bytes(4)),
        chunk(b"data", TWO_FRAMES), chunk(b"id3 ", b"odd"),
    )  # fmt: skip
    assert read_wav(file).samples.tolist() == [[0.5], [-1.0]]


def test_one_pad_byte_after_the_end_is_forgiven_and_two_are_not() -> None:
    odd = b"RIFF" + struct.pack("<I", 4 + 24 + 8 + 3) + b"WAVE" + chunk(b"fmt ", fmt(bits=8, rate=8_000))
    odd += b"data" + struct.pack("<I", 3) + b"\x80\x90\xa0"
    assert len(read_wav(odd + b"\0").samples) == 3
    assert rule_of(odd + b"\0\0") == "audio-size-false"


def resized(at: int, size: int) -> bytes:
    file = bytearray(wav(speech(0.1)))
    struct.pack_into("<I", file, at, size)
    return bytes(file)


@pytest.mark.parametrize(
    "file",
    [
        resized(4, 0),
        resized(4, 0xFFFFFFFF),
        resized(4, 36 + 3200 - 2),
        resized(4, 36 + 3200 + 1),
        resized(40, 0xFFFFFFFF),
        resized(40, 3201),
        resized(40, 3198),
        resized(16, 0xFFFFFFFF),
        wav(speech(0.1))[:-1],
        wav(speech(0.1)) + b"more",
    ],
)
def test_a_size_that_lies_is_refused(file: bytes) -> None:
    assert rule_of(file) == "audio-size-false"


@pytest.mark.parametrize(
    ("header", "rule"),
    [
        (fmt(tag=0x55), "audio-encoding"),
        (fmt(tag=2, bits=4), "audio-encoding"),
        (fmt(bits=12), "audio-encoding"),
        (fmt(channels=0), "audio-tracks"),
        (fmt(channels=3), "audio-tracks"),
        (fmt(rate=7_999), "audio-sample-rate"),
        (fmt(rate=96_001), "audio-sample-rate"),
        (fmt()[:-2], "audio-damaged"),
        (fmt()[:12] + b"\4\0" + fmt()[14:], "audio-size-false"),
        (fmt()[:8] + bytes(4) + fmt()[12:], "audio-size-false"),
    ],
)
def test_a_header_that_cannot_be_true_is_refused(header: bytes, rule: str) -> None:
    assert rule_of(riff(chunk(b"fmt ", header), chunk(b"data", TWO_FRAMES))) == rule


@pytest.mark.parametrize(
    "chunks",
    [
        [chunk(b"fmt ", fmt())],
        [chunk(b"data", TWO_FRAMES)],
        [chunk(b"data", TWO_FRAMES), chunk(b"fmt ", fmt())],
        [chunk(b"fmt ", fmt()), chunk(b"fmt ", fmt()), chunk(b"data", TWO_FRAMES)],
        [chunk(b"fmt ", fmt()), chunk(b"data", TWO_FRAMES), chunk(b"data", TWO_FRAMES)],
        [chunk(b"fmt ", fmt()), chunk(b"data", b"")],
        [chunk(b"junk", b"")] * 64 + [chunk(b"fmt ", fmt()), chunk(b"data", TWO_FRAMES)],
    ],
)
def test_chunks_that_lack_repeat_change_places_or_swarm_are_refused(chunks: list[bytes]) -> None:
    assert rule_of(riff(*chunks)) == "audio-damaged"


@pytest.mark.parametrize(
    "content",
    [
        b"ffconcat version 1.0\nfile 'sibling.wav'\n",
        b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n" * 20,
        b"<svg xmlns='http://www.w3.org/2000/svg'></svg>",
        b"PK\3\4" + bytes(2_000),
        b"RIFF" + bytes(2_000),
        b"\x1a\x45\xdf\xa3" + bytes(2_000),
        b"ID3\4" + bytes(2_000),
    ],
)
def test_another_file_inside_a_true_header_is_refused(content: bytes) -> None:
    even = content + b"\n" * (len(content) % 2)
    assert rule_of(riff(chunk(b"fmt ", fmt()), chunk(b"data", even))) == "audio-disguised"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_no_sound_are_refused(value: float) -> None:
    data = struct.pack("<ff", 0.5, value)
    assert rule_of(riff(chunk(b"fmt ", fmt(3, 1, 8_000, 32)), chunk(b"data", data))) == "audio-damaged"


def test_120_seconds_are_read_and_one_frame_more_is_not() -> None:
    whole = np.zeros(120 * 8_000)
    assert len(read_wav(wav(whole, 8_000)).samples) == 960_000
    assert rule_of(wav(np.append(whole, 0.0), 8_000)) == "audio-undecoded-too-long"
