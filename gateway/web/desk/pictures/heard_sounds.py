"""Recordings as they are heard at the desk: with their words, and their picture where there are few."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.runtime import Runtime
from gateway.services.list_prompts import PromptFile, read_prompt
from gateway.services.work import Work
from gateway.web.desk.pictures.waveforms import picture_of
from prompts.waveform import Waveform


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording to hear; `wave` is its picture, None where it is not drawn."""

    file: PromptFile
    wave: Waveform | None


def heard(runtime: Runtime, work: Work, recordings: Sequence[str]) -> list[Heard]:
    """The court's recordings with these ids, in this order."""
    files = [read_prompt(work, each) for each in recordings]
    return [Heard(each, picture_of(runtime, each.recording)) for each in files]
