"""The recordings that ship with the package: their words, language and hash, proved when they are read."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prompts.telephone import sha256_of

CATALOGUE_FILE: Final = Path(__file__).with_name("catalogue.toml")


@dataclass(frozen=True, slots=True)
class Shipped:
    """A shipped recording; `demo_only` ones may be heard in a demo court and nowhere else.

    `language` is a BCP 47 tag, `zxx` where nothing is said; `file` is relative to the catalogue.
    """

    name: str
    language: str
    transcript: str
    file: str
    sha256: str
    demo_only: bool


class CatalogueDamaged(Exception):
    """The catalogue or one of its recordings is not what was shipped; the message names the file."""


def load(catalogue: Path = CATALOGUE_FILE) -> tuple[Shipped, ...]:
    """Everything that ships, each recording read and its hash proved. Raises `CatalogueDamaged`."""
    try:
        entries = tomllib.loads(catalogue.read_text("utf-8"))["recording"]
        shipped = tuple(Shipped(**entry) for entry in entries)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise CatalogueDamaged(catalogue.name) from error
    for recording in shipped:
        wav_of(recording, catalogue)
    return shipped


def wav_of(recording: Shipped, catalogue: Path = CATALOGUE_FILE) -> bytes:
    """The bytes of a shipped recording, proved. Raises `CatalogueDamaged`."""
    try:
        wav = (catalogue.parent / recording.file).read_bytes()
    except OSError as error:
        raise CatalogueDamaged(recording.file) from error
    if sha256_of(wav) != recording.sha256:
        raise CatalogueDamaged(recording.file)
    return wav


def is_demo_only(data: bytes, shipped: tuple[Shipped, ...]) -> bool:
    """Whether these bytes, an upload or a recording, are one that only a demo court may use."""
    sha256 = sha256_of(data)
    return any(recording.demo_only and recording.sha256 == sha256 for recording in shipped)
