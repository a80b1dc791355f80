"""The program that reads untrusted compressed audio: alone, with nothing it could open, soon over.

Run as a script by `prompts.decode` with the container's name and the limits as arguments. It imports nothing
of this package, so that isolated mode can run it from any folder, and everything that PyAV would import on
demand, because once its hands are bound no module can be opened either. The file comes in on standard input;
sampling rate and channels (two little-endian 32-bit numbers) and interleaved 32-bit floats go out on standard
output. The exit code says what was wrong.
"""

import io
import resource
import struct
import sys
from typing import Final, NoReturn

import av
import av.subtitles.codeccontext
import av.subtitles.stream
import av.video.codeccontext
import av.video.stream
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

DONE, DAMAGED, ENCODING, TRACKS, SAMPLE_RATE, TOO_LONG, TOO_COSTLY = 0, 10, 11, 12, 13, 14, 15

# FFmpeg's own demultiplexer and decoders for each container; any other decoder is refused.
READERS: Final = {
    "mp3": ("mp3", ("mp3float", "mp3")),
    "ogg": ("ogg", ("opus", "libopus", "vorbis")),
    "webm": ("webm", ("opus", "libopus", "vorbis")),
    # Browsers record into MP4 too: Safari with AAC, Chromium with Opus.
    "m4a": ("mov", ("aac", "alac", "opus", "libopus")),
}


class Refused(Exception):
    """The file is not what was promised; `code` becomes the exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def bind_hands(cpu_seconds: int, memory_bytes: int, output_bytes: int) -> None:
    """From here on: no new file, socket, process or core dump; bounded time, memory and output."""
    limits = {
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_FSIZE: output_bytes,
        # Descriptors 0, 1 and 2 exist; a fourth can no longer be opened, be it a file or a socket.
        resource.RLIMIT_NOFILE: 3,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def no_other_file(url: str, flags: int, options: object) -> NoReturn:  # noqa: ARG001
    """Refuse whatever a file asks to have opened besides itself."""
    raise Refused(ENCODING)


def decode(upload: bytes, container: str, max_seconds: int, min_rate: int, max_rate: int) -> None:
    """Write the decoded sound to standard output, or raise `Refused` or what FFmpeg raises."""
    demultiplexer, decoders = READERS[container]
    source = av.open(
        io.BytesIO(upload),
        "r",
        format=demultiplexer,
        container_options={"codec_whitelist": ",".join(decoders), "protocol_whitelist": "none"},
        metadata_errors="ignore",
        io_open=no_other_file,
    )
    stream = only_track(source.streams.audio, decoders)
    if not min_rate <= stream.rate <= max_rate:
        raise Refused(SAMPLE_RATE)
    sys.stdout.buffer.write(struct.pack("<II", stream.rate, stream.channels))
    resampler = AudioResampler(format="flt", layout=stream.layout, rate=stream.rate)
    left = max_seconds * stream.rate
    for frame in source.decode(stream):
        if (frame.sample_rate, frame.layout.nb_channels) != (stream.rate, stream.channels):
            raise Refused(DAMAGED)
        for piece in resampler.resample(frame):
            left -= piece.samples
            if left < 0:
                raise Refused(TOO_LONG)
            sys.stdout.buffer.write(bytes(piece.planes[0])[: piece.samples * stream.channels * 4])
    sys.stdout.buffer.flush()


def only_track(tracks: tuple[AudioStream, ...], decoders: tuple[str, ...]) -> AudioStream:
    """The one sound track, ready to be decoded in this thread."""
    if len(tracks) != 1:
        raise Refused(TRACKS)
    (stream,) = tracks
    # There is no context where FFmpeg has no decoder, whatever the stubs say.
    if stream.codec_context is None or stream.codec_context.name not in decoders:  # type: ignore[redundant-expr]
        raise Refused(ENCODING)
    if stream.channels not in (1, 2):
        raise Refused(TRACKS)
    stream.codec_context.thread_count = 1
    return stream


def main(arguments: list[str]) -> int:
    """Decode standard input; the exit code is the answer."""
    container, (cpu_seconds, memory_bytes, output_bytes, *bounds) = arguments[0], map(int, arguments[1:])
    bind_hands(cpu_seconds, memory_bytes, output_bytes)
    try:
        decode(sys.stdin.buffer.read(), container, *bounds)
    except Refused as refusal:
        return refusal.code
    except MemoryError:
        return TOO_COSTLY
    except (av.FFmpegError, ValueError, OSError):
        return DAMAGED
    return DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
