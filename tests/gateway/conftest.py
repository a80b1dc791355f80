"""A whole gateway for each test, on both databases: migrated once a session, then copied."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.database import open_engine
from gateway.migrating import upgrade
from tests.factories import Gateway, open_gateway, patient
from tests.postgres import Server


def _migrate(url: str) -> None:
    engine = open_engine(url, wait_ms=5000, statement_ms=15000, pool_size=2)
    upgrade(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "gateway.db"
    sqlite3.connect(path).close()
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> str:
    """A migrated, empty PostgreSQL database to copy."""
    url = postgres_server.create()
    _migrate(url)
    return url


@pytest.fixture
def sqlite_migrated(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a migrated SQLite database, for one test."""
    shutil.copy(sqlite_template, tmp_path / "gateway.db")
    return f"sqlite:///{tmp_path / 'gateway.db'}"


@pytest.fixture
def postgres_migrated(postgres_server: Server, postgres_template: str) -> Iterator[str]:
    """The address of a migrated PostgreSQL database, for one test."""
    url = postgres_server.create(template=postgres_template)
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def migrated_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database; the test runs once on each kind."""
    name = "sqlite_migrated" if request.param == "sqlite" else "postgres_migrated"
    return str(request.getfixturevalue(name))


@pytest.fixture
def gateway(migrated_url: str, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway with its people on each database, which waits as long as a busy machine makes it."""
    yield from _opened(migrated_url, tmp_path)


@pytest.fixture
def sqlite_gateway(sqlite_migrated: str, tmp_path: Path) -> Iterator[Gateway]:
    """The same on SQLite only, for what does not depend on the database."""
    yield from _opened(sqlite_migrated, tmp_path)


@pytest.fixture
def postgres_gateway(postgres_migrated: str, tmp_path: Path) -> Iterator[Gateway]:
    """The same on PostgreSQL only, for what SQLite cannot do: two writers at once."""
    yield from _opened(postgres_migrated, tmp_path)


def _opened(url: str, directory: Path) -> Iterator[Gateway]:
    gateway = open_gateway(url, directory / "data", migrate=False)
    gateway.runtime = patient(gateway.runtime)
    yield gateway
    gateway.runtime.close()
