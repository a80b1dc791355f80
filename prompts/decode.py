"""Untrusted bytes become sound: WAV by our own reader, all else in a child process with its hands bound."""

import struct
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Final

import numpy as np

from prompts.formats import HEAD_BYTES, Container, UnknownAudio, container_of
from prompts.refusals import refused
from prompts.riff import read_wav
from prompts.sound import MAX_BYTES, MAX_RATE, MAX_SECONDS, MIN_RATE, Sound

CPU_SECONDS: Final = 5
WALL_SECONDS: Final = 20.0
MEMORY_BYTES: Final = 512 * 2**20
OUTPUT_BYTES: Final = 8 + MAX_SECONDS * MAX_RATE * 2 * 4

_CHILD: Final = Path(__file__).with_name("decode_child.py")
_HEADER: Final = struct.Struct("<II")
# What the child's exit code means; any other end, such as by a signal, is an exceeded limit.
_RULES: Final = {
    10: "audio-damaged",
    11: "audio-encoding",
    12: "audio-tracks",
    13: "audio-sample-rate",
    14: "audio-undecoded-too-long",
}


def decode(upload: bytes, *, cpu_seconds: int = CPU_SECONDS, wall_seconds: float = WALL_SECONDS) -> Sound:
    """The sound in an upload of at most 20 MB and 120 seconds. Raises `AudioRefused`.

    The container is told from the first bytes and then forced: no library ever guesses what it was given.
    """
    if not upload:
        raise refused("audio-empty")
    if len(upload) > MAX_BYTES:
        raise refused("audio-too-large")
    try:
        container = container_of(upload[:HEAD_BYTES])
    except UnknownAudio:
        raise refused("audio-unknown-format") from None
    if container is Container.WAV:
        return read_wav(upload)
    return _sound_from(_run_child(upload, container, cpu_seconds, wall_seconds))


def _run_child(upload: bytes, container: Container, cpu_seconds: int, wall_seconds: float) -> bytes:
    """What the child wrote. Its output is a file without a name, so that a size limit can hold it."""
    limits = (cpu_seconds, MEMORY_BYTES, OUTPUT_BYTES, MAX_SECONDS, MIN_RATE, MAX_RATE)
    command = [sys.executable, "-I", str(_CHILD), container.value, *map(str, limits)]
    with TemporaryDirectory() as nowhere, TemporaryFile() as output:
        try:
            child = subprocess.run(
                command, input=upload, stdout=output, stderr=subprocess.DEVNULL,
                cwd=nowhere, env={}, timeout=wall_seconds, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise refused("audio-too-costly") from None
        if child.returncode:
            raise refused(_RULES.get(child.returncode, "audio-too-costly"))
        output.seek(0)
        return output.read()


def _sound_from(decoded: bytes) -> Sound:
    """The child's answer, believed no further than its shape."""
    if len(decoded) <= _HEADER.size:
        raise refused("audio-damaged")
    rate, channels = _HEADER.unpack_from(decoded)
    if channels not in (1, 2) or not MIN_RATE <= rate <= MAX_RATE or (len(decoded) - 8) % (4 * channels):
        raise refused("audio-damaged")
    samples = np.frombuffer(decoded, "<f4", offset=_HEADER.size).astype(np.float64).reshape(-1, channels)
    if not np.isfinite(samples).all():
        raise refused("audio-damaged")
    return Sound(samples, rate)
