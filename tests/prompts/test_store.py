"""A recording is what was added, byte for byte, or it is not there."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from prompts.pcm import wav_of
from prompts.store import SILENCE, RecordingDamaged, RecordingMissing, RecordingStore
from prompts.telephone import NotTelephoneAudio, silence
from tests.prompts.sounds import speech, wav

NOTICE = wav_of(speech(1, 8_000))
# sha256sum of one second of zeros behind a canonical 44-byte header.
SILENCE_SHA256 = "56d4af65701c26df20bd4021eda95b6e830348ce3a746086079fe89285548dc9"
ABSENT = "0" * 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


@pytest.fixture
def store(folder: Path) -> RecordingStore:
    return RecordingStore(folder)


def overwrite(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


DAMAGES = {
    "first byte flipped": flipped(NOTICE, 0),
    "one sample's lowest bit flipped": flipped(NOTICE, 5_000),
    "last byte flipped": flipped(NOTICE, len(NOTICE) - 1),
    "cut short": NOTICE[:-2],
    "emptied": b"",
    "longer": NOTICE + b"\0\0",
    "another recording": SILENCE,
}


def test_what_was_added_is_read_back(store: RecordingStore) -> None:
    assert store.read(store.add(NOTICE)) == NOTICE


def test_the_name_is_the_hash_of_the_bytes(store: RecordingStore) -> None:
    assert store.add(SILENCE) == SILENCE_SHA256


def test_adding_twice_is_adding_once(store: RecordingStore, folder: Path) -> None:
    assert store.add(NOTICE) == store.add(NOTICE)
    assert len(list(folder.iterdir())) == 1


def test_another_process_finds_it(store: RecordingStore, folder: Path) -> None:
    sha256 = store.add(NOTICE)
    assert RecordingStore(folder).read(sha256) == NOTICE


def test_many_adding_at_once_leave_one_whole_file_and_nothing_else(folder: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        names = set(threads.map(lambda _: RecordingStore(folder).add(NOTICE), range(40)))
    (sha256,) = names
    assert [file.name for file in folder.iterdir()] == [f"{sha256}.wav"]
    assert RecordingStore(folder).read(sha256) == NOTICE


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_recording_is_never_given_out(store: RecordingStore, folder: Path, damage: bytes) -> None:
    sha256 = store.add(NOTICE)
    assert store.is_whole(sha256)
    overwrite(folder / f"{sha256}.wav", damage)
    assert not store.is_whole(sha256)
    with pytest.raises(RecordingDamaged):
        store.read(sha256)
    assert not store.is_whole(sha256)


def test_damage_is_noticed_although_size_and_time_were_put_back(store: RecordingStore, folder: Path) -> None:
    sha256 = store.add(NOTICE)
    path = folder / f"{sha256}.wav"
    before = path.stat()
    assert store.is_whole(sha256)
    overwrite(path, flipped(NOTICE, 5_000))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not store.is_whole(sha256)


def test_adding_again_heals_what_was_damaged(store: RecordingStore, folder: Path) -> None:
    sha256 = store.add(NOTICE)
    overwrite(folder / f"{sha256}.wav", NOTICE[:100])
    assert store.add(NOTICE) == sha256
    assert store.read(sha256) == NOTICE
    assert store.is_whole(sha256)


def test_what_was_never_added_is_missing(store: RecordingStore) -> None:
    assert not store.is_whole(ABSENT)
    with pytest.raises(RecordingMissing):
        store.read(ABSENT)


def test_a_recording_that_disappears_is_missing_at_once(store: RecordingStore, folder: Path) -> None:
    sha256 = store.add(NOTICE)
    assert store.is_whole(sha256)
    (folder / f"{sha256}.wav").unlink()
    assert not store.is_whole(sha256)
    with pytest.raises(RecordingMissing):
        store.read(sha256)


def test_what_somebody_asked_for_in_vain_is_told_once(store: RecordingStore, folder: Path) -> None:
    sha256 = store.add(NOTICE)
    assert store.has(sha256)
    assert store.is_whole(sha256)
    assert store.missed() == set()
    (folder / f"{sha256}.wav").unlink()
    assert not store.has(sha256)
    assert not store.is_whole(sha256)
    assert not store.is_whole(ABSENT)
    assert store.missed() == {sha256, ABSENT}
    assert store.missed() == set()


class CountingStore(RecordingStore):
    """A store that remembers how often a recording was read and hashed."""

    readings = 0

    def read(self, sha256: str) -> bytes:
        self.readings += 1
        return super().read(sha256)


def test_a_proof_holds_until_the_file_changes_and_reading_always_proves_again(folder: Path) -> None:
    store = CountingStore(folder)
    sha256 = RecordingStore(folder).add(NOTICE)
    assert [store.is_whole(sha256) for _ in range(5)] == [True] * 5
    assert store.readings == 1
    (folder / f"{sha256}.wav").touch()
    assert [store.is_whole(sha256) for _ in range(5)] == [True] * 5
    assert store.readings == 2


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "../" + "a" * 61, "/etc/passwd", "a" * 63, "a" * 65, "A" * 64, "g" * 64,
        "a" * 64 + "\n", "a" * 60 + "/../", "\0" * 64, "a" * 64 + ".wav", "\uff41" * 64, "\u0661" * 64,
    ],
)  # fmt: skip
def test_a_name_that_is_no_hash_leads_nowhere(store: RecordingStore, name: str) -> None:
    assert not store.is_whole(name)
    with pytest.raises(RecordingMissing):
        store.read(name)


def test_a_name_that_only_starts_with_a_hash_is_missing_although_such_a_file_lies_there(
    store: RecordingStore, folder: Path
) -> None:
    sha256 = store.add(NOTICE)
    (folder / f"{sha256}-copy.wav").write_bytes(NOTICE)
    with pytest.raises(RecordingMissing):
        store.read(f"{sha256}-copy")


@pytest.mark.parametrize(
    "foreign",
    [b"", b"RIFF", wav(speech(1, 16_000)), NOTICE[:-1], NOTICE + b"LIST", NOTICE[:40] + b"\xff\xff\xff\xff"],
)
def test_only_telephone_audio_is_kept(store: RecordingStore, folder: Path, foreign: bytes) -> None:
    with pytest.raises(NotTelephoneAudio):
        store.add(foreign)
    assert list(folder.iterdir()) == []


def test_more_than_a_megabyte_is_no_notice(store: RecordingStore) -> None:
    with pytest.raises(ValueError, match="1 MB"):
        store.add(silence(63_000))
    assert store.add(silence(62_000))


def test_a_store_that_cannot_write_says_so_and_leaves_nothing(store: RecordingStore, folder: Path) -> None:
    folder.rmdir()
    folder.write_text("a file where the folder was")
    with pytest.raises(OSError, match="Not a directory"):
        store.add(NOTICE)
    assert not store.is_whole(ABSENT)


def test_kept_files_are_read_only(store: RecordingStore, folder: Path) -> None:
    sha256 = store.add(NOTICE)
    assert stat.S_IMODE((folder / f"{sha256}.wav").stat().st_mode) == 0o444
