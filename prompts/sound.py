"""Decoded sound as it travels through the library, and the bounds that every reader keeps."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
"""Floats with full scale at 1.0; one dimension is mono, two are (frames, channels)."""

Mask = NDArray[np.bool_]

MAX_BYTES: Final = 20_000_000
MAX_SECONDS: Final = 120
MIN_RATE: Final = 8_000
MAX_RATE: Final = 96_000


@dataclass(frozen=True, slots=True)
class Sound:
    """Decoded sound: `samples` of shape (frames, channels) with one or two channels, `rate` in hertz."""

    samples: Samples
    rate: int


def run_lengths(mask: Mask) -> NDArray[np.intp]:
    """The lengths of the runs of true values, in their order."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return edges[1::2] - edges[::2]
