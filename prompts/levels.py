"""How loud sound is: levels in windows of 20 ms, programme loudness and true peak."""

from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext

from prompts.sound import Samples
from prompts.speech import FLOOR_DBFS, WINDOW_MS


@dataclass(frozen=True, slots=True)
class Loudness:
    """Integrated loudness (LUFS), loudness range (LU, EBU Tech 3342) and true peak (dBFS)."""

    lufs: float
    range_lu: float
    peak_dbfs: float


def dbfs(amplitude: float) -> float:
    """An amplitude, full scale 1.0, in decibels; never below `FLOOR_DBFS`."""
    return max(FLOOR_DBFS, 20 * float(np.log10(max(amplitude, 1e-6))))


def window_levels(samples: Samples, rate: int) -> Samples:
    """Root-mean-square level (dBFS) of each whole window of 20 ms of mono samples."""
    width = rate * WINDOW_MS // 1000
    windows = samples[: len(samples) // width * width].reshape(-1, width)
    power = np.mean(windows**2, axis=1)
    return np.asarray(10 * np.log10(np.maximum(power, 10 ** (FLOOR_DBFS / 10))))


def measure(samples: Samples, rate: int) -> Loudness:
    """Loudness of mono samples by ITU-R BS.1770-4, as FFmpeg's ebur128 measures it."""
    # The meter works in steps of 100 ms, four to a block, and leaves an unfinished one out.
    step = rate // 10
    padded = np.zeros(max(4 * step, -(-len(samples) // step) * step), np.float32)
    padded[: len(samples)] = samples
    graph = Graph()
    source = graph.add_abuffer(format="flt", sample_rate=rate, layout="mono", time_base=Fraction(1, rate))
    meter, sink = graph.add("ebur128", "metadata=1:peak=true:framelog=quiet"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(padded[np.newaxis], format="flt", layout="mono")
    frame.sample_rate, frame.pts = rate, 0
    source.push(frame)
    source.push(None)
    return _last_reading(sink)


def _last_reading(sink: FilterContext) -> Loudness:
    readings: dict[str, str] = {}
    while True:
        try:
            readings |= sink.pull().metadata
        except EOFError:
            break
    return Loudness(
        lufs=max(FLOOR_DBFS, float(readings["lavfi.r128.I"])),
        range_lu=float(readings["lavfi.r128.LRA"]),
        peak_dbfs=dbfs(float(readings["lavfi.r128.true_peak"])),
    )
