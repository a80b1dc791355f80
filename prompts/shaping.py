"""The steps that make speech fit for the telephone, each a function on samples that changes one thing."""

from typing import Final

import numpy as np
import soxr

from prompts.levels import measure, window_levels
from prompts.sound import Mask, Samples
from prompts.speech import WINDOW_MS, is_said
from prompts.telephone import CEILING_DBFS, RATE, TARGET_LUFS

LEAD_IN_MS: Final = 300
"""Early media starts late and jitter buffers settle: nothing may be said before this."""
TAIL_MS: Final = 200
MARGIN_MS: Final = 60
HIGH_PASS_HZ: Final = 100.0
# The limiter aims lower than the ceiling: rounding and interpolation may add a little.
_LIMIT: Final = 10 ** ((CEILING_DBFS - 0.3) / 20)
_LIMITER_MS: Final = 4
_OVERSAMPLING: Final = 4


def downmix(samples: Samples) -> Samples:
    """(frames, channels) to mono: the mean, or the stronger channel where the mean would cancel it out."""
    mean = samples.mean(axis=1)
    power = np.mean(samples**2, axis=0)
    strongest = int(np.argmax(power))
    cancelled = np.mean(mean**2) < power[strongest] / 10
    return samples[:, strongest] if cancelled else mean


def to_telephone_rate(samples: Samples, rate: int) -> Samples:
    """Mono samples at 8000 Hz, band-limited below 4 kHz."""
    return np.asarray(soxr.resample(samples, rate, RATE, quality="VHQ"), np.float64)


def high_pass(samples: Samples) -> Samples:
    """Without direct current and rumble: second-order Butterworth magnitude at 100 Hz, zero phase."""
    size = len(samples) + RATE // 4
    frequencies = np.fft.rfftfreq(size, 1 / RATE)
    ratio = (frequencies / HIGH_PASS_HZ) ** 2
    return np.fft.irfft(np.fft.rfft(samples, size) * ratio / np.sqrt(1 + ratio**2), size)[: len(samples)]


def audible(samples: Samples) -> Mask:
    """For each window of 20 ms of mono 8 kHz samples, whether something is said in it."""
    return np.array(is_said(window_levels(samples, RATE).tolist()), np.bool_)


def trim(samples: Samples) -> Samples:
    """Without the silence before the first and after the last word, but for 60 ms of soft consonants."""
    start, end = spoken_span(samples)
    return samples[start:end]


def spoken_span(samples: Samples) -> tuple[int, int]:
    """From where to where `trim` keeps the samples; (0, 0) where nothing is said."""
    windows = np.flatnonzero(audible(samples))
    if not len(windows):
        return 0, 0
    width, margin = RATE * WINDOW_MS // 1000, RATE * MARGIN_MS // 1000
    return max(0, int(windows[0]) * width - margin), (int(windows[-1]) + 1) * width + margin


def normalise(samples: Samples) -> Samples:
    """At -19 LUFS with a true peak of at most -3 dBFS; peaks above it are turned down around themselves.

    Sound that is nearly all peaks ends below the target: the checks then refuse it.
    """
    shaped = samples
    gain_db = 0.0
    for _ in range(6):
        gain_db += TARGET_LUFS - measure(shaped, RATE).lufs
        shaped = limit(samples * 10 ** (gain_db / 20))
    return shaped


def limit(samples: Samples) -> Samples:
    """Turned down smoothly within 4 ms around every peak that lies above the ceiling."""
    peaks = _true_peaks(samples)
    needed = np.minimum(1.0, _LIMIT / np.maximum(peaks, _LIMIT))
    reach = RATE * _LIMITER_MS // 1000
    width = 2 * reach + 1
    lowest = np.lib.stride_tricks.sliding_window_view(np.pad(needed, reach, mode="edge"), width).min(axis=1)
    weights = np.hanning(width + 2)[1:-1]
    smooth = np.convolve(np.pad(lowest, reach, mode="edge"), weights / weights.sum(), mode="valid")
    return samples * np.minimum(smooth, needed)


def _true_peaks(samples: Samples) -> Samples:
    """For each sample the highest value that the continuous signal takes within half a step around it."""
    fine = np.abs(soxr.resample(samples, RATE, RATE * _OVERSAMPLING, quality="VHQ"))
    fine = np.resize(np.pad(fine, (0, _OVERSAMPLING)), len(samples) * _OVERSAMPLING)
    half = _OVERSAMPLING // 2
    around = np.pad(fine, (half, half)).astype(np.float64)
    windows = np.lib.stride_tricks.sliding_window_view(around, 2 * half + 1)[::_OVERSAMPLING]
    return np.asarray(np.maximum(windows[: len(samples)].max(axis=1), np.abs(samples)))


def frame(samples: Samples) -> Samples:
    """With 300 ms of silence before, 200 ms after, and 5 ms of fading at the seams."""
    ramp = np.linspace(0.0, 1.0, RATE * 5 // 1000)
    faded = samples.copy()
    faded[: len(ramp)] *= ramp[: len(faded)]
    faded[-len(ramp) :] *= ramp[::-1][-len(faded) :]
    return np.concatenate([np.zeros(RATE * LEAD_IN_MS // 1000), faded, np.zeros(RATE * TAIL_MS // 1000)])
