"""Whatever fails here, the caller gets through in time and hears nothing that was only guessed."""

import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url

from gateway.database import open_engine
from gateway.deadline import Deadline
from gateway.models import Call
from gateway.runtime import CALL_SECONDS, CALL_WAIT_MS, Runtime
from gateway.services.end_notice import end_notice
from gateway.web.rehearsal import rehearse
from tests.carriers import Answer, FakeCarrier, sid
from tests.factories import Gateway, number
from tests.gateway.records import alerts, rows, why_of
from tests.gateway.web.conftest import Scene, scene_of
from tests.hearing import is_heard
from tests.postgres import Server, for_psycopg

IN_TIME = 0.8


@pytest.fixture
def hasty(gateway_as_served: Gateway) -> Scene:
    """A scene whose runtime has the deadlines of real calls."""
    return scene_of(gateway_as_served)


def _silently_connected(scene: Scene, answer: Answer) -> bool:
    return (answer.status, answer.plays, answer.dials) == (200, (), scene.delivered)


def _timed(call: Callable[[], Answer]) -> tuple[Answer, float]:
    began = time.perf_counter()
    return call(), time.perf_counter() - began


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Somebody else holds what a call must write."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.close()
        return
    with psycopg.connect(for_psycopg(url)) as session:
        session.execute("LOCK TABLE call, heard, line IN ACCESS EXCLUSIVE MODE")
        yield


def test_while_the_database_is_locked_calls_are_connected_silently_and_in_time(hasty: Scene) -> None:
    assert is_heard(hasty.voice)
    before = rows(hasty.gateway, Call)
    with locked(hasty.gateway.url):
        for _ in range(3):
            answer, seconds = _timed(hasty.voice)
            assert _silently_connected(hasty, answer)
            assert seconds < IN_TIME
    assert rows(hasty.gateway, Call) == before
    assert is_heard(hasty.voice)


def test_a_locked_database_does_not_hold_keys_and_reports_back(hasty: Scene) -> None:
    call = sid()
    hasty.voice(call=call)
    with locked(hasty.gateway.url):
        answer, seconds = _timed(lambda: hasty.carrier.keys(hasty.dialled, call))
        assert _silently_connected(hasty, answer)
        assert seconds < IN_TIME
        assert hasty.carrier.dialled(hasty.dialled, call, "completed").hangs_up
        assert hasty.carrier.status(hasty.dialled, call, "completed").status == 204


def test_a_database_that_accepts_and_never_answers_holds_nobody_back(sqlite_gateway: Gateway) -> None:
    scene = scene_of(sqlite_gateway)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"postgresql://nobody:x@127.0.0.1:{mute.getsockname()[1]}/none"
        runtime = _hasty(sqlite_gateway.runtime, url)
        scene.carrier = FakeCarrier.of(replace(sqlite_gateway, runtime=runtime))
        answer, seconds = _timed(scene.voice)
        assert _silently_connected(scene, answer)
        assert seconds < IN_TIME
    runtime.calls.dispose()


def _hasty(runtime: Runtime, url: str) -> Runtime:
    calls = open_engine(url, wait_ms=CALL_WAIT_MS, statement_ms=CALL_WAIT_MS, pool_size=4)
    return replace(runtime, calls=calls, deadline=Deadline(8, CALL_SECONDS, 0.15))


def test_a_database_that_is_gone_and_comes_back(sqlite_scene: Scene) -> None:
    gateway = sqlite_scene.gateway
    file = gateway.runtime.settings.data_dir.parent / "gateway.db"
    assert sqlite_scene.voice().plays
    gateway.runtime.engine.dispose()
    away = file.rename(file.with_name("away.db"))
    assert _silently_connected(sqlite_scene, sqlite_scene.voice())
    away.rename(file)
    assert sqlite_scene.voice().plays


def test_a_database_file_that_was_replaced_under_us_is_opened_anew(sqlite_scene: Scene) -> None:
    gateway = sqlite_scene.gateway
    file = gateway.runtime.settings.data_dir.parent / "gateway.db"
    backup = file.with_name("backup.db")
    with sqlite3.connect(file) as source, sqlite3.connect(backup) as target:
        source.backup(target)
    source.close()
    target.close()
    with gateway.work() as work:
        end_notice(work, sqlite_scene.notice.id, "over")
    assert not sqlite_scene.voice().plays
    for suffix in ("-wal", "-shm"):
        file.with_name(f"gateway.db{suffix}").unlink(missing_ok=True)
    backup.rename(file)
    assert sqlite_scene.voice().plays


@pytest.mark.postgres
def test_a_dropped_postgres_database_connects_silently(
    postgres_server: Server, postgres_gateway: Gateway
) -> None:
    scene = scene_of(postgres_gateway)
    name = make_url(postgres_gateway.url).database
    server = for_psycopg(postgres_server.superuser_url or postgres_server.url)
    with psycopg.connect(server, autocommit=True) as session:
        session.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        session.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        assert _silently_connected(scene, scene.voice())
        session.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert scene.voice().plays


def test_on_a_schema_of_another_revision_nothing_plays(scene: Scene) -> None:
    with scene.gateway.owner() as owner, owner.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
    call = sid()
    assert _silently_connected(scene, scene.voice(call=call))
    assert why_of(scene.gateway, call) == ("silent", "trouble")
    assert alerts(scene.gateway) == ["trouble"]


@pytest.mark.parametrize("table", ["alembic_version", "call", "line", "heard"])
def test_without_a_table_calls_are_connected_silently(sqlite_scene: Scene, table: str) -> None:
    with sqlite_scene.gateway.runtime.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO gone")
    assert _silently_connected(sqlite_scene, sqlite_scene.voice())


def test_on_a_full_disk_calls_are_connected_silently(sqlite_scene: Scene) -> None:
    with sqlite_scene.gateway.runtime.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    sqlite_scene.gateway.runtime.engine.dispose()
    _limit_pages(sqlite_scene.gateway, int(pages))
    answers = [sqlite_scene.voice() for _ in range(40)]
    assert all(answer.dials == sqlite_scene.delivered for answer in answers)
    assert not answers[-1].plays


def _limit_pages(gateway: Gateway, pages: int) -> None:
    """SQLite says "database or disk is full" as it does on a full disk."""

    @event.listens_for(gateway.runtime.engine, "connect")
    def limit(connection: sqlite3.Connection, _entry: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}").close()


# Recordings that are not what was approved.


def _flip(file: Path) -> None:
    sound = bytearray(file.read_bytes())
    sound[1000] ^= 1
    file.chmod(0o644)
    file.write_bytes(sound)


def _truncate(file: Path) -> None:
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-1])


@pytest.mark.parametrize("spoil", [_flip, _truncate, Path.unlink], ids=["flipped", "truncated", "missing"])
@pytest.mark.parametrize("heard_before", [False, True])
def test_a_damaged_recording_is_never_handed_out(
    sqlite_gateway: Gateway, spoil: Callable[[Path], None], heard_before: bool
) -> None:
    recording = sqlite_gateway.recording()
    scene = scene_of(sqlite_gateway, recording=recording)
    if heard_before:
        assert scene.voice().plays
    spoil(sqlite_gateway.runtime.settings.recordings_path / f"{recording.sha256}.wav")
    call = sid()
    assert _silently_connected(scene, scene.voice(call=call))
    assert why_of(sqlite_gateway, call) == ("silent", "damaged")
    assert alerts(sqlite_gateway) == ["damaged"]


# Loops while the database does not answer.


def test_a_call_that_certainly_goes_round_ends_without_the_database_too(sqlite_scene: Scene) -> None:
    with sqlite_scene.gateway.runtime.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE line RENAME TO gone")
    assert sqlite_scene.voice(**{"SipHeader_X-Court-Gateway": "1"}).hangs_up
    assert sqlite_scene.voice(ForwardedFrom=sqlite_scene.delivered).hangs_up
    assert _silently_connected(sqlite_scene, sqlite_scene.voice(ForwardedFrom=number(8888)))


def test_a_notice_with_hours_that_no_clock_shows_is_connected_silently(sqlite_scene: Scene) -> None:
    with sqlite_scene.gateway.runtime.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE notice SET hours_from = '99:99', hours_to = '10:00'")
    assert _silently_connected(sqlite_scene, sqlite_scene.voice())


def test_after_a_rehearsal_the_first_call_opens_no_connection(scene: Scene) -> None:
    opened: list[object] = []
    scene.gateway.runtime.calls.dispose()
    event.listen(scene.gateway.runtime.calls, "connect", lambda *_: opened.append(1))
    rehearse(scene.gateway.runtime)
    assert len(opened) == 1
    scene.voice()
    assert len(opened) == 1


def test_a_rehearsal_without_a_database_ends(hasty: Scene, tmp_path: Path) -> None:
    nowhere = open_engine(f"sqlite:///{tmp_path}/none.db", wait_ms=100, statement_ms=100, pool_size=1)
    rehearse(replace(hasty.gateway.runtime, calls=nowhere))
