"""Structured logs: one JSON line an event, of named fields only; no number, name, address or query ever."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

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


def configure(level: str) -> None:
    """Send structured lines to standard error, at this level and above."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
