"""Recordings as samples to calculate with, and back."""

import numpy as np

from prompts.sound import Samples
from prompts.telephone import FULL_SCALE, recording_of, values_of


def wav_of(samples: Samples) -> bytes:
    """The recording of mono samples at 8000 Hz; full scale 1.0 is 32767, anything beyond is cut off."""
    return recording_of(np.rint(np.clip(samples, -1.0, 1.0) * FULL_SCALE).astype("<i2").tobytes())


def samples_of(wav: bytes) -> Samples:
    """The samples of a recording, the inverse of `wav_of`. Raises `NotTelephoneAudio`."""
    return np.array(values_of(wav), np.float64) / FULL_SCALE
