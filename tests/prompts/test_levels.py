"""Loudness by the standard's own test signals."""

import numpy as np
import pytest

from prompts.levels import dbfs, measure, window_levels
from prompts.sound import run_lengths
from tests.prompts.sounds import hush, tone


@pytest.mark.parametrize(("level", "lufs"), [(0.1, -23.0), (0.5, -9.0)])
def test_a_sine_of_1000_hz_is_3_decibels_below_its_peak(level: float, lufs: float) -> None:
    # ITU-R BS.1770-4: 997 Hz at full scale in one channel measures -3.01 LUFS.
    loudness = measure(tone(997, seconds=5, rate=8_000, level=level), 8_000)
    assert loudness.lufs == pytest.approx(lufs, abs=0.05)
    assert loudness.peak_dbfs == pytest.approx(lufs + 3, abs=0.2)


def test_silence_around_it_does_not_make_sound_quieter() -> None:
    padded = np.concatenate([hush(10, 8_000), tone(997, seconds=5, rate=8_000, level=0.1), hush(10, 8_000)])
    assert measure(padded, 8_000).lufs == pytest.approx(-23.0, abs=0.3)


def test_loudness_range_tells_loud_passages_from_quiet_ones() -> None:
    # EBU Tech 3342, test 1: two tones 10 dB apart, 20 s each, have a range of 10 LU.
    steps = [tone(997, seconds=20, rate=8_000, level=level) for level in (0.1, 0.0316)]
    assert measure(np.concatenate(steps), 8_000).range_lu == pytest.approx(10, abs=1)


def test_nothing_measures_as_the_floor() -> None:
    assert measure(hush(1, 8_000), 8_000).lufs <= -70
    assert dbfs(0.0) == -120.0


def test_windows_are_20_milliseconds_and_the_rest_is_left_out() -> None:
    samples = np.concatenate([np.full(160, 0.1), np.full(160, 1.0), np.full(159, 0.5)])
    assert window_levels(samples, 8_000).tolist() == pytest.approx([-20.0, 0.0])


def test_runs_are_counted_in_their_order() -> None:
    assert run_lengths(np.array([1, 1, 0, 1, 0, 0, 1, 1, 1], bool)).tolist() == [2, 1, 3]
    assert run_lengths(np.zeros(0, bool)).tolist() == []
