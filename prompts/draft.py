"""The draft voice, for trying a text: what it takes, what it gives, and whether there is one here."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

VOICES: Final = {"zh-CN": "cmn", "en": "en"}
MAX_CHARACTERS: Final = 400
_ENGINE: Final = "espeakng_loader"


class NoDraftVoice(Exception):
    """The engine is not installed (`pip install court-notice-gateway[draft-voice]`)."""


class NotSpoken(Exception):
    """The engine could not speak the text within its limits, or there is nothing to say in it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A marked draft as a WAV file that says so in its header, and how long the words alone would last."""

    wav: bytes
    words_ms: int


def is_installed() -> bool:
    """Whether there is a draft voice here. The engine itself is not loaded."""
    return find_spec(_ENGINE) is not None
