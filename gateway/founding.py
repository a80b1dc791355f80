"""Making a place fit for the gateway: directories, keys, database, schema, the platform's row."""

import sqlite3
from pathlib import Path

from sqlalchemy import make_url

from gateway.clock import Clock
from gateway.database import refuse_weak_durability, writing
from gateway.migrating import upgrade
from gateway.runtime import Runtime
from gateway.services.found_platform import found_platform
from gateway.settings import Settings
from gateway.vault import Keyring


def found(settings: Settings, clock: Clock) -> Runtime:
    """Whatever is missing is made; what is there is kept, and brought up to the present schema."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not settings.keys_path.exists():
        Keyring.generate().save(settings.keys_path)
    make_sqlite_file(settings.database)
    runtime = Runtime.open(settings, clock)
    upgrade(runtime.engine)
    refuse_weak_durability(runtime.engine)
    with writing(runtime.engine) as session:
        found_platform(session, clock.now())
    return runtime


def make_sqlite_file(database_url: str) -> None:
    """An empty SQLite file, readable by its owner only; engines never create one by accident."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or url.database is None:
        return
    file = Path(url.database)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    sqlite3.connect(file).close()
