"""Probing the gateway from a web process, in bounded time whatever the database does."""

from dataclasses import dataclass

import lmdb
import structlog
from sqlalchemy.exc import SQLAlchemyError

from gateway.database import reading
from gateway.deadline import Ticket, TooLate
from gateway.runtime import Runtime
from gateway.schema import REVISION
from gateway.services.answer_call import SKEW_ALARM_SECONDS
from gateway.services.read_health import Health, read_health, read_revision

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found. `health` is None where the database does not answer or has another schema.

    forward_map: "current", "behind", "empty", "unreadable", or "unknown" without the database.
    """

    answers: bool
    revision: str | None
    health: Health | None
    forward_map: str
    expected_revision: str = REVISION

    @property
    def is_ready(self) -> bool:
        return self.answers and self.revision == self.expected_revision

    @property
    def is_degraded(self) -> bool:
        """Something is wrong that a person should mend; calls go on."""
        health = self.health
        return (
            health is None
            or not health.scheduler_alive
            or health.clock_skew_s > SKEW_ALARM_SECONDS
            or health.chains_intact is False
            or self.forward_map in {"empty", "unreadable"}
        )


def probe(here: Runtime) -> Probe:
    """Ask the database and the forward map."""

    def ask(_ticket: Ticket) -> tuple[str | None, Health | None]:
        with reading(here.calls) as session:
            revision = read_revision(session)
            return revision, read_health(session, here.clock.now()) if revision == REVISION else None

    try:
        revision, health = here.deadline.run(ask, here.deadline.until())
    except (SQLAlchemyError, TooLate) as fault:
        _log.error("the database does not answer a probe", fault=type(fault).__name__)
        return Probe(False, None, None, _forward_map(here, None))
    return Probe(True, revision, health, _forward_map(here, health.change_no if health else None))


def _forward_map(here: Runtime, change_no: int | None) -> str:
    try:
        known = here.forward_map.change_no()
    except lmdb.Error:
        return "unreadable"
    if known is None:
        return "empty"
    if change_no is None:
        return "unknown"
    return "current" if known >= change_no else "behind"
