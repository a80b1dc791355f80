"""Compressed uploads are decoded by a child process that can open nothing and is soon over."""

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from prompts.decode import decode
from prompts.refusals import AudioRefused
from tests.prompts.sounds import encoded, hush, speech, tone, two_tracks, wav, with_cover


def rule_of(upload: bytes, wall_seconds: float = 20.0) -> str:
    with pytest.raises(AudioRefused) as refused:
        decode(upload, wall_seconds=wall_seconds)
    (refusal,) = refused.value.refusals
    return refusal.rule


@pytest.mark.parametrize("container", ["mp3", "ogg", "webm", "m4a"])
def test_each_container_gives_back_the_tone_that_was_put_in(container: str) -> None:
    sound = decode(encoded(container, tone(1_000, seconds=1.0, rate=48_000)))
    middle = sound.samples[12_000:36_000, 0]
    assert (sound.rate, sound.samples.shape[1]) == (48_000, 1)
    assert np.abs(np.fft.rfft(middle)).argmax() * 2 == 1_000
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.1414, abs=0.01)


def test_a_picture_on_the_cover_is_passed_over() -> None:
    assert decode(with_cover(speech(1.0, 48_000))).samples.shape[1] == 1


def test_two_sound_tracks_are_refused() -> None:
    assert rule_of(two_tracks(speech(1.0, 48_000))) == "audio-tracks"


def test_an_encoding_that_is_not_on_the_list_is_refused_in_a_container_that_is() -> None:
    assert rule_of(encoded("ogg-flac", speech(1.0, 48_000))) == "audio-encoding"


def test_an_empty_upload_is_refused() -> None:
    assert rule_of(b"") == "audio-empty"


def test_20_million_bytes_are_looked_at_and_one_more_is_not() -> None:
    assert rule_of(b"x" * 20_000_000) == "audio-unknown-format"
    assert rule_of(b"x" * 20_000_001) == "audio-too-large"


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_an_m4a_that_lost_its_end_is_refused(kept: float) -> None:
    whole = encoded("m4a", speech(2.0, 48_000))
    assert rule_of(whole[: int(len(whole) * kept)]) == "audio-damaged"


@pytest.mark.parametrize(
    "head",
    [
        b"ID3\4\0\0\0\0\0\0",
        b"\xff\xfb\x90\x04",
        b"OggS\0",
        b"\x1a\x45\xdf\xa3\x9fB\x82\x84webm",
        b"\0\0\0\x14ftypM4A ",
    ],
)
@pytest.mark.parametrize(
    "rest",
    [
        b"ffconcat version 1.0\nfile 'sibling.wav'\n" * 50,
        b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n" * 50,
        bytes(5_000),
    ],
)
def test_magic_bytes_before_something_else_do_not_help(head: bytes, rest: bytes) -> None:
    assert rule_of(head + rest) == "audio-damaged"


def test_more_than_120_seconds_are_not_decoded() -> None:
    assert rule_of(encoded("mp3", hush(121, 48_000))) == "audio-undecoded-too-long"
    assert decode(encoded("mp3", hush(119, 48_000))).rate == 48_000


def test_a_child_that_takes_too_long_is_ended() -> None:
    assert rule_of(encoded("mp3", speech(1.0, 48_000)), wall_seconds=0.001) == "audio-too-costly"


PRISONER = """
import socket, sys, resource
from prompts import decode_child
decode_child.bind_hands(5, 512 * 2**20, 1000)
def more_memory(): bytearray(2**30)
for attempt in (lambda: open('/etc/hostname'), socket.socket, lambda: open('new', 'w'), more_memory):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        print(type(error).__name__, getattr(error, 'errno', None))
print(*resource.getrlimit(resource.RLIMIT_CPU))
"""


def test_the_child_can_open_no_file_and_no_socket_and_take_no_more_memory() -> None:
    told = subprocess.run([sys.executable, "-c", PRISONER], capture_output=True, text=True, check=True).stdout
    # 24 is EMFILE: no descriptor is left.
    assert told.splitlines() == ["OSError 24", "OSError 24", "OSError 24", "MemoryError None", "5 5"]


BUSY = """
from prompts import decode_child
decode_child.bind_hands(1, 512 * 2**20, 1000)
while True:
    pass
"""


def test_the_child_is_ended_when_its_processor_time_is_used_up() -> None:
    assert subprocess.run([sys.executable, "-c", BUSY], check=False, timeout=60).returncode < 0


def test_the_library_alone_would_have_followed_a_playlist(tmp_path: Path) -> None:
    """Why nothing may guess: the same bytes, opened without a forced format, read the file beside them."""
    (tmp_path / "sibling.wav").write_bytes(wav(speech(1.0)))
    playlist = tmp_path / "upload.wav"
    playlist.write_bytes(b"ffconcat version 1.0\nfile 'sibling.wav'\n")
    with av.open(str(playlist)) as guessed:
        assert sum(frame.samples for frame in guessed.decode(audio=0)) == 16_000
    assert rule_of(playlist.read_bytes()) == "audio-unknown-format"
