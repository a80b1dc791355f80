"""Checkpointing: SQLite's write-ahead log goes into the database a little at a time, while nobody writes.

By itself SQLite copies the log when a commit finds it long (`wal_autocheckpoint` in gateway/database.py,
which stays for when nobody does it earlier). Whoever waits for the write lock, such as a call, waits some
hundred milliseconds then. A process that serves copies little at a time, and asks the more often the more
there is to copy; the log is whole in the database then, and begins anew with the next who writes.

It holds the write lock meanwhile. Before SQLite 3.51.3 a commit that begins the log anew while it is being
copied can leave pages behind, which damages the database (https://sqlite.org/wal.html, "WAL-reset bug"). And
the log's index (`-shm`) may not be opened here to see how long the log is: closing it again gives all locks
away that SQLite holds on it in this process.
"""

import sqlite3
import threading
from contextlib import closing
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from gateway.database import turn

_log = structlog.get_logger()
SHORTEST_SECONDS, LONGEST_SECONDS = 0.02, 0.5
"""Between two copies."""
AIM_PAGES = 1_500
"""Pages (of 4 KiB) that one copy should find."""


class Log(NamedTuple):
    """How many pages the log holds, and how many of them the database has."""

    pages: int
    copied: int


def keep_checkpointing(engine: Engine, stopped: threading.Event) -> None:
    """Start the thread that looks after SQLite's log; PostgreSQL does so by itself."""
    if engine.dialect.name == "sqlite":
        threading.Thread(target=_keep, args=(engine, stopped), daemon=True, name="checkpoints").start()


def _keep(engine: Engine, stopped: threading.Event) -> None:
    pause, before = LONGEST_SECONDS, Log(0, 0)
    while not stopped.wait(pause):
        try:
            log = copy_log(engine)
        except (SQLAlchemyError, sqlite3.Error) as fault:
            _log.warning("log not copied", fault=type(fault).__name__)
            log = before
        pause, before = next_pause(pause, before, log), log


def next_pause(pause: float, before: Log, log: Log) -> float:
    """Seconds after which there will be about AIM_PAGES to copy, if as much is written as since the last.

    A log begins anew only when all of it was copied.
    """
    if log == before:
        return LONGEST_SECONDS
    new = log.pages if before.copied == before.pages else log.pages - before.pages
    return min(max(SHORTEST_SECONDS, pause * AIM_PAGES / max(new, 1)), LONGEST_SECONDS)


def copy_log(engine: Engine) -> Log:
    """Copy the log, but for what somebody still reads as it was before.

    Both connections are there before the lock is asked for: nobody who writes waits for them too.
    """
    with (
        closing(engine.raw_connection()) as copying,
        engine.execution_options(writing=True).connect() as keeping_others_out,
        turn(engine),
        keeping_others_out.begin(),
    ):
        driver: Any = copying.driver_connection
        _, pages, copied = driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return Log(pages, copied)
