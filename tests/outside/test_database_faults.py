"""I2 from outside: whatever the database does, a call is connected silently within the carrier's patience."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from gateway.schema import REVISION
from tests.hearing import is_heard
from tests.outside.gateway import Answer, Outside, processes_under, running_demo, until_mapped

LONGEST_SECONDS = 0.8 + 0.7
"""The promise, and what two busy cores add to it between two processes."""


@contextmanager
def sqlite_locked(file: Path) -> Iterator[None]:
    """Somebody else holds the write lock and does not let go."""
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield
    holder.execute("ROLLBACK")
    holder.close()


@contextmanager
def sqlite_gone(file: Path) -> Iterator[None]:
    """The file was moved away."""
    file.rename(file.with_suffix(".away"))
    yield
    file.with_suffix(".away").rename(file)


@contextmanager
def wrong_revision(file: Path) -> Iterator[None]:
    """The schema is another one than this program was written for."""
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    yield
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (REVISION,))
    connection.close()


@pytest.mark.slow
def test_sqlite_in_trouble_never_holds_a_call_back(tmp_path: Path) -> None:
    with running_demo(tmp_path, None, "--no-scheduler") as demo:
        it = demo.new_notice()
        until_mapped(demo, it.dialled)
        for trouble in (sqlite_locked, sqlite_gone, wrong_revision):
            with trouble(tmp_path / "gateway.db"):
                answers = [demo.ring(it.dialled) for _ in range(5)]
            _all_connected_silently(answers, it.deliver_to)
            assert is_heard(lambda: demo.ring(it.dialled)), f"not back to normal after {trouble.__name__}"


@pytest.mark.slow
@pytest.mark.postgres
def test_postgresql_in_trouble_never_holds_a_call_back(tmp_path: Path, postgres_url: str) -> None:
    with running_demo(tmp_path, postgres_url, "--no-scheduler") as demo:
        it = demo.new_notice()
        until_mapped(demo, it.dialled)
        with psycopg.connect(_plain(postgres_url)) as session, session.transaction():
            session.execute("LOCK TABLE call IN ACCESS EXCLUSIVE MODE")
            answers = [demo.ring(it.dialled) for _ in range(5)]
        _all_connected_silently(answers, it.deliver_to)
        assert _plays_again(demo, it.dialled)
        with _stopped(postgres_url):
            answers = [demo.ring(it.dialled) for _ in range(8)]
        _all_connected_silently(answers, it.deliver_to)
        assert _plays_again(demo, it.dialled)


@contextmanager
def _stopped(url: str) -> Iterator[None]:
    """The whole server stands still, as on a disk that hangs: connections stay open, nothing answers."""
    with psycopg.connect(_plain(url)) as session:
        backend = session.info.backend_pid
        server = int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
    pids = [server, *processes_under(server)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def _plays_again(demo: Outside, dialled: str) -> bool:
    """Within a few seconds a new caller hears the notice again."""
    return is_heard(lambda: demo.ring(dialled), callers=60, pause=0.1)


def _all_connected_silently(answers: list[Answer], deliver_to: str) -> None:
    assert [each.status for each in answers] == [200] * len(answers)
    assert [each.reached for each in answers] == [deliver_to] * len(answers)
    assert not any(each.plays for each in answers)
    assert max(each.took for each in answers) < LONGEST_SECONDS


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")
