"""Tones that equipment listens for are heard inside speech, and speech is not taken for one."""

import numpy as np
import pytest

from prompts.tones import heard_tones
from tests.prompts.sounds import Wave, noise, speech, tone

RATE = 8_000


def among_speech(sound: Wave) -> Wave:
    return np.concatenate([speech(1, RATE), sound, speech(1, RATE)])


KEYPAD = {
    "1": (697, 1209), "2": (697, 1336), "3": (697, 1477), "A": (697, 1633),
    "4": (770, 1209), "5": (770, 1336), "6": (770, 1477), "B": (770, 1633),
    "7": (852, 1209), "8": (852, 1336), "9": (852, 1477), "C": (852, 1633),
    "*": (941, 1209), "0": (941, 1336), "#": (941, 1477), "D": (941, 1633),
}  # fmt: skip


@pytest.mark.parametrize("key", KEYPAD)
def test_every_key_of_a_telephone_is_heard_from_40_milliseconds_on(key: str) -> None:
    sound = among_speech(tone(*KEYPAD[key], seconds=0.040, rate=RATE))
    assert [heard.name for heard in heard_tones(sound)] == [f"DTMF {key}"]


def test_a_key_is_heard_when_one_tone_is_6_decibels_weaker_and_both_are_off_by_1_percent() -> None:
    twisted = tone(770 * 1.01, seconds=0.1, rate=RATE) + 0.5 * tone(1336 * 0.99, seconds=0.1, rate=RATE)
    assert [heard.name for heard in heard_tones(among_speech(twisted))] == ["DTMF 5"]


def test_half_a_key_is_no_key() -> None:
    assert heard_tones(among_speech(tone(770, seconds=0.1, rate=RATE))) == ()


@pytest.mark.parametrize(
    ("hertz", "seconds", "name"),
    [
        ((1100,), 0.5, "fax calling tone"),
        ((2100,), 0.5, "fax or modem answer tone"),
        ((2280,), 0.2, "signalling tone 2280 Hz"),
        ((2600,), 0.2, "signalling tone 2600 Hz"),
        ((2400, 2600), 0.2, "signalling tones 2400 and 2600 Hz"),
        ((950,), 0.33, "special information tone 950 Hz"),
        ((450,), 0.35, "dial, ring or busy tone 450 Hz"),
        ((350, 440), 0.5, "dial tone 350 and 440 Hz"),
        ((480, 620), 0.5, "busy tone 480 and 620 Hz"),
        ((1234,), 0.6, "steady tone"),
    ],
)
def test_signals_of_the_network_are_heard(hertz: tuple[float, ...], seconds: float, name: str) -> None:
    sound = among_speech(tone(*hertz, seconds=seconds, rate=RATE))
    assert name in [heard.name for heard in heard_tones(sound)]


@pytest.mark.parametrize(("hertz", "seconds"), [(1100, 0.2), (2100, 0.2), (450, 0.2), (1234, 0.4)])
def test_a_beep_that_is_too_short_for_equipment_is_let_through(hertz: float, seconds: float) -> None:
    assert heard_tones(among_speech(tone(hertz, seconds=seconds, rate=RATE))) == ()


def test_speech_noise_and_silence_hold_no_tone() -> None:
    assert heard_tones(speech(10, RATE)) == ()
    assert heard_tones(noise(10, RATE)) == ()
    assert heard_tones(np.zeros(RATE)) == ()
    assert heard_tones(np.zeros(10)) == ()


def test_a_tone_below_minus_50_decibels_drives_nothing() -> None:
    assert heard_tones(tone(770, 1336, seconds=0.5, rate=RATE, level=0.001)) == ()
