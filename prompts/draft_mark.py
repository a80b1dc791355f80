"""The mark of a draft voice: two chords that every draft holds all along, and that nothing else holds.

A draft is for hearing a text before somebody speaks it. So that it never becomes a recording, it is marked
with beeps that survive the telephone band and the usual codecs, and the checks refuse whatever holds one.
"""

from typing import Final

import numpy as np

from prompts.levels import window_levels
from prompts.sound import Samples, runs_of
from prompts.speech import WINDOW_MS
from prompts.telephone import RATE
from prompts.tones import Tone, holds, spectra

# Frequencies that are neither telephone tones nor multiples of one another, so that no voice sings them.
CHORDS: Final = (
    Tone("first chord of a draft", (1030.0, 1710.0), 40, "ours"),
    Tone("second chord of a draft", (1270.0, 2200.0), 40, "ours"),
)
CHORD_MS: Final = 60
EVERY_MS: Final = 2_000
"""No longer stretch of a draft is without a mark."""
_LEVEL: Final = 0.1
_HUSH_MS: Final = 60
# A run of two frames lasts 40 ms; the second chord begins at most this many frames after the first ends.
_FRAMES: Final = 2
_APART: Final = 12


def marked(samples: Samples) -> Samples:
    """Mono 8 kHz speech with the mark before it, and again in its quietest places at least every 2 s."""
    pieces, at = [_mark()], 0
    while len(samples) - at > RATE * EVERY_MS // 1000:
        cut = _quietest(samples, at)
        pieces += [samples[at:cut], _mark()]
        at = cut
    return np.concatenate([*pieces, samples[at:]])


def marks_in(samples: Samples) -> int:
    """How many marks mono 8 kHz samples hold."""
    shares, frequencies = spectra(samples)
    if not len(shares):
        return 0
    first, second = (runs_of(holds(shares, frequencies, chord)) for chord in CHORDS)
    ends = [end for start, end in first.tolist() if end - start >= _FRAMES]
    starts = np.array([start for start, end in second.tolist() if end - start >= _FRAMES])
    return sum(bool(np.any((starts >= end) & (starts - end <= _APART))) for end in ends)


def _mark() -> Samples:
    hush = np.zeros(RATE * _HUSH_MS // 1000)
    return np.concatenate([hush, *(_chord(chord) for chord in CHORDS), hush])


def _chord(chord: Tone) -> Samples:
    time = np.arange(RATE * CHORD_MS // 1000) / RATE
    ramp = np.minimum(1.0, np.minimum(time, time[::-1]) / 0.004)
    return np.asarray(_LEVEL * ramp * sum(np.sin(2 * np.pi * hertz * time) for hertz in chord.hertz))


def _quietest(samples: Samples, start: int) -> int:
    """The middle of the quietest window in the second half of the next 2 s."""
    width, reach = RATE * WINDOW_MS // 1000, RATE * EVERY_MS // 1000
    first = start + reach // 2
    levels = window_levels(samples[first : start + reach], RATE)
    return first + int(np.argmin(levels)) * width + width // 2
