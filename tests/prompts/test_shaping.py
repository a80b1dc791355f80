"""Each step changes one thing about the samples."""

import numpy as np
import pytest

from prompts import shaping
from prompts.levels import measure
from tests.prompts.sounds import Wave, hush, noise, speech, tone

RATE = 8_000


def rms(samples: Wave) -> float:
    return float(np.sqrt(np.mean(samples**2)))


def test_two_like_channels_become_their_mean() -> None:
    assert shaping.downmix(np.array([[0.5, 0.25], [-0.5, -0.25]])).tolist() == [0.375, -0.375]


def test_channels_that_would_cancel_out_leave_the_stronger_one() -> None:
    assert shaping.downmix(np.array([[0.5, -0.625], [-0.5, 0.625]])).tolist() == [-0.625, 0.625]


def test_resampling_keeps_what_the_telephone_carries_and_drops_what_would_fold_back() -> None:
    kept = shaping.to_telephone_rate(tone(3_000, seconds=1, rate=48_000), 48_000)
    dropped = shaping.to_telephone_rate(tone(5_000, seconds=1, rate=48_000), 48_000)
    assert len(kept) == 8_000
    assert rms(kept[800:-800]) == pytest.approx(0.1414, abs=0.001)
    assert rms(dropped[800:-800]) < 0.0001


def test_the_high_pass_takes_direct_current_and_hum_and_leaves_the_voice() -> None:
    middle = slice(2_000, 6_000)
    assert rms(shaping.high_pass(np.full(RATE, 0.3))[middle]) < 0.005
    # Half the corner frequency: 12.3 dB less by the Butterworth formula.
    assert rms(shaping.high_pass(tone(50, seconds=1, rate=RATE))[middle]) == pytest.approx(0.0343, abs=0.002)
    assert rms(shaping.high_pass(tone(400, seconds=1, rate=RATE))[middle]) == pytest.approx(0.1414, abs=0.001)


def test_silence_at_the_ends_goes_but_for_60_milliseconds_and_pauses_stay() -> None:
    said = tone(500, seconds=0.5, rate=RATE)
    recording = np.concatenate([hush(2, RATE), said, hush(1, RATE), said, hush(3, RATE)])
    assert len(shaping.trim(recording)) == (60 + 500 + 1_000 + 500 + 60) * 8


def test_a_quiet_background_counts_as_silence() -> None:
    said = tone(500, seconds=0.5, rate=RATE, level=0.5)
    recording = np.concatenate([hush(1, RATE), said, hush(1, RATE)]) + noise(2.5, RATE, level=0.002)
    assert len(shaping.trim(recording)) == (60 + 500 + 60) * 8


def test_nothing_at_all_is_trimmed_to_nothing() -> None:
    assert len(shaping.trim(hush(1, RATE))) == 0
    assert len(shaping.trim(hush(0, RATE))) == 0


@pytest.mark.parametrize("level", [0.01, 0.2, 0.9])
def test_speech_of_any_level_ends_at_the_target(level: float) -> None:
    loudness = measure(shaping.normalise(speech(4, RATE, level)), RATE)
    assert loudness.lufs == pytest.approx(-19.0, abs=0.2)
    assert loudness.peak_dbfs <= -3.0


def test_a_loud_word_among_quiet_ones_is_held_below_the_ceiling() -> None:
    uneven = np.concatenate([speech(3, RATE, 0.05), speech(0.2, RATE, 0.9), speech(3, RATE, 0.05)])
    loudness = measure(shaping.normalise(uneven), RATE)
    assert loudness.peak_dbfs <= -3.0
    assert loudness.lufs == pytest.approx(-19.0, abs=0.5)


def test_what_the_limiter_took_from_a_sharp_voice_is_given_back() -> None:
    # To the fourth power the voice is all peaks: turned to the target and limited once, it measures -19.8.
    sharp = speech(4, RATE, 1.0) ** 4
    loudness = measure(shaping.normalise(sharp * np.sign(speech(4, RATE))), RATE)
    assert loudness.peak_dbfs <= -3.0
    assert loudness.lufs > -19.6


def test_the_limiter_leaves_what_is_below_the_ceiling_untouched() -> None:
    quiet = speech(1, RATE, 0.1)
    assert np.array_equal(shaping.limit(quiet), quiet)


def test_the_limiter_hears_peaks_between_the_samples() -> None:
    # A quarter of the sampling rate, sampled at 45 degrees: the samples reach only 0.707 of the peak.
    hidden = 0.95 * np.hanning(RATE) * np.sin(np.pi / 2 * np.arange(RATE) + np.pi / 4)
    assert np.abs(hidden).max() < 0.68
    assert measure(hidden, RATE).peak_dbfs > -0.6
    assert measure(shaping.limit(hidden), RATE).peak_dbfs <= -3.0


def test_the_frame_is_300_milliseconds_before_and_200_after() -> None:
    framed = shaping.frame(np.full(800, 0.5))
    assert len(framed) == 2_400 + 800 + 1_600
    assert not framed[:2_401].any()
    assert framed[2_440:3_160].tolist() == [0.5] * 720
    assert not framed[3_199:].any()
