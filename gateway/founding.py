"""Making a place fit for the gateway: directories, keys, database, schema, the platform's row."""

import sqlite3
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ProgrammingError

from gateway.clock import Clock
from gateway.database import open_engine, writing
from gateway.migrating import upgrade
from gateway.readiness import NotReady
from gateway.roles import make_roles
from gateway.runtime import Runtime
from gateway.schema import REVISION, revision_of
from gateway.services.found_platform import found_platform
from gateway.settings import Settings
from gateway.sight import EVERY_COURT
from gateway.vault import Keyring

_NOT_PERMITTED = "42501"


def found(settings: Settings, clock: Clock) -> Runtime:
    """Whatever is missing is made; what is there is kept, and brought up to the present schema."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not settings.keys_path.exists():
        Keyring.generate().save(settings.keys_path)
    make_sqlite_file(settings.database)
    bring_up(settings)
    runtime = Runtime.open(settings, clock)
    runtime.refuse_half_safe()
    with writing(runtime.engine, EVERY_COURT) as session:
        found_platform(session, clock.now())
    return runtime


def bring_up(settings: Settings) -> None:
    """Roles and schema as this program needs them; done as the role in the settings, who owns the tables.

    Raises NotReady where that role may not do it, with what has to be run.
    """
    make_roles(settings)
    engine = open_engine(settings.database, wait_ms=5000, statement_ms=15000, pool_size=2)
    try:
        if revision_of(engine) != REVISION:
            upgrade(engine)
    except ProgrammingError as fault:
        if getattr(fault.orig, "sqlstate", None) != _NOT_PERMITTED:
            raise
        raise NotReady(
            "this database role may not change the schema: name the owner's in COURT_GATEWAY_DATABASE_URL"
        ) from fault
    finally:
        engine.dispose()


def make_sqlite_file(database_url: str) -> None:
    """An empty SQLite file, readable by its owner only; engines never create one by accident."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or url.database is None:
        return
    file = Path(url.database)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    sqlite3.connect(file).close()
