"""From upload to telephone audio, as a clerk's file would go."""

import numpy as np
import pytest

from prompts.pipeline import AudioRefused, telephone_audio
from prompts.refusals import UNREADABLE
from tests.prompts.sounds import encoded, hush, noise, recorded_live, speech, tone, wav


def refused(upload: bytes) -> list[str]:
    with pytest.raises(AudioRefused) as error:
        telephone_audio(upload)
    return [refusal.rule for refusal in error.value.refusals]


@pytest.mark.parametrize(
    "upload",
    [
        wav(speech(4, 8_000), 8_000),
        wav(speech(4, 44_100), 44_100),
        wav(np.stack([speech(4), speech(4)], axis=1)),
        encoded("mp3", speech(4, 48_000)),
        encoded("ogg", speech(4, 48_000)),
        encoded("webm", speech(4, 48_000)),
        encoded("m4a", speech(4, 48_000)),
    ],
    ids=["8 kHz", "44.1 kHz", "stereo", "mp3", "ogg", "webm", "m4a"],
)
def test_speech_of_four_seconds_becomes_telephone_audio(upload: bytes) -> None:
    audio = telephone_audio(upload)
    # The header by hand: PCM, mono, 8000 Hz, 16000 bytes a second, 2 bytes a frame, 16 bits.
    assert audio.wav[:4] == b"RIFF"
    promised = bytes.fromhex("10000000 0100 0100 401f0000 803e0000 0200 1000")
    assert audio.wav[8:40] == b"WAVEfmt " + promised + b"data"
    assert int.from_bytes(audio.wav[40:44], "little") == len(audio.wav) - 44
    assert 4_300 < audio.duration_ms < 4_650
    assert audio.loudness_lufs == pytest.approx(-19.0, abs=0.3)
    assert audio.peak_dbfs <= -3.0
    assert audio.warnings == ()
    assert audio.wav[44 : 44 + 4_800] == bytes(4_800)


@pytest.mark.parametrize("container", ["webm", "mp4-aac", "mp4-opus"])
def test_what_a_browser_records_without_knowing_its_length_is_taken(container: str) -> None:
    audio = telephone_audio(recorded_live(container, speech(4, 48_000)))
    assert 4_300 < audio.duration_ms < 4_650
    assert audio.warnings == ()


@pytest.mark.parametrize("container", ["wav", "mp3"])
def test_the_same_upload_gives_the_same_recording(container: str) -> None:
    upload = wav(speech(3)) if container == "wav" else encoded(container, speech(3, 48_000))
    assert telephone_audio(upload) == telephone_audio(upload)


def test_no_metadata_survives() -> None:
    upload = wav(speech(3))
    tagged = upload + b"LIST" + (12).to_bytes(4, "little") + b"INFOIARTname"
    tagged = b"RIFF" + (len(tagged) - 8).to_bytes(4, "little") + tagged[8:]
    assert telephone_audio(tagged).wav == telephone_audio(upload).wav


def test_silence_at_the_ends_does_not_count_towards_the_length() -> None:
    upload = wav(np.concatenate([hush(20), speech(5), hush(40)]))
    assert 5_300 < telephone_audio(upload).duration_ms < 5_700


def test_words_of_14_seconds_fit_and_words_of_16_do_not() -> None:
    assert telephone_audio(wav(speech(14))).duration_ms <= 15_000
    assert refused(wav(speech(16))) == ["audio-too-long"]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert refused(wav(np.concatenate([noise(9), tone(770, 1336, seconds=0.2), noise(9)]))) == [
        "audio-too-long", "audio-no-speech", "audio-tone",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("upload", "rules"),
    [
        (wav(hush(5)), ["audio-silent", "audio-too-quiet"]),
        (wav(np.clip(speech(5, level=1.5), -1, 1)), ["audio-clipped"]),
        (wav(speech(5) + 0.2), ["audio-offset"]),
        (wav(np.where(np.arange(80_000) % 8_000 == 0, 0.9, 0.0)), ["audio-loudness"]),
        (wav(speech(0.4)), ["audio-too-short"]),
        (wav(np.array([0.5]), 96_000), ["audio-silent", "audio-offset", "audio-too-quiet"]),
        (b"#EXTM3U\n", ["audio-unknown-format"]),
    ],
)
def test_what_is_no_notice_is_refused(upload: bytes, rules: list[str]) -> None:
    assert refused(upload) == rules


def test_every_way_of_being_unreadable_speaks_english_and_chinese() -> None:
    for rule, refusal in UNREADABLE.items():
        assert rule == refusal.rule
        assert refusal.en.isascii()
        assert not refusal.zh.isascii()
