"""Bringing a database's schema up (or down) to a revision, over one connection."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

import migrations

_LOCK = 0x636E6777


def _config(connection: Connection) -> Config:
    config = Config(Path(migrations.__file__).parent / "alembic.ini")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Upgrade to a revision; on PostgreSQL one process at a time."""
    with engine.execution_options(writing=True).connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("SET lock_timeout = 0"))
            connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
            _see_every_row(connection)
            connection.commit()
        command.upgrade(_config(connection), revision)
        connection.commit()
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
            connection.commit()
    engine.dispose()


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Downgrade to a revision."""
    with engine.execution_options(writing=True).connect() as connection:
        if engine.dialect.name == "postgresql":
            _see_every_row(connection)
            connection.commit()
        command.downgrade(_config(connection), revision)
        connection.commit()
    engine.dispose()


def _see_every_row(connection: Connection) -> None:
    """Row-level security holds for the owner too; what a migration changes, it changes for every court."""
    connection.execute(text("SELECT set_config('court_gateway.court', '*', false)"))
