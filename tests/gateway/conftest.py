"""A whole gateway for each test, on both databases: migrated once a session, then copied."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.database import open_engine
from gateway.migrating import upgrade
from tests.factories import Gateway, copy_gateway, open_gateway, patient
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


@pytest.fixture(scope="session")
def sqlite_founded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Gateway:
    """A gateway on SQLite with its people, closed: to copy."""
    folder = tmp_path_factory.mktemp("founded")
    shutil.copy(sqlite_template, folder / "gateway.db")
    return _founded(f"sqlite:///{folder / 'gateway.db'}", folder)


@pytest.fixture(scope="session")
def postgres_founded(
    postgres_server: Server, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Gateway:
    """The same on PostgreSQL."""
    url = postgres_server.create(template=postgres_template)
    return _founded(url, tmp_path_factory.mktemp("founded"))


@pytest.fixture
def sqlite_copy(sqlite_founded: Gateway, tmp_path: Path) -> Gateway:
    """A gateway on SQLite with the deadlines of real calls, for one test."""
    url = f"sqlite:///{shutil.copy(_file(sqlite_founded), tmp_path / 'gateway.db')}"
    return copy_gateway(sqlite_founded, url, tmp_path / "data")


@pytest.fixture
def postgres_copy(postgres_server: Server, postgres_founded: Gateway, tmp_path: Path) -> Iterator[Gateway]:
    """The same on PostgreSQL."""
    url = postgres_server.create(template=postgres_founded.url)
    yield copy_gateway(postgres_founded, url, tmp_path / "data")
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def gateway_as_served(request: pytest.FixtureRequest) -> Iterator[Gateway]:
    """A gateway on each database, with the deadlines of real calls."""
    gateway = request.getfixturevalue("sqlite_copy" if request.param == "sqlite" else "postgres_copy")
    yield gateway
    gateway.runtime.close()


@pytest.fixture
def gateway(gateway_as_served: Gateway) -> Gateway:
    """A gateway with its people on each database, which waits as long as a busy machine makes it."""
    return _patient(gateway_as_served)


@pytest.fixture
def sqlite_gateway(sqlite_copy: Gateway) -> Iterator[Gateway]:
    """The same on SQLite only, for what does not depend on the database."""
    yield _patient(sqlite_copy)
    sqlite_copy.runtime.close()


@pytest.fixture
def postgres_gateway(postgres_copy: Gateway) -> Iterator[Gateway]:
    """The same on PostgreSQL only, for what SQLite cannot do: two writers at once."""
    yield _patient(postgres_copy)
    postgres_copy.runtime.close()


def _founded(url: str, folder: Path) -> Gateway:
    gateway = open_gateway(url, folder / "data")
    gateway.runtime.close()
    return gateway


def _file(gateway: Gateway) -> str:
    return gateway.url.removeprefix("sqlite:///")


def _patient(gateway: Gateway) -> Gateway:
    gateway.runtime = patient(gateway.runtime)
    return gateway
