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


def runs_of(mask: Mask) -> NDArray[np.intp]:
    """The runs of true values in their order, as rows of (first index, index after the last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return edges.reshape(-1, 2)


def run_lengths(mask: Mask) -> NDArray[np.intp]:
    """The lengths of the runs of true values, in their order."""
    runs = runs_of(mask)
    return runs[:, 1] - runs[:, 0]
