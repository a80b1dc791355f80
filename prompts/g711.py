"""G.711 companding turned back into linear samples (ITU-T G.711, 1988, tables 1a and 2a)."""

from typing import Final

import numpy as np

from prompts.sound import Samples


def from_mu_law(data: bytes) -> Samples:
    """One sample per byte of mu-law, full scale at 1.0."""
    return _MU_LAW[np.frombuffer(data, np.uint8)]


def from_a_law(data: bytes) -> Samples:
    """One sample per byte of A-law, full scale at 1.0."""
    return _A_LAW[np.frombuffer(data, np.uint8)]


def _mu_law_value(code: int) -> int:
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84 << (code >> 4 & 7)) - 0x84
    return -magnitude if code & 0x80 else magnitude


def _a_law_value(code: int) -> int:
    code ^= 0x55
    segment, step = code >> 4 & 7, (code & 0x0F) << 4
    magnitude = step + 8 if segment == 0 else step + 0x108 << segment - 1
    return magnitude if code & 0x80 else -magnitude


_MU_LAW: Final = np.array([_mu_law_value(code) for code in range(256)]) / 2**15
_A_LAW: Final = np.array([_a_law_value(code) for code in range(256)]) / 2**15
