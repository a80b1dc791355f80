"""Recordings over HTTP: approved sound for ever, silence once it is withdrawn, and never a missing file."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from gateway.models import Recording
from gateway.services.judge_prompt import withdraw_prompt
from prompts.store import SILENCE
from tests.applications import open_app
from tests.factories import Gateway


@pytest.fixture
def client(sqlite_gateway: Gateway) -> FlaskClient:
    return open_app(sqlite_gateway.runtime).test_client()


def _path(recording: Recording) -> str:
    return f"/recordings/{recording.sha256}.wav"


def test_an_approved_recording_is_sent_byte_for_byte_and_may_be_kept_for_ever(gateway: Gateway) -> None:
    recording = gateway.recording()
    answer = open_app(gateway.runtime).test_client().get(_path(recording))
    assert (answer.status_code, answer.mimetype) == (200, "audio/wav")
    assert answer.data == gateway.runtime.recordings.read(recording.sha256)
    assert answer.headers["ETag"] == f'"{recording.sha256}"'
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_who_has_it_already_is_sent_nothing(sqlite_gateway: Gateway, client: FlaskClient) -> None:
    recording = sqlite_gateway.recording()
    known = client.get(_path(recording), headers={"If-None-Match": f'"{recording.sha256}"'})
    assert (known.status_code, known.data) == (304, b"")
    other = client.get(_path(recording), headers={"If-None-Match": '"x"'})
    assert other.status_code == 200


def test_a_part_can_be_asked_for(sqlite_gateway: Gateway, client: FlaskClient) -> None:
    answer = client.get(_path(sqlite_gateway.recording()), headers={"Range": "bytes=0-3"})
    assert (answer.status_code, answer.data) == (206, b"RIFF")


def test_a_withdrawn_one_is_silence_that_no_cache_may_keep(gateway: Gateway) -> None:
    client, recording = open_app(gateway.runtime).test_client(), gateway.recording()
    with gateway.work() as work:
        withdraw_prompt(work, recording.id, "wrong words")
    for headers in ({}, {"If-None-Match": f'"{recording.sha256}"'}):
        answer = client.get(_path(recording), headers=headers)
        assert (answer.status_code, answer.data) == (200, SILENCE)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers


def test_one_that_was_never_approved_does_not_exist(sqlite_gateway: Gateway, client: FlaskClient) -> None:
    recording = sqlite_gateway.recording(approved=False)
    assert client.get(_path(recording)).status_code == 404
    with sqlite_gateway.work() as work:
        withdraw_prompt(work, recording.id, "never mind")
    assert client.get(_path(recording)).status_code == 404


@pytest.mark.parametrize("name", ["0" * 64, "0" * 63, "A" * 64, "..%2Fkeys.json", "x"])
def test_what_is_no_recordings_name_does_not_exist(client: FlaskClient, name: str) -> None:
    assert client.get(f"/recordings/{name}.wav").status_code == 404


def test_a_recording_withdrawn_by_one_court_still_sounds_for_another(
    sqlite_gateway: Gateway, client: FlaskClient
) -> None:
    recording = sqlite_gateway.recording()
    with sqlite_gateway.work() as work:
        row = work.find(Recording, recording.id)
        values = {column.key: getattr(row, column.key) for column in Recording.__table__.columns}
        work.session.add(Recording(**{**values, "id": work.new_id(), "number": 2}))
    with sqlite_gateway.work() as work:
        withdraw_prompt(work, recording.id, "no longer used here")
    assert client.get(_path(recording)).data != SILENCE


def _flip(file: Path) -> None:
    sound = bytearray(file.read_bytes())
    sound[1000] ^= 1
    file.chmod(0o644)
    file.write_bytes(sound)


def _truncate(file: Path) -> None:
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:100])


def _make_unreadable(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("spoil", [_flip, _truncate, Path.unlink, _make_unreadable])
def test_a_damaged_one_is_silence(sqlite_gateway: Gateway, client: FlaskClient, spoil: object) -> None:
    recording = sqlite_gateway.recording()
    spoil(sqlite_gateway.runtime.settings.recordings_path / f"{recording.sha256}.wav")  # type: ignore[operator]
    answer = client.get(_path(recording))
    assert (answer.status_code, answer.data) == (200, SILENCE)
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_the_database_it_is_silence(sqlite_gateway: Gateway, client: FlaskClient) -> None:
    recording = sqlite_gateway.recording()
    with sqlite_gateway.runtime.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE recording RENAME TO gone")
    answer = client.get(_path(recording))
    assert (answer.status_code, answer.data, "ETag" in answer.headers) == (200, SILENCE, False)
