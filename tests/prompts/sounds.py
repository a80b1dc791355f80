"""Sound made for tests: speech-like, tones and noise, and the files that ordinary programs write of it."""

import io
import struct
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream
from numpy.typing import NDArray

Wave = NDArray[np.float64]


def speech(seconds: float, rate: int = 16_000, level: float = 0.2) -> Wave:
    """Syllables of a gliding voice with four harmonics' worth of brightness, about four a second."""
    t = np.arange(round(seconds * rate)) / rate
    pitch = 140 + 25 * np.sin(2 * np.pi * 0.7 * t)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    voice = sum(np.sin(k * phase + k * k) / k for k in range(1, 20))
    syllables = np.clip(np.sin(2 * np.pi * 4 * t + 0.3) + 0.4, 0, 1)
    breath = np.random.default_rng(7).normal(0, 0.003, len(t))
    return level * np.asarray(voice * syllables / 1.6 + breath, np.float64)


def tone(*hertz: float, seconds: float, rate: int = 16_000, level: float = 0.2) -> Wave:
    t = np.arange(round(seconds * rate)) / rate
    return level * np.asarray(sum(np.sin(2 * np.pi * h * t) for h in hertz), np.float64)


def hush(seconds: float, rate: int = 16_000) -> Wave:
    return np.zeros(round(seconds * rate))


def noise(seconds: float, rate: int = 16_000, level: float = 0.1) -> Wave:
    return np.random.default_rng(11).normal(0, level, round(seconds * rate))


def pcm16(samples: Wave) -> bytes:
    return np.rint(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def fmt(tag: int = 1, channels: int = 1, rate: int = 16_000, bits: int = 16) -> bytes:
    frame = channels * bits // 8
    return struct.pack("<HHIIHH", tag, channels, rate, frame * rate, frame, bits)


def riff(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def wav(samples: Wave, rate: int = 16_000) -> bytes:
    """A 16-bit WAV; samples of shape (frames, 2) give a stereo one."""
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    return riff(chunk(b"fmt ", fmt(channels=channels, rate=rate)), chunk(b"data", pcm16(samples)))


_MUXERS = {
    "mp3": ("mp3", "libmp3lame"),
    "ogg": ("ogg", "libopus"),
    "webm": ("webm", "libopus"),
    "m4a": ("ipod", "aac"),
    "ogg-flac": ("ogg", "flac"),
}


# As a browser's MediaRecorder writes while it still records: no length in the header, sound in fragments.
_LIVE = {
    "webm": ("webm", "libopus", {"live": "1"}),
    "mp4-aac": ("mp4", "aac", {"movflags": "frag_keyframe+empty_moov+default_base_moof", "brand": "iso5"}),
    "mp4-opus": ("mp4", "libopus", {"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
}


def recorded_live(container: str, samples: Wave) -> bytes:
    """Mono samples at 48 kHz as a browser would write them that does not know yet when it ends."""
    muxer, codec, options = _LIVE[container]
    return _written(muxer, codec, options, samples, 1, False)


def encoded(container: str, samples: Wave, tracks: int = 1, cover: bool = False) -> bytes:
    """Mono samples at 48 kHz as a telephone or an audio program would write them."""
    muxer, codec = _MUXERS[container]
    return _written(muxer, codec, {}, samples, tracks, cover)


def _written(
    muxer: str, codec: str, options: dict[str, str], samples: Wave, tracks: int, cover: bool
) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=muxer, options=options) as output:
        streams = [cast(AudioStream, output.add_stream(codec, rate=48_000)) for _ in range(tracks)]
        for stream in streams:
            stream.layout = "mono"
        picture = output.add_stream("png", width=16, height=16, pix_fmt="rgb24") if cover else None
        planes = samples[np.newaxis].astype(np.float32)
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 48_000, 0
        if picture is not None:
            output.mux(picture.encode(av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8))))
        for stream in streams:
            resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=48_000)
            for piece in resampler.resample(frame):
                output.mux(stream.encode(piece))
            output.mux(stream.encode(None))
    return file.getvalue()


def with_cover(samples: Wave) -> bytes:
    """An MP3 with a picture in its tag."""
    return encoded("mp3", samples, cover=True)


def two_tracks(samples: Wave) -> bytes:
    """A WebM with the same sound twice."""
    return encoded("webm", samples, tracks=2)
