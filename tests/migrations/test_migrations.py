"""The schema: the migrations make what the models say, and each step goes both ways, with data in it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, create_engine, inspect, text

import migrations
from gateway.database import open_engine
from gateway.migrating import downgrade, upgrade
from gateway.models import Base, Call
from gateway.schema import REVISION, revision_of
from tests.carriers import FakeCarrier
from tests.factories import open_gateway


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    if database_url.startswith("sqlite"):
        sqlite3.connect(database_url.removeprefix("sqlite:///")).close()
    engine = open_engine(database_url, wait_ms=5000, statement_ms=15000, pool_size=2)
    yield engine
    engine.dispose()


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(Config(Path(migrations.__file__).parent / "alembic.ini"))


def test_the_program_is_written_for_the_last_migration() -> None:
    assert _script().get_heads() == [REVISION]


def test_migrations_are_numbered_one_after_the_other() -> None:
    numbers = [each.revision for each in reversed(list(_script().walk_revisions()))]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


KEPT_BY_EACH_MONTH = {
    "uq_call_connection_id_carrier_call_id",
    "uq_call_event_connection_id_carrier_call_id_kind_status_sequence",
}
"""Unique keys that PostgreSQL cannot hold over all months of a table."""


def test_tables_columns_indexes_and_keys_are_what_the_models_say(engine: Engine) -> None:
    upgrade(engine)
    parts = _parts(engine)
    with engine.connect() as connection:
        wanted = {"compare_type": True, "include_name": lambda name, *_: name not in parts}
        context = MigrationContext.configure(connection, opts=wanted)
        differences = compare_metadata(context, Base.metadata)
    lacking = KEPT_BY_EACH_MONTH if engine.dialect.name == "postgresql" else set()
    assert {(each[0], each[1].name) for each in differences} == {("add_constraint", name) for name in lacking}


def _parts(engine: Engine) -> dict[str, str]:
    """The tables into which PostgreSQL divides others, each with the one that it is a part of."""
    if engine.dialect.name == "sqlite":
        return {}
    ask = (
        "SELECT inhrelid::regclass::text part, inhparent::regclass::text whole FROM pg_inherits JOIN pg_class"
    )
    with engine.connect() as connection:
        found = connection.execute(text(f"{ask} ON pg_class.oid = inhrelid AND relkind = 'r'"))
        return {row.part: row.whole for row in found}


@pytest.mark.postgres
def test_every_month_keeps_the_keys_of_its_table(postgres_url: str) -> None:
    engine = open_engine(postgres_url, wait_ms=5000, statement_ms=15000, pool_size=1)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("SELECT make_call_months(now() + interval '2 months')"))
    found, parts = inspect(engine), _parts(engine)
    keys = {
        "call": ["connection_id", "carrier_call_id"],
        "call_event": ["connection_id", "carrier_call_id", "kind", "status", "sequence"],
    }
    assert sorted(parts.values()) == [*["call"] * 5, *["call_event"] * 5]
    for part, table in parts.items():
        assert [each["column_names"] for each in found.get_unique_constraints(part)] == [keys[table]], part
        assert found.get_pk_constraint(part)["constrained_columns"] == ["id"], part
        assert {each["referred_table"] for each in found.get_foreign_keys(part)} == {"connection"}, part
    engine.dispose()


def _checks(engine: Engine) -> set[tuple[str, str, str]]:
    """(table, name, rule) of every check as the database tells it."""
    found = inspect(engine)
    return {
        (table, str(check["name"]), " ".join(check["sqltext"].split()))
        for table in set(found.get_table_names()) - set(_parts(engine))
        for check in found.get_check_constraints(table)
    }


def _partial_indexes(engine: Engine) -> set[tuple[str, str]]:
    """(name, condition) of every partial index as the database tells it."""
    found = inspect(engine)
    return {
        (str(index["name"]), str(index["dialect_options"][f"{engine.dialect.name}_where"]))
        for table in set(found.get_table_names()) - set(_parts(engine))
        for index in found.get_indexes(table)
        if f"{engine.dialect.name}_where" in index.get("dialect_options", {})
    }


def test_checks_and_partial_indexes_are_word_for_word_what_the_models_say(
    engine: Engine, tmp_path: Path
) -> None:
    """Alembic does not compare these: so the models are built directly, and the two databases compared."""
    upgrade(engine)
    migrated = _checks(engine), _partial_indexes(engine)
    if engine.dialect.name == "sqlite":
        direct = create_engine(f"sqlite:///{tmp_path / 'direct.db'}")
    else:
        with engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA direct"))
        url = engine.url.update_query_dict({"options": "-csearch_path=direct"})
        direct = create_engine(url)
    Base.metadata.create_all(direct)
    built = _checks(direct), _partial_indexes(direct)
    direct.dispose()
    assert len(built[0]) >= 30
    assert migrated == built


def test_up_down_and_up_again_leaves_nothing_behind(engine: Engine) -> None:
    upgrade(engine)
    first = _tables(engine)
    downgrade(engine)
    assert _tables(engine) == {"alembic_version": {"version_num"}}
    assert revision_of(engine) is None
    upgrade(engine)
    assert _tables(engine) == first
    assert revision_of(engine) == REVISION


def test_each_step_goes_down_and_up_alone(engine: Engine) -> None:
    steps = [each.revision for each in reversed(list(_script().walk_revisions()))]
    upgrade(engine)
    for before, here in zip(reversed(["base", *steps[:-1]]), reversed(steps), strict=True):
        at_here = _tables(engine)
        downgrade(engine, before)
        upgrade(engine, here)
        assert _tables(engine) == at_here
        downgrade(engine, before)


def _tables(engine: Engine) -> dict[str, set[str]]:
    found = MetaData()
    found.reflect(engine)
    return {name: {column.name for column in table.columns} for name, table in found.tables.items()}


def test_a_database_full_of_data_goes_down_and_up_and_works(database_url: str, tmp_path: Path) -> None:
    gateway = open_gateway(database_url, tmp_path / "data")
    line = gateway.line()
    gateway.notice(line=line)
    FakeCarrier.of(gateway).voice(gateway.dialled(line))
    with gateway.owner() as engine:
        downgrade(engine)
        assert _tables(engine) == {"alembic_version": {"version_num"}}
        upgrade(engine)
    with gateway.read() as session:
        assert session.query(Call).count() == 0
    gateway.runtime.close()


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    upgrade(engine)
    assert revision_of(engine) == REVISION
