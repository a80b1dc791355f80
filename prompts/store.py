"""Recordings on disk, each under the hash of its bytes, and proved again whenever it is read."""

import os
import re
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Final

from prompts.telephone import sha256_of, values_of
from prompts.telephone import silence as silent_recording

MAX_RECORDING_BYTES: Final = 1_000_000
_SHA256: Final = re.compile(r"[0-9a-f]{64}")

SILENCE: Final = silent_recording(1_000)
"""One second of silence, served in place of a recording that must no longer be heard. Needs no disk."""
SILENCE_SHA256: Final = "56d4af65701c26df20bd4021eda95b6e830348ce3a746086079fe89285548dc9"

if sha256_of(SILENCE) != SILENCE_SHA256:
    raise RuntimeError("the shipped silence differs from what was approved; reinstall the package")


class RecordingMissing(LookupError):
    """The store has no recording of this name."""


class RecordingDamaged(Exception):
    """The bytes under this name are not the bytes that were added."""


# What a file is known by between two proofs: inode, size, and the times of its content and its entry.
_Identity = tuple[int, int, int, int]


class RecordingStore:
    """The recordings in one folder. Safe for many threads and processes; nothing is ever changed in place."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._proved: dict[str, _Identity] = {}
        self._missed: set[str] = set()

    def add(self, wav: bytes) -> str:
        """Keep a recording and return its hash; durable when it returns, and harmless to repeat.

        A damaged copy of the same recording is replaced. Raises `ValueError` (`NotTelephoneAudio`) unless
        `wav` has the canonical form, `OSError` where it cannot be kept.
        """
        values_of(wav)
        if len(wav) > MAX_RECORDING_BYTES:
            raise ValueError("a recording of more than 1 MB is not a notice")
        sha256 = sha256_of(wav)
        if not self.is_whole(sha256):
            self._write(self._path(sha256), wav)
            self._missed.discard(sha256)
        _sync(self._directory)
        return sha256

    def read(self, sha256: str) -> bytes:
        """The recording, hashed on this very read. Raises `RecordingMissing` or `RecordingDamaged`."""
        path = self._path(sha256)
        try:
            wav, identity = self._load(path)
        except RecordingMissing:
            self._missed.add(sha256)
            raise
        if sha256_of(wav) != sha256:
            self._proved.pop(sha256, None)
            self._missed.add(sha256)
            raise RecordingDamaged
        self._proved[sha256] = identity
        return wav

    def is_whole(self, sha256: str) -> bool:
        """Whether `read` would succeed, for the call path: one `stat` as long as the file did not change."""
        try:
            if _identity(self._path(sha256).stat()) == self._proved.get(sha256):
                return True
            self.read(sha256)
        except (RecordingMissing, RecordingDamaged, OSError):
            self._missed.add(sha256)
            return False
        return True

    def has(self, sha256: str) -> bool:
        """Whether there is something under this name, whole or not: cheaper than to prove it."""
        return self._path(sha256).exists()

    def missed(self) -> set[str]:
        """What somebody asked for since this was last asked, and was missing or damaged; told once."""
        missed = set()
        while self._missed:
            missed.add(self._missed.pop())
        return missed

    def _path(self, sha256: str) -> Path:
        return _path_in(self._directory, sha256)

    def _load(self, path: Path) -> tuple[bytes, _Identity]:
        try:
            with path.open("rb") as file:
                before = _identity(os.fstat(file.fileno()))
                wav = file.read(MAX_RECORDING_BYTES + 1)
                after = _identity(os.fstat(file.fileno()))
        except FileNotFoundError:
            raise RecordingMissing from None
        # A file that is being written to proves nothing for the next time.
        return wav, before if before == after else (0, 0, 0, 0)

    def _write(self, path: Path, wav: bytes) -> None:
        descriptor, temporary = tempfile.mkstemp(dir=self._directory, prefix=".adding-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(wav)
                file.flush()
                os.fchmod(file.fileno(), 0o444)
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


@lru_cache(maxsize=1024)
def _path_in(directory: Path, sha256: str) -> Path:
    """Kept, because calls ask for the same few again and again."""
    if not _SHA256.fullmatch(sha256):
        raise RecordingMissing
    return directory / f"{sha256}.wav"


def _identity(status: os.stat_result) -> _Identity:
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _sync(directory: Path) -> None:
    """Make the names in a folder durable, not just the bytes of its files."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
