"""Recordings on several hosts: what one has, the others bring within a look, and prove before it counts."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from gateway.database import open_engine
from gateway.examination import examine
from gateway.models import Recording, Sound
from gateway.services.keep_sound import keep_sound, read_sound
from gateway.services.upload_prompt import NewPrompt, upload_prompt
from gateway.sharing import Sharing, share
from prompts.store import RecordingStore
from tests.factories import Gateway, tone


@pytest.fixture
def other_store(tmp_path: Path) -> RecordingStore:
    """Another host's, empty."""
    return RecordingStore(tmp_path / "another host")


def _of(gateway: Gateway, store: RecordingStore) -> Sharing:
    return Sharing(store, gateway.runtime.engine, gateway.clock)


def _forget_bytes(gateway: Gateway) -> None:
    """As it was before the database kept any."""
    with gateway.owner() as owner, owner.begin() as connection:
        connection.execute(delete(Sound))


def _damage(gateway: Gateway) -> None:
    with gateway.owner() as owner, owner.begin() as connection:
        connection.execute(update(Sound).values(wav=b"RIFF"))


def _recordings_findings(gateway: Gateway) -> list[str]:
    return [each.verdict for each in examine(gateway.runtime) if each.what == "recordings"]


def test_what_one_host_took_another_plays_after_its_next_look(
    gateway: Gateway, other_store: RecordingStore
) -> None:
    other = _of(gateway, other_store)
    for _ in range(2):
        sha256 = gateway.recording().sha256
        assert not other_store.is_whole(sha256)
        other.look()
        assert other_store.read(sha256) == gateway.runtime.recordings.read(sha256)


def test_a_host_whose_clock_is_minutes_late_is_heard_of_too(
    sqlite_gateway: Gateway, other_store: RecordingStore
) -> None:
    gateway, other = sqlite_gateway, _of(sqlite_gateway, other_store)
    gateway.recording()
    other.look()
    gateway.clock.forward(minutes=-9)
    late = gateway.recording()
    other.look()
    assert other_store.is_whole(late.sha256)


def test_the_bytes_are_kept_with_the_row_or_not_at_all(gateway: Gateway) -> None:
    new, sound = NewPrompt("notice", "en", "Words."), tone(1, 1)
    with gateway.work("clerk") as work:
        upload_prompt(work, gateway.runtime.recordings, new, sound)
        assert read_sound(work.session, sound.sha256) == sound.wav
        work.session.rollback()
    with gateway.read() as session:
        assert read_sound(session, sound.sha256) is None


def test_two_courts_with_the_same_sound_keep_it_once(gateway: Gateway) -> None:
    sha256 = gateway.recording().sha256
    with gateway.read() as session:
        wav = session.scalars(select(Sound.wav)).one()
    with gateway.work("b_clerk") as work:
        keep_sound(work.session, sha256, wav, work.now)
    with gateway.read() as session:
        assert session.scalars(select(Sound.sha256)).all() == [sha256]


def test_what_lies_on_a_host_from_before_is_given_to_the_others(
    gateway: Gateway, other_store: RecordingStore
) -> None:
    sha256 = gateway.recording().sha256
    _forget_bytes(gateway)
    _of(gateway, other_store).look()
    assert not other_store.is_whole(sha256)
    _of(gateway, gateway.runtime.recordings).look()
    _of(gateway, other_store).look()
    assert other_store.is_whole(sha256)


def test_a_file_without_a_recordings_row_is_given_to_nobody(sqlite_gateway: Gateway) -> None:
    store = sqlite_gateway.runtime.recordings
    left_over = store.read(sqlite_gateway.recording().sha256)
    _forget_bytes(sqlite_gateway)
    with sqlite_gateway.owner() as owner, owner.begin() as connection:
        connection.execute(update(Recording).values(sha256="0" * 64))
    assert store.add(left_over)
    _of(sqlite_gateway, store).look()
    with sqlite_gateway.read() as session:
        assert session.scalars(select(Sound.sha256)).all() == []


def test_bytes_that_are_not_what_was_approved_are_never_taken(
    sqlite_gateway: Gateway, other_store: RecordingStore
) -> None:
    sha256 = sqlite_gateway.recording().sha256
    _damage(sqlite_gateway)
    _of(sqlite_gateway, other_store).look()
    assert not other_store.has(sha256)


def test_a_damaged_file_that_a_call_asked_for_is_brought_again(
    sqlite_gateway: Gateway, tmp_path: Path
) -> None:
    store = RecordingStore(tmp_path / "host")
    sharing = _of(sqlite_gateway, store)
    sha256 = sqlite_gateway.recording().sha256
    sharing.look()
    file = tmp_path / "host" / f"{sha256}.wav"
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:-1])
    assert not store.is_whole(sha256)
    sharing.look()
    assert store.is_whole(sha256)


def test_doctor_tells_what_can_be_brought_from_what_is_lost(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    sha256 = gateway.recording().sha256
    assert _recordings_findings(gateway) == ["OK"]
    file = gateway.runtime.settings.recordings_path / f"{sha256}.wav"
    aside = file.rename(file.with_suffix(".aside"))
    assert _recordings_findings(gateway) == ["WARN"]
    _forget_bytes(gateway)
    assert _recordings_findings(gateway) == ["FAIL"]
    aside.rename(file)
    assert _recordings_findings(gateway) == ["OK", "WARN"]


class Looks(threading.Event):
    """Lets the loop of `share` go round so many times, without a wait."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._left = count

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002
        self._left -= 1
        return self._left <= 0


def test_a_database_that_does_not_answer_is_tried_again(
    sqlite_gateway: Gateway, other_store: RecordingStore, tmp_path: Path
) -> None:
    away = open_engine(f"sqlite:///{tmp_path / 'away.db'}", wait_ms=10, statement_ms=10, pool_size=1)
    sharing = Sharing(other_store, away, sqlite_gateway.clock)
    share(sharing, Looks(3))
    assert sharing.looked.is_set()
    away.dispose()
