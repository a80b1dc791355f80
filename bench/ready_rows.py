"""The bare limit of an import: the very rows that it wrote, put once more into a database that lacks them.

They are taken out beforehand as the driver wants them, so that what is timed is the database alone: one
transaction, `executemany` on SQLite and a binary COPY on PostgreSQL, every index and reference in place.
"""

import pickle
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.postgres import for_psycopg

TABLES = ("import_batch", "debtor", "enforcement_case", "remark", "decision", "line", "notice")
"""What an import fills, each table after those that it refers to."""
AT_ONCE = 5_000


def take(url: str, folder: Path) -> None:
    """Write the rows of all these tables into files of this folder."""
    folder.mkdir()
    (_take_sqlite if url.startswith("sqlite") else _take_postgresql)(url, folder)


def put(url: str, folder: Path) -> float:
    """Put them into another database; the seconds that this took it."""
    return (_put_sqlite if url.startswith("sqlite") else _put_postgresql)(url, folder)


def _open(url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "wal_autocheckpoint=8000"):
        connection.execute(f"PRAGMA {pragma}").close()
    return connection


def _take_sqlite(url: str, folder: Path) -> None:
    with closing(_open(url)) as connection:
        for table in TABLES:
            with (folder / table).open("wb") as file:
                cursor = connection.execute(f"SELECT * FROM {table}")
                while rows := cursor.fetchmany(AT_ONCE):
                    pickle.dump(rows, file)


def _put_sqlite(url: str, folder: Path) -> float:
    with closing(_open(url)) as connection:
        taken = 0.0
        connection.execute("BEGIN IMMEDIATE")
        for table in TABLES:
            for rows in _pickled(folder / table):
                started = time.perf_counter()
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
                taken += time.perf_counter() - started
        started = time.perf_counter()
        connection.execute("COMMIT")
        return taken + time.perf_counter() - started


def _pickled(file: Path) -> Iterator[list[tuple[Any, ...]]]:
    with file.open("rb") as rows:
        while True:
            try:
                yield pickle.load(rows)
            except EOFError:
                return


def _copy(direction: str, table: str) -> sql.Composed:
    return sql.SQL(f"COPY {{}} {direction} (FORMAT BINARY)").format(sql.Identifier(table))


def _take_postgresql(url: str, folder: Path) -> None:
    with psycopg.connect(for_psycopg(url)) as connection:
        for table in TABLES:
            with (
                (folder / table).open("wb") as file,
                connection.cursor() as cursor,
                cursor.copy(_copy("TO STDOUT", table)) as rows,
            ):
                file.writelines(rows)


def _put_postgresql(url: str, folder: Path) -> float:
    with psycopg.connect(for_psycopg(url)) as connection:
        started = time.perf_counter()
        for table in TABLES:
            with (
                (folder / table).open("rb") as file,
                connection.cursor() as cursor,
                cursor.copy(_copy("FROM STDIN", table)) as rows,
            ):
                while block := file.read(1 << 20):
                    rows.write(block)
        connection.commit()
        return time.perf_counter() - started
