"""A draft voice for trying a text: spoken by a machine in a child process, marked, and never a recording."""

import struct
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Final

import numpy as np

from prompts import shaping
from prompts.draft import MAX_CHARACTERS, VOICES, Draft, NoDraftVoice, NotSpoken, is_installed
from prompts.draft_mark import marked
from prompts.pcm import wav_of
from prompts.sound import MAX_RATE, MIN_RATE, Samples
from prompts.telephone import duration_ms

CPU_SECONDS: Final = 5
WALL_SECONDS: Final = 15.0
MEMORY_BYTES: Final = 512 * 2**20
OUTPUT_BYTES: Final = 8 * 2**20
"""Three minutes of what the engine makes: more than anybody says in a notice."""

_CHILD: Final = Path(__file__).with_name("draft_child.py")
_HEADER: Final = struct.Struct("<I")
_COMMENT: Final = b"DRAFT VOICE - NOT A RECORDING"


def speak_draft(
    text: str, language: str, *, cpu_seconds: int = CPU_SECONDS, wall_seconds: float = WALL_SECONDS
) -> Draft:
    """The text in one of the languages of `VOICES`. Raises `NoDraftVoice`, `NotSpoken`.

    The same text gives the same sound. Raises `ValueError` for another language or too long a text.
    """
    if language not in VOICES or len(text) > MAX_CHARACTERS:
        raise ValueError("no draft voice for this text")
    if not is_installed():
        raise NoDraftVoice
    spoken = shaping.trim(_run_child(text, VOICES[language], cpu_seconds, wall_seconds))
    if not len(spoken):
        raise NotSpoken
    words = shaping.normalise(shaping.frame(shaping.high_pass(spoken)))
    return Draft(_with_comment(wav_of(marked(words))), duration_ms(wav_of(words)))


def _run_child(text: str, voice: str, cpu_seconds: int, wall_seconds: float) -> Samples:
    """What the child said, as mono 8 kHz samples."""
    limits = map(str, (cpu_seconds, MEMORY_BYTES, OUTPUT_BYTES))
    command = [sys.executable, "-I", str(_CHILD), voice, *limits]
    with TemporaryDirectory() as nowhere, TemporaryFile() as output:
        try:
            child = subprocess.run(
                command, input=text.encode(), stdout=output, stderr=subprocess.DEVNULL,
                cwd=nowhere, env={}, timeout=wall_seconds, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise NotSpoken from None
        output.seek(0)
        spoken = output.read()
    if child.returncode or len(spoken) <= _HEADER.size:
        raise NotSpoken
    return _samples_from(spoken)


def _samples_from(spoken: bytes) -> Samples:
    (rate,) = _HEADER.unpack_from(spoken)
    if not MIN_RATE <= rate <= MAX_RATE or len(spoken) % 2:
        raise NotSpoken
    samples = np.frombuffer(spoken, "<i2", offset=_HEADER.size).astype(np.float64) / 2**15
    return shaping.to_telephone_rate(samples, rate)


def _with_comment(wav: bytes) -> bytes:
    """The file with a chunk that names it a draft: no longer the canonical form that the store takes."""
    info = b"INFOICMT" + struct.pack("<I", len(_COMMENT) + 1) + _COMMENT + b"\0"
    info += b"\0" * (len(info) % 2)
    whole = wav[12:] + b"LIST" + struct.pack("<I", len(info)) + info
    return b"RIFF" + struct.pack("<I", len(whole) + 4) + b"WAVE" + whole
