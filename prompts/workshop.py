"""Work on sound, done in a process of its own: whoever asks gives it none of his time and of his memory.

The libraries that it takes are loaded there and nowhere else. What comes back is values.
"""

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from prompts.draft import Draft, NoDraftVoice, NotSpoken
from prompts.findings import Finding
from prompts.refusals import AudioRefusal, AudioRefused, refused
from prompts.telephone import Span
from prompts.waveform import Bar, Mark, Waveform

WALL_SECONDS: Final = 60.0
"""For one piece of work; reading an upload and speaking a text have closer limits of their own."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A recording in the canonical form, its name, its figures, and what the checks found."""

    wav: bytes
    sha256: str
    duration_ms: int
    loudness_lufs: float
    peak_dbfs: float
    findings: tuple[Finding, ...]
    clipped: tuple[Span, ...]


class UploadRefused(AudioRefused):
    """What was read is not fit for the telephone: what was measured, and how it looks."""

    def __init__(
        self, refusals: tuple[AudioRefusal, ...], findings: tuple[Finding, ...], picture: Waveform
    ) -> None:
        super().__init__(refusals)
        self.findings, self.picture = findings, picture


def finish(upload: bytes) -> Finished:
    """An upload as a recording. Raises `AudioRefused`; `UploadRefused` where it could be read."""
    return _finished(_done("finish", upload))


def measure(wav: bytes) -> Finished:
    """A recording that has the canonical form already, as it is."""
    return _finished(_done("measure", wav))


def speak(text: str, language: str) -> Draft:
    """The marked draft of a text. Raises `NoDraftVoice`, `NotSpoken`."""
    answer = _done("speak", json.dumps([text, language]).encode())
    if answer["kind"] == "no voice":
        raise NoDraftVoice
    if answer["kind"] == "not spoken":
        raise NotSpoken
    return Draft(base64.b64decode(answer["wav"]), answer["words_ms"])


def _done(work: str, sent: bytes) -> Mapping[str, Any]:
    """What the child answers. What ends it by force is an exceeded limit, as where it decodes."""
    command = [sys.executable, "-I", "-m", "prompts.workshop_child", work]
    try:
        child = subprocess.run(
            command, input=sent, stdout=subprocess.PIPE, env={}, timeout=WALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise refused("audio-too-costly") from None
    if child.returncode < 0:
        raise refused("audio-too-costly")
    child.check_returncode()
    answer: Mapping[str, Any] = json.loads(child.stdout)
    return answer


def _finished(answer: Mapping[str, Any]) -> Finished:
    if answer["kind"] == "refused":
        raise _refusal(answer)
    return Finished(
        base64.b64decode(answer["wav"]),
        answer["sha256"],
        answer["duration_ms"],
        answer["loudness_lufs"],
        answer["peak_dbfs"],
        _findings(answer),
        tuple((start, end) for start, end in answer["clipped"]),
    )


def _refusal(answer: Mapping[str, Any]) -> AudioRefused:
    refusals = tuple(AudioRefusal(**each) for each in answer["refusals"])
    if answer["picture"] is None:
        return AudioRefused(refusals)
    return UploadRefused(refusals, _findings(answer), _picture(answer["picture"]))


def _findings(answer: Mapping[str, Any]) -> tuple[Finding, ...]:
    return tuple(Finding(**each) for each in answer["findings"])


def _picture(drawn: Mapping[str, Any]) -> Waveform:
    bars = {name: tuple(Bar(**each) for each in drawn[name]) for name in ("silences", "clipped")}
    return Waveform(**{**drawn, **bars, "marks": tuple(Mark(**each) for each in drawn["marks"])})
