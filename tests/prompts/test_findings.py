"""What a clerk reads of the checks: every measure once, its value, its limit, and whether it is well."""

import numpy as np
import pytest

from prompts.findings import MEASURES, Finding, findings_of
from prompts.pipeline import RecordingRefused, telephone_audio
from tests.prompts.sounds import Wave, hush, noise, speech, tone, wav


def found(samples: Wave) -> dict[str, Finding]:
    upload = wav(samples)
    try:
        checks = telephone_audio(upload).checks
    except RecordingRefused as refused:
        checks = refused.examination.checks
    return {each.measure: each for each in findings_of(checks)}


def test_good_speech_is_measured_in_every_respect_and_all_is_well() -> None:
    report = found(speech(4))
    assert list(report) == list(MEASURES)
    assert {each.verdict for each in report.values()} == {"ok"}
    assert {each.en + each.zh for each in report.values()} == {""}


def test_a_measure_says_what_was_found_and_what_is_allowed() -> None:
    report = found(speech(4))
    length, loudness, clipped = report["length"], report["loudness"], report["clipped"]
    assert (length.title_en, length.title_zh, length.limit) == ("Length", "时长", "1.0 – 15.0 s")
    assert length.measured in {"4.4 s", "4.5 s"}
    assert (loudness.measured, loudness.limit) == ("−19.0 LUFS", "−20.0 – −18.0 LUFS")
    assert (clipped.limit, clipped.better) == ("≤ 0.30 %", "≤ 0.03 %")


def test_what_is_refused_says_so_with_the_words_of_its_rule() -> None:
    length = found(speech(16))["length"]
    assert (length.verdict, length.measured) == ("refused", "16.5 s")
    assert length.en == "The notice lasts more than 15 seconds with its lead-in."
    assert length.zh == "提示音连同前导静音超过 15 秒。"


def test_a_warning_is_no_refusal() -> None:
    pause = found(np.concatenate([speech(2), hush(3), speech(2)]))["pause"]
    assert (pause.verdict, pause.better, pause.limit) == ("warn", "≤ 2.0 s", "")
    assert "more than two seconds" in pause.en


def test_of_two_limits_the_worse_one_speaks() -> None:
    clipped = found(np.clip(speech(5, level=1.5), -1, 1))["clipped"]
    assert clipped.verdict == "refused"
    assert clipped.en == "The recording is overdriven (clipped); please record it again at a lower level."


def test_several_tones_are_one_finding_that_names_them_all() -> None:
    tones = [tone(770, 1336, seconds=0.2), hush(0.2), tone(941, 1477, seconds=0.3)]
    report = found(np.concatenate([speech(2), *tones, speech(2)]))
    assert report["tone"].verdict == "refused"
    assert "DTMF 5" in report["tone"].en
    assert "DTMF #" in report["tone"].zh


@pytest.mark.parametrize("measure", ["length", "tone", "pause"])
def test_what_was_refused_as_it_came_is_not_measured_any_further(measure: str) -> None:
    report = found(np.clip(speech(5, level=1.5), -1, 1))
    assert measure not in report
    assert set(report) == {"speech", "level", "clipped", "offset"}


def test_noise_is_measured_and_refused() -> None:
    contrast = found(noise(4))["contrast"]
    assert (contrast.verdict, contrast.limit, contrast.better) == ("refused", "≥ 6.0 dB", "≥ 15.0 dB")
