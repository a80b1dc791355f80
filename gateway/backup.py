"""Backups: the database in one consistent state with its recordings; restored, it stays silent.

A backup holds no key. Cases closed after it was made are still open in it, so a restored gateway has every
court switched off until somebody has imported the closures since and switches each on again.
"""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url, select
from sqlalchemy.engine import URL

from gateway.clock import Clock
from gateway.database import open_engine, writing
from gateway.logins import addresses
from gateway.models import Court
from gateway.roles import make_roles
from gateway.runtime import Runtime
from gateway.schema import REVISION, revision_of
from gateway.services.actor import Actor
from gateway.services.court_switch import disable_court
from gateway.services.work import Work
from gateway.settings import Settings
from gateway.sight import EVERY_COURT

DATABASE, RECORDINGS, MANIFEST = "database", "recordings", "manifest.json"
RESTORER = Actor("restore", None, frozenset({"operator"}))


class BackupRefused(Exception):
    """The backup cannot be made or restored; the text says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    kind: str
    revision: str
    made_at: str


def write_backup(runtime: Runtime, file: Path) -> None:
    """Write a backup whole or not at all."""
    url = make_url(addresses(runtime.settings).desk)
    manifest = Manifest(url.get_backend_name(), REVISION, runtime.clock.now().isoformat())
    with tempfile.TemporaryDirectory(dir=file.absolute().parent) as place:
        snapshot = Path(place) / DATABASE
        _SNAPSHOT[manifest.kind](url, snapshot)
        part = Path(place) / "backup"
        with tarfile.open(part, "w") as tar:
            _add_text(
                tar, MANIFEST, json.dumps({name: getattr(manifest, name) for name in manifest.__slots__})
            )
            tar.add(snapshot, DATABASE)
            for recording in sorted(runtime.settings.recordings_path.rglob("*.wav")):
                tar.add(recording, f"{RECORDINGS}/{recording.relative_to(runtime.settings.recordings_path)}")
        part.chmod(0o600)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)


def restore_backup(settings: Settings, clock: Clock, file: Path) -> None:
    """Replace the present data by the backup's, with every court switched off."""
    with tempfile.TemporaryDirectory(dir=settings.data_dir.absolute()) as place, tarfile.open(file) as tar:
        tar.extractall(place, filter="data")
        unpacked = Path(place)
        try:
            manifest = Manifest(**json.loads((unpacked / MANIFEST).read_text()))
        except (OSError, ValueError, TypeError) as fault:
            raise BackupRefused(f"{file}: not a backup of this gateway") from fault
        url = make_url(settings.database)
        if (manifest.kind, manifest.revision) != (url.get_backend_name(), REVISION):
            raise BackupRefused(
                f"{file}: made of {manifest.kind} at revision {manifest.revision};"
                f" this gateway has {url.get_backend_name()} at {REVISION}"
            )
        if (unpacked / RECORDINGS).exists():
            shutil.copytree(unpacked / RECORDINGS, settings.recordings_path, dirs_exist_ok=True)
        _PUT_BACK[manifest.kind](url, unpacked / DATABASE, settings, clock)
    shutil.rmtree(settings.forward_map_path, ignore_errors=True)


def switch_courts_off(settings: Settings, clock: Clock) -> None:
    """Switch every court off, in the record too."""
    runtime = Runtime.open(settings, clock)
    with writing(runtime.engine, EVERY_COURT) as session:
        work = Work(clock.now(), runtime.vault, RESTORER, session)
        for court_id in session.scalars(select(Court.id).order_by(Court.id)).all():
            disable_court(work, court_id, "restored from a backup; not reconciled yet")
    runtime.close()


def _snapshot_sqlite(url: URL, target: Path) -> None:
    """SQLite's own online backup: one consistent state, whatever is written meanwhile."""
    source = sqlite3.connect(f"file:{url.database}?mode=ro", uri=True)
    copy = sqlite3.connect(target)
    with source, copy:
        source.backup(copy)
    copy.close()
    source.close()


def _snapshot_postgresql(url: URL, target: Path) -> None:
    """As the desk's role, which sees every court's rows where it says so."""
    every_row = f"-c court_gateway.court={EVERY_COURT}"
    _run(
        url,
        every_row,
        "pg_dump",
        "--format=custom",
        "--no-owner",
        "--enable-row-security",
        f"--file={target}",
    )


def _put_back_sqlite(url: URL, snapshot: Path, settings: Settings, clock: Clock) -> None:
    """Switch off in the copy first, then put it in place in one step."""
    aside = Path(tempfile.mkdtemp(dir=Path(url.database or "").absolute().parent))
    try:
        copy = aside / "gateway.db"
        shutil.move(snapshot, copy)
        switch_courts_off(_with_database(settings, f"sqlite:///{copy}"), clock)
        _close_wal(copy)
        present = Path(url.database or "")
        if present.exists():
            _close_wal(present)
        copy.chmod(0o600)
        copy.replace(present)
    finally:
        shutil.rmtree(aside)


def _close_wal(file: Path) -> None:
    """Fold the write-ahead log into the file; only possible where nobody else has it open."""
    connection = sqlite3.connect(file, timeout=0.5)
    try:
        mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    except sqlite3.OperationalError as fault:
        raise BackupRefused("the database is in use: stop the gateway first") from fault
    finally:
        connection.close()
    if mode != "delete":
        raise BackupRefused("the database is in use: stop the gateway first")


def _put_back_postgresql(url: URL, snapshot: Path, settings: Settings, clock: Clock) -> None:
    """As the owner; who may do what stands in the backup, and is said of groups that any cluster has."""
    engine = open_engine(settings.database, wait_ms=5000, statement_ms=15000, pool_size=1)
    founded = revision_of(engine) is not None
    engine.dispose()
    if founded:
        raise BackupRefused("the database is not empty: restore into an empty one")
    make_roles(settings)
    _run(
        url,
        "",
        "pg_restore",
        "--no-owner",
        "--exit-on-error",
        "--single-transaction",
        str(snapshot),
    )
    switch_courts_off(settings, clock)


def _run(url: URL, options: str, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs; the password goes by the environment."""
    if shutil.which(program) is None:
        raise BackupRefused(f"{program} is not installed (Debian: postgresql-client)")
    plain = url._replace(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {**os.environ, "PGPASSWORD": str(url.password or ""), "PGOPTIONS": options}
    done = subprocess.run(
        [program, f"--dbname={plain}", *arguments], env=environment, capture_output=True, check=False
    )
    if done.returncode:
        raise BackupRefused(f"{program} failed: {done.stderr.decode(errors='replace').strip()[-300:]}")


def _with_database(settings: Settings, url: str) -> Settings:
    values = {name: getattr(settings, name) for name in settings.__slots__}
    return Settings(**{**values, "database_url": url})


def _add_text(tar: tarfile.TarFile, name: str, content: str) -> None:
    raw = content.encode()
    info = tarfile.TarInfo(name)
    info.size = len(raw)
    tar.addfile(info, io.BytesIO(raw))


_SNAPSHOT = {"sqlite": _snapshot_sqlite, "postgresql": _snapshot_postgresql}
_PUT_BACK = {"sqlite": _put_back_sqlite, "postgresql": _put_back_postgresql}
