"""Migrations: they make what the models say, and go both ways, with data in the tables."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, inspect, text

import migrations
from gateway.database import open_engine
from gateway.migrating import downgrade, revision_of, upgrade
from gateway.models import Base
from gateway.schema import REVISION
from tests.factories import open_gateway

SCRIPTS = ScriptDirectory(str(Path(migrations.__file__).parent))
IN_ORDER = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    if database_url.startswith("sqlite"):
        sqlite3.connect(database_url.removeprefix("sqlite:///")).close()
    opened = open_engine(database_url, wait_ms=5000, statement_ms=15000, pool_size=2)
    yield opened
    opened.dispose()


def test_the_migrations_are_one_line_that_ends_at_the_revision_of_the_program() -> None:
    assert SCRIPTS.get_heads() == [REVISION]
    assert IN_ORDER == ["0001", "0002", "0003", "0004", "0005", "0006"]


def test_the_migrations_make_exactly_what_the_models_say(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        found = inspect(connection)
        for table in Base.metadata.tables.values():
            wanted = {each.name for each in table.constraints if isinstance(each, CheckConstraint)}
            assert {each["name"] for each in found.get_check_constraints(table.name)} == wanted, table.name


def test_every_migration_goes_up_and_down_and_up_again(engine: Engine) -> None:
    for revision in IN_ORDER:
        upgrade(engine, revision)
        assert revision_of(engine) == revision
    for revision in reversed(["base", *IN_ORDER[:-1]]):
        downgrade(engine, revision)
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    upgrade(engine)
    assert revision_of(engine) == REVISION


def test_they_go_down_with_data_in_the_tables_and_keep_what_earlier_ones_made(
    database_url: str, tmp_path: Path
) -> None:
    gateway = open_gateway(database_url, tmp_path)
    gateway.notice()
    engine = gateway.runtime.engine
    downgrade(engine, "0004")
    assert "notice" not in inspect(engine).get_table_names()
    with engine.connect() as connection:
        kept = {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()
            for table in ("line", "recording", "enforcement_case")
        }
    assert kept == {"line": 1, "recording": 1, "enforcement_case": 1}
    upgrade(engine)
    downgrade(engine)
    gateway.runtime.close()
