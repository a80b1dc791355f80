"""Both sides of every threshold."""

import numpy as np
import pytest

from prompts.checks import (
    check_result,
    check_upload,
    clipped_percent,
    refusals_of,
)
from prompts.rules import RESULT_RULES, UPLOAD_RULES, Check
from tests.prompts.sounds import Wave, hush, noise, speech, tone

RATE = 8_000


def failed(checks: tuple[Check, ...]) -> list[str]:
    return [check.rule for check in checks if not check.passed]


def upload(samples: Wave) -> list[str]:
    return failed(check_upload(samples[:, np.newaxis], samples))


def result(samples: Wave) -> list[str]:
    return failed(check_result(samples))


def at_target(samples: Wave) -> Wave:
    """`speech` at its ordinary level measures -23.6 LUFS; 4.6 dB more is the target."""
    return samples * 1.70


def test_good_speech_passes_everything() -> None:
    assert upload(speech(5, RATE)) == []
    assert result(at_target(speech(5, RATE))) == []


def test_180_milliseconds_of_sound_are_nothing_and_200_are_something() -> None:
    word = tone(300, seconds=1, rate=RATE)
    assert "audio-silent" in upload(np.concatenate([hush(1, RATE), word[: 180 * 8], hush(1, RATE)]))
    assert "audio-silent" not in upload(np.concatenate([hush(1, RATE), word[: 200 * 8], hush(1, RATE)]))
    assert "audio-silent" in upload(hush(3, RATE))
    assert "audio-silent" in upload(hush(1, RATE)[:10])


def test_what_lies_flat_at_the_peak_is_clipped_wherever_the_peak_is() -> None:
    flat = np.array([0.0, 0.3, 0.8, 0.8, 0.8, 0.3, 0.0, -0.3, -0.8, -0.8, 0.0, 0.1])
    assert clipped_percent(flat) == 25.0
    assert clipped_percent(flat * 0.5) == 25.0
    assert clipped_percent(flat * 0.3) == 0.0


@pytest.mark.parametrize(
    ("clipped", "rules"),
    [(0, []), (3, []), (6, ["audio-slightly-clipped"]), (30, ["audio-slightly-clipped"]),
     (33, ["audio-clipped", "audio-slightly-clipped"])],
)  # fmt: skip
def test_three_clipped_samples_in_a_thousand_are_too_many(clipped: int, rules: list[str]) -> None:
    samples = speech(10_000 / RATE, RATE)
    for at in range(0, clipped, 3):
        samples[at * 100 + 50 : at * 100 + 53] = 0.9
    assert upload(samples) == rules


def test_an_offset_of_a_tenth_of_full_scale_is_a_fault() -> None:
    centred = speech(2, RATE) - speech(2, RATE).mean()
    assert "audio-offset" not in upload(centred + 0.099)
    assert "audio-offset" in upload(centred + 0.101)
    assert "audio-offset" in upload(centred - 0.101)


def test_an_offset_or_clipping_in_one_channel_is_not_hidden_by_the_other() -> None:
    left = speech(2, RATE)
    both = np.stack([left + 0.15, left - 0.15], axis=1)
    assert failed(check_upload(both, left)) == ["audio-offset"]


@pytest.mark.parametrize(("level", "rules"), [(0.0100, []), (0.0092, ["audio-too-quiet"])])
def test_speech_below_minus_50_lufs_is_too_quiet(level: float, rules: list[str]) -> None:
    # Speech at 0.2 measures -23.6 LUFS; 26.4 dB less, at 0.0096, it measures -50.
    assert upload(speech(4, RATE, level)) == rules


def spoken(samples: int) -> Wave:
    return at_target(speech(20, RATE))[:samples]


def test_15_seconds_are_the_longest_notice() -> None:
    assert "audio-too-long" not in result(spoken(15 * RATE))
    assert "audio-too-long" in result(spoken(15 * RATE + 1))


def test_one_second_is_the_shortest_notice() -> None:
    assert "audio-too-short" not in result(spoken(RATE))
    assert "audio-too-short" in result(spoken(RATE - 1))


def test_an_even_noise_is_no_speech() -> None:
    assert "audio-no-speech" in result(noise(4, RATE))


def test_a_loud_background_is_a_warning_and_a_louder_one_a_refusal() -> None:
    voice = at_target(speech(4, RATE))
    assert [c.rule for c in check_result(voice + noise(4, RATE, 0.04)) if not c.passed] == ["audio-noisy"]
    assert refusals_of(check_result(voice + noise(4, RATE, 0.02))) == ()


@pytest.mark.parametrize(("seconds", "rules"), [(1.8, []), (2.3, ["audio-pause"])])
def test_a_pause_of_more_than_two_seconds_is_a_warning(seconds: float, rules: list[str]) -> None:
    halves = np.concatenate([speech(2, RATE), hush(seconds, RATE), speech(2, RATE)])
    assert result(at_target(halves)) == rules


def test_a_whisper_after_a_shout_is_a_warning() -> None:
    assert "audio-uneven" in result(np.concatenate([speech(6, RATE, 0.3), speech(6, RATE, 0.045)]))
    assert "audio-uneven" not in result(np.concatenate([speech(6, RATE, 0.3), speech(6, RATE, 0.15)]))


def test_a_peak_above_minus_3_decibels_is_refused() -> None:
    voice = at_target(speech(4, RATE))
    assert "audio-peak" not in result(np.append(voice, [0.0] * 9 + [0.69]))
    assert "audio-peak" in result(np.append(voice, [0.0] * 9 + [0.75]))


@pytest.mark.parametrize(
    # One decibel is a factor of 0.891 or 1.122.
    ("gain", "rules"),
    [(0.90, []), (0.88, ["audio-loudness"]), (1.11, []), (1.14, ["audio-loudness"])],
)
def test_one_loudness_unit_around_the_target_is_enough(gain: float, rules: list[str]) -> None:
    assert result(gain * at_target(speech(4, RATE))) == rules


def test_a_key_tone_is_named_in_both_languages() -> None:
    voice = at_target(speech(2, RATE))
    sound = np.concatenate([voice, tone(697, 1209, seconds=0.1, rate=RATE, level=0.3), voice])
    (refusal,) = refusals_of(check_result(sound))
    assert (refusal.rule, refusal.field) == ("audio-tone", "recording")
    assert "DTMF 1" in refusal.en
    assert "DTMF 1" in refusal.zh


def test_every_rule_speaks_english_and_chinese() -> None:
    for rule in (*UPLOAD_RULES, *RESULT_RULES):
        assert rule.en.isascii()
        assert not rule.zh.isascii()
