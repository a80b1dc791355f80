"""Telephone tones inside a recording: keys, fax and signalling that would drive a caller's equipment."""

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from prompts.sound import Mask, Samples, run_lengths
from prompts.telephone import RATE

FRAME_MS: Final = 32
HOP_MS: Final = 8
# A frame holds a tone when this share of its power lies within 35 Hz of the tone's frequencies ...
PURE_SHARE: Final = 0.8
NEAR_HZ: Final = 35.0
# ... and, of a pair, the weaker frequency carries at least this share (a twist of about 10 dB).
WEAKER_SHARE: Final = 0.08
QUIET_DBFS: Final = -50.0


@dataclass(frozen=True, slots=True)
class Tone:
    """A tone that equipment listens for: one or two frequencies (Hz) that sound together for `least_ms`."""

    name: str
    hertz: tuple[float, ...]
    least_ms: int
    source: str


_KEYS: Final = ("123A", "456B", "789C", "*0#D")
_ROWS: Final = (697.0, 770.0, 852.0, 941.0)
_COLUMNS: Final = (1209.0, 1336.0, 1477.0, 1633.0)

TONES: Final[tuple[Tone, ...]] = (
    *(
        Tone(f"DTMF {_KEYS[row][column]}", (_ROWS[row], _COLUMNS[column]), 40, "ITU-T Q.23, Q.24")
        for row, column in product(range(4), range(4))
    ),
    Tone("fax calling tone", (1100.0,), 300, "ITU-T T.30"),
    Tone("fax or modem answer tone", (2100.0,), 300, "ITU-T T.30, V.25"),
    Tone("signalling tone 2280 Hz", (2280.0,), 100, "ITU-T Q.21"),
    Tone("signalling tone 2400 Hz", (2400.0,), 100, "ITU-T Q.141"),
    Tone("signalling tone 2600 Hz", (2600.0,), 100, "ITU-T Q.141"),
    Tone("signalling tones 2400 and 2600 Hz", (2400.0, 2600.0), 100, "ITU-T Q.141"),
    Tone("special information tone 950 Hz", (950.0,), 200, "ITU-T E.180"),
    Tone("special information tone 1400 Hz", (1400.0,), 200, "ITU-T E.180"),
    Tone("special information tone 1800 Hz", (1800.0,), 200, "ITU-T E.180"),
    Tone("dial, ring or busy tone 450 Hz", (450.0,), 300, "GB/T 3378-1982; ITU-T E.180 supplement 2"),
    Tone("dial tone 350 and 440 Hz", (350.0, 440.0), 300, "ITU-T E.180 supplement 2"),
    Tone("ring tone 440 and 480 Hz", (440.0, 480.0), 300, "ITU-T E.180 supplement 2"),
    Tone("busy tone 480 and 620 Hz", (480.0, 620.0), 300, "ITU-T E.180 supplement 2"),
)
"""Least durations lie below what each standard lets equipment answer to, and above what speech holds."""

STEADY_MS: Final = 500
STEADY_FROM_HZ: Final = 350.0


@dataclass(frozen=True, slots=True)
class Heard:
    """A tone that was found, and for how long without a break."""

    name: str
    ms: int


def heard_tones(samples: Samples) -> tuple[Heard, ...]:
    """The tones in mono 8 kHz samples, in the order of the table; last a steady one of any other pitch."""
    power, frequencies = spectra(samples)
    if not len(power):
        return ()
    lasting = ((tone, _longest_ms(holds(power, frequencies, tone))) for tone in TONES)
    found = [Heard(tone.name, ms) for tone, ms in lasting if ms >= tone.least_ms]
    if not found and (ms := _steady_ms(power, frequencies)) >= STEADY_MS:
        found.append(Heard("steady tone", ms))
    return tuple(found)


def spectra(samples: Samples) -> tuple[Samples, Samples]:
    """Shares of power per frequency (rows sum to 1, or are 0 where a frame is quiet), and the frequencies."""
    width, hop = RATE * FRAME_MS // 1000, RATE * HOP_MS // 1000
    if len(samples) < width:
        return np.zeros((0, 0)), np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(samples, width)[::hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(width), 4 * width, axis=1)) ** 2
    total = power.sum(axis=1, keepdims=True)
    quiet = np.mean(frames**2, axis=1, keepdims=True) < 10 ** (QUIET_DBFS / 10)
    shares = np.where(quiet, 0.0, power / np.maximum(total, 1e-30))
    return shares, np.asarray(np.fft.rfftfreq(4 * width, 1 / RATE), np.float64)


def holds(shares: Samples, frequencies: Samples, tone: Tone) -> Mask:
    """For each frame, whether it holds the tone."""
    near = [np.abs(frequencies - hertz) <= NEAR_HZ for hertz in tone.hertz]
    pure = shares[:, np.any(near, axis=0)].sum(axis=1) >= PURE_SHARE
    weakest = np.min([shares[:, band].sum(axis=1) for band in near], axis=0)
    return np.asarray(pure & (weakest >= WEAKER_SHARE))


def _longest_ms(holds: Mask) -> int:
    """The longest run of frames, from the first one's start to the last one's end."""
    runs = run_lengths(holds)
    return int(runs.max()) * HOP_MS + FRAME_MS - HOP_MS if len(runs) else 0


def _steady_ms(shares: Samples, frequencies: Samples) -> int:
    """How long the strongest frequency stays put and alone (within 1 frequency step of itself)."""
    pitch = frequencies[shares.argmax(axis=1)]
    around = np.abs(frequencies[np.newaxis] - pitch[:, np.newaxis]) <= NEAR_HZ
    alone = (np.where(around, shares, 0.0).sum(axis=1) >= PURE_SHARE) & (pitch >= STEADY_FROM_HZ)
    still = np.abs(np.diff(pitch, prepend=pitch[:1])) <= 8.0
    return _longest_ms(alone & still)
