"""Structured logs: one JSON line an event, of named fields only; no number, name, address or query ever."""

import io
import logging
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any, TextIO

import structlog

ALLOWED = frozenset(
    [
        "event",
        "level",
        "timestamp",
        "fault",
        "where",
        "call",
        "carrier_call",
        "connection",
        "line",
        "notice",
        "court",
        "why",
        "decision",
        "status",
        "method",
        "route",
        "duration_ms",
        "job",
        "count",
        "rows",
        "holder",
        "signal",
        "pid",
        "workers",
        "address",
        "revision",
        "skew_seconds",
        "kind",
        "subject",
        "port",
        "user",
        "action",
        "import_id",
        "attempt",
        "state",
    ]
)
"""Every field that a log line may have; anything else is dropped, so that nothing slips in with a message."""


def only_allowed(_logger: object, _name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Drop fields that are not on the list."""
    return {name: value for name, value in event.items() if name in ALLOWED}


class _Patient(io.TextIOBase):
    """A file on which writing never fails: what cannot be written is lost. Whoever logs may be answering a
    call, and a log whose reader has gone or whose disk is full must not keep it from going through."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._file.flush()


def configure(level: str) -> None:
    """Send structured lines to standard error, at this level and above."""
    file: Any = _Patient(sys.stderr)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(file),
        cache_logger_on_first_use=True,
    )
