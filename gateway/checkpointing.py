"""Checkpointing: SQLite's write-ahead log goes into the database beside those who write, not in commits.

By itself SQLite copies the log when a commit finds it long (`wal_autocheckpoint` in gateway/database.py,
which stays for when nobody does it earlier). That commit, and whoever waits for the write lock, such as a
call, then waits some hundred milliseconds. A process that serves copies little at a time, which holds nobody
up, and asks the more often the more there is to copy.

A log into which somebody always writes never ends by itself: once it is long, a moment between two
transactions is used to begin it anew.

What the log holds is asked of SQLite alone. Its index (`-shm`) would tell without copying, but may not be
opened here: closing it again gives all locks away that SQLite holds on it in this process.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

_log = structlog.get_logger()
SHORTEST_SECONDS, LONGEST_SECONDS = 0.05, 0.5
"""Between two copies."""
AIM_PAGES, LONG_LOG = 1_000, 4_000
"""Pages (of 4 KiB) that one copy should find, and with which the log is to begin anew."""
TRIES, AGAIN_SECONDS = 40, 0.001
"""How often it is tried to find nobody writing, and how long after each try: a chunk takes some 15 ms."""


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
    """Seconds after which there will be about AIM_PAGES to copy, if as much is written as since the last."""
    new = log.pages if log.pages < before.pages else log.pages - before.pages
    return min(max(SHORTEST_SECONDS, pause * AIM_PAGES / max(new, 1)), LONGEST_SECONDS)


def copy_log(engine: Engine) -> Log:
    """Copy what nobody reads as it was before; where that is all of a long log, let it begin anew."""
    with _driver(engine) as driver:
        _, *found = driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        log = Log(*found)
        if log.pages >= LONG_LOG and log.pages == log.copied:
            _begin_anew(driver)
        return log


@contextmanager
def _driver(engine: Engine) -> Iterator[Any]:
    """A connection that is in no transaction and waits for nobody: whoever waited for a reader to end would
    keep the write lock meanwhile."""
    connection = engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        patience = driver.execute("PRAGMA busy_timeout").fetchone()[0]
        driver.execute("PRAGMA busy_timeout = 0").close()
        try:
            yield driver
        finally:
            driver.execute(f"PRAGMA busy_timeout = {patience}").close()
    finally:
        connection.close()


def _begin_anew(driver: Any) -> None:
    """If within some milliseconds a moment comes in which nobody writes."""
    for _ in range(TRIES):
        if not driver.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()[0]:
            return
        sleep(AGAIN_SECONDS)
