"""Keeping PostgreSQL's statistics: its planner is told of very many new or changed rows while they come.

Its own vacuum does so minutes later. Until then it takes what was few for few, and may read all of it for
each row that it looks up; references are even checked by plans that it made when the tables were empty, and
keeps. SQLite plans without statistics.
"""

from sqlalchemy import Engine

from gateway.models import Base

FIRST, TIMES = 500, 5


class Statistics:
    """Told of the rows of these tables that were written: at 500 of them, at 2,500, and so on."""

    def __init__(self, engine: Engine, *models: type[Base]) -> None:
        self._engine, self._tables = engine, [model.__tablename__ for model in models]
        self._rows, self._next = 0, FIRST

    def more(self, rows: int) -> None:
        """So many more rows were written and committed."""
        self._rows += rows
        if self._rows >= self._next:
            self._next *= TIMES
            if self._engine.dialect.name == "postgresql":
                # The owner's function: from anybody else PostgreSQL takes an ANALYZE for nothing.
                with self._engine.begin() as connection:
                    connection.exec_driver_sql("SELECT refresh_statistics(%s)", (self._tables,))
