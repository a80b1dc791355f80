"""The workshop: the same work as in the pipeline, done by a process that gives back values alone."""

import subprocess
import sys

import numpy as np
import pytest

from prompts import catalogue, workshop
from prompts.draft import NotSpoken, is_installed
from prompts.draft_voice import speak_draft
from prompts.findings import findings_of
from prompts.pcm import wav_of
from prompts.pipeline import RecordingRefused, telephone_audio
from prompts.refusals import AudioRefused
from prompts.telephone import values_of
from prompts.waveform import waveform
from prompts.workshop import UploadRefused
from tests.prompts.sounds import speech, wav


def test_an_upload_comes_back_as_the_pipeline_makes_it() -> None:
    samples = speech(4)
    for at in range(0, 60, 3):
        samples[32_000 + at * 100 : 32_003 + at * 100] = 0.9
    made, sound = telephone_audio(wav(samples)), workshop.finish(wav(samples))
    assert (sound.wav, sound.sha256, sound.duration_ms) == (made.wav, made.sha256, made.duration_ms)
    assert (sound.loudness_lufs, sound.peak_dbfs) == (made.loudness_lufs, made.peak_dbfs)
    assert (sound.findings, sound.clipped) == (findings_of(made.checks), made.clipped)
    assert sound.clipped != ()


def test_what_is_not_fit_comes_back_measured_and_drawn() -> None:
    upload = wav(np.clip(speech(5, level=1.5), -1, 1))
    with pytest.raises(RecordingRefused) as here:
        telephone_audio(upload)
    with pytest.raises(UploadRefused) as there:
        workshop.finish(upload)
    found = here.value.examination
    assert there.value.refusals == here.value.refusals
    assert there.value.findings == findings_of(found.checks)
    assert there.value.picture == waveform(values_of(wav_of(found.samples)), found.clipped)
    assert there.value.picture.clipped != ()


@pytest.mark.parametrize(
    ("upload", "rule"), [(b"", "audio-empty"), (b"no sound at all", "audio-unknown-format")]
)
def test_what_cannot_be_read_is_refused_by_its_rule(upload: bytes, rule: str) -> None:
    with pytest.raises(AudioRefused) as error:
        workshop.finish(upload)
    assert [each.rule for each in error.value.refusals] == [rule]
    assert not isinstance(error.value, UploadRefused)


def test_a_finished_recording_is_measured_and_left_as_it_is() -> None:
    shipped = next(each for each in catalogue.load() if each.language == "en")
    sound = workshop.measure(catalogue.wav_of(shipped))
    assert (sound.sha256, sound.duration_ms) == (shipped.sha256, 8240)


@pytest.mark.skipif(not is_installed(), reason="the draft voice is an extra: [draft-voice]")
def test_a_text_is_spoken_as_the_draft_voice_speaks_it() -> None:
    assert workshop.speak("One two three.", "en") == speak_draft("One two three.", "en")
    with pytest.raises(NotSpoken):
        workshop.speak("…", "zh-CN")


def test_the_libraries_of_sound_are_loaded_in_the_workshop_alone() -> None:
    code = (
        "import sys; from prompts import workshop; workshop.finish(sys.stdin.buffer.read());"
        "sys.exit(str({'av', 'numpy', 'soxr'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=wav(speech(2)), capture_output=True, check=False
    )
    assert done.stderr.decode().strip() == "set()"
