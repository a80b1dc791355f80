"""How a genuine webhook is dealt with: in one transaction and in time; else connected from the forward map.

Here are the two broad `except`s of the house: whatever goes wrong behind the guard, a caller gets through.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import lmdb
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from gateway.database import writing
from gateway.deadline import Ticket, TooLate
from gateway.services.alerts import open_alert
from gateway.services.answer_call import by_default_route
from gateway.services.answer_test_call import answer_test_call
from gateway.services.record_progress import line_dialled, record_progress
from gateway.web import metrics
from gateway.web.guard import Genuine, NobodyKnows
from ivr.carriers import Misshapen
from ivr.facts import CallFacts, Line
from ivr.plan import CallPlan, Why, connect_blindly, hang_up
from ivr.progress import Event, KeysPressed, LegEnded

Result = TypeVar("Result")
FollowUp = Callable[[Line, CallFacts, Event], CallPlan]
_log = structlog.get_logger()


class Abandoned(Exception):
    """The answer was given without us; nothing may be committed any more."""


def follow(genuine: Genuine, facts: CallFacts, event: Event, plan: FollowUp) -> CallPlan:
    """Keep what the carrier reports, and say what comes next on this line."""

    def work(session: Session, now: datetime) -> CallPlan | None:
        record_progress(session, genuine.trunk.id, facts.carrier_call_id, event, now)
        line = line_dialled(session, genuine.runtime.vault, genuine.trunk.id, facts.dialled)
        return plan(line, facts, event) if line is not None else None

    try:
        planned = genuine.runtime.deadline.run(
            lambda ticket: _in_transaction(genuine, ticket, work), genuine.until
        )
    except Exception as fault:
        return _follow_without_database(genuine, facts, event, fault)
    return planned or _what_is_left(genuine, facts.dialled, event)


def keep(genuine: Genuine, facts: CallFacts, event: Event) -> None:
    """Keep what the carrier reports, where nothing is to be answered."""
    follow(genuine, facts, event, lambda _line, _facts, _event: hang_up(Why.leg_ended))


def answer_test(genuine: Genuine, test_call_id: str, facts: CallFacts) -> CallPlan:
    """The plan for a test call. Nobody is to be connected: whatever goes wrong, it ends."""

    def work(session: Session, now: datetime) -> CallPlan:
        return answer_test_call(session, genuine.trunk.id, test_call_id, facts.carrier_call_id, now)

    try:
        return genuine.runtime.deadline.run(
            lambda ticket: _in_transaction(genuine, ticket, work), genuine.until
        )
    except (SQLAlchemyError, TooLate) as fault:
        _log.error("test call not answered", fault=type(fault).__name__, connection=genuine.trunk.slug)
        return hang_up(Why.trouble)


def connect_misshapen(genuine: Genuine, misshapen: Misshapen) -> CallPlan:
    """Signed, but not as it should be: connect by what was dialled, and record nothing but an alert."""
    _log.warning("misshapen webhook", fault=misshapen.reason, connection=genuine.trunk.slug)

    def work(session: Session, now: datetime) -> None:
        open_alert(session, "misshapen_webhook", genuine.trunk.id, now)

    try:
        genuine.runtime.deadline.run(lambda ticket: _in_transaction(genuine, ticket, work), genuine.until)
    except Exception as fault:
        _log.warning("alert not kept", fault=type(fault).__name__, kind="misshapen_webhook")
    return plan_misshapen(genuine, misshapen)


def plan_misshapen(genuine: Genuine, misshapen: Misshapen) -> CallPlan:
    """Connect by what was dialled, where that much is certain."""
    if misshapen.dialled is None:
        return hang_up(Why.trouble)
    return _from_map(genuine, misshapen.dialled)


def _in_transaction(genuine: Genuine, ticket: Ticket, work: Callable[[Session, datetime], Result]) -> Result:
    """Read the clock inside the transaction: what committed before it began is seen."""
    with writing(genuine.runtime.calls) as session:
        result = work(session, genuine.runtime.clock.now())
        if not ticket.settle():
            raise Abandoned
    return result


def without_database(genuine: Genuine, facts: CallFacts, fault: Exception) -> CallPlan:
    """Connect from the map; a call that is certainly going round ends here too."""
    _log.error("connected without the database", fault=type(fault).__name__, connection=genuine.trunk.slug)
    metrics.WITHOUT_DATABASE.inc()
    if facts.returned:
        return hang_up(Why.loop)
    plan = _from_map(genuine, facts.dialled)
    return hang_up(Why.loop) if plan.connects_to in facts.diverted_from else plan


def _from_map(genuine: Genuine, dialled: str) -> CallPlan:
    deliver_to = _mapped(genuine, dialled)
    if deliver_to is not None:
        return connect_blindly(deliver_to, Why.trouble)
    if genuine.trunk.default_route is None:
        raise NobodyKnows
    return by_default_route(genuine.trunk.default_route, dialled, Why.trouble)


def _mapped(genuine: Genuine, dialled: str) -> str | None:
    try:
        return genuine.runtime.forward_map.deliver_to(genuine.trunk.id, dialled)
    except lmdb.Error as fault:
        _log.error("forward map not readable", fault=type(fault).__name__)
        return None


def _follow_without_database(genuine: Genuine, facts: CallFacts, event: Event, fault: Exception) -> CallPlan:
    _log.error("report not kept", fault=type(fault).__name__, connection=genuine.trunk.slug)
    return _what_is_left(genuine, facts.dialled, event)


def _what_is_left(genuine: Genuine, dialled: str, event: Event) -> CallPlan:
    """A caller who pressed a key still waits to be connected; a leg that ended needs nothing more."""
    match event:
        case KeysPressed():
            return _from_map(genuine, dialled)
        case LegEnded() | _:
            return hang_up(Why.leg_ended)
