"""A backup of PostgreSQL: every court's rows, by a role that owns nothing, and back with its fences."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from gateway.backup import restore_backup, write_backup
from gateway.clock import SystemClock
from gateway.database import reading
from gateway.models import AuditEntry, Court, Notice
from gateway.runtime import Runtime
from gateway.sight import EVERY_COURT
from tests.factories import Gateway
from tests.outside.gateway import command
from tests.postgres import Server

pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True)
def _programs() -> None:
    if not shutil.which("pg_dump") or not shutil.which("pg_restore"):
        pytest.skip("no pg_dump: install Debian's postgresql-client")


def test_a_backup_holds_every_courts_rows_and_comes_back_fenced_and_silent(
    postgres_server: Server, postgres_gateway: Gateway, tmp_path: Path
) -> None:
    gateway = postgres_gateway
    for who in ("clerk", "b_clerk"):
        gateway.notice(who=who)
    with gateway.read() as session:
        entries = session.scalar(select(func.count()).select_from(AuditEntry))
    write_backup(gateway.runtime, tmp_path / "backup.tar")
    gateway.runtime.close()

    place = tmp_path / "elsewhere"
    place.mkdir()
    shutil.copy(gateway.runtime.settings.keys_path, place)
    url = postgres_server.create()
    settings = replace(gateway.runtime.settings, database_url=url, data_dir=place)
    restore_backup(settings, SystemClock(), tmp_path / "backup.tar")

    runtime = Runtime.open(settings, SystemClock())
    runtime.refuse_half_safe()
    with reading(runtime.engine, EVERY_COURT) as session:
        courts = set(session.scalars(select(Notice.court_id)))
        assert courts == {gateway.court_a, gateway.court_b}
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == (entries or 0) + 2
        assert set(session.scalars(select(Court.enabled))) == {False}
    with reading(runtime.engine) as session:
        assert session.execute(text("SELECT count(*) FROM notice")).scalar_one() == 0
    runtime.close()
    postgres_server.drop(url)


def test_no_password_stands_among_the_words_of_a_command(postgres_gateway: Gateway, tmp_path: Path) -> None:
    settings = postgres_gateway.runtime.settings
    told = tmp_path / "pg_dump"
    told.write_text('#!/bin/sh\necho "$@" >&2\nexit 1\n')
    told.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "COURT_GATEWAY_DATABASE_URL": settings.database_url,
        "COURT_GATEWAY_DATA_DIR": str(settings.data_dir),
    }
    words = command("backup", str(tmp_path / "backup.tar"))
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert "--dbname=postgresql://" in done.stderr
    assert str(postgres_gateway.runtime.engine.url.password) not in done.stderr
