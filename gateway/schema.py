"""The revision of the schema: which one this code is written for, and which one a database has."""

from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

REVISION = "0017"


def revision_of(engine: Engine) -> str | None:
    """The schema's revision; None for a database without one, or that cannot be read."""
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return found
    except SQLAlchemyError:
        return None
