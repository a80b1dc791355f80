"""The whole answer to an inbound call, for any number of calls at once, and no framework in it.

Both doors come here: Flask's route with one call, the served door with all that wait. What happens to a call,
in order: its connection is read and its signature proved; its fields are read; one transaction looks it up,
decides and records it, together with the others; when that is durable, its plan goes out in the carrier's
words. Whatever fails on the way connects the call from the forward map.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import structlog
from prometheus_client import Counter
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from gateway.call_transaction import Kept
from gateway.database import writing
from gateway.deadline import Ticket, TooLate
from gateway.forward_map import MappedTrunk
from gateway.runtime import Runtime
from gateway.services.alerts import open_alert
from gateway.services.answer_call import AnsweredMeanwhile, Desk, answer_calls
from gateway.services.incoming import Incoming, Trunk, apart
from gateway.vault import SealBroken
from gateway.web import answering, metrics
from gateway.web.guard import Genuine, Knock, NobodyKnows, NotGenuine, prove, trunk_last_known, trunks_now
from gateway.web.waiting import FORBIDDEN, TROUBLE, UNKNOWN, Reply, Waiting
from ivr.carriers import Misshapen
from ivr.facts import CallFacts
from ivr.plan import CallPlan

_log = structlog.get_logger()


def answer_one(runtime: Runtime, knock: Knock) -> Reply:
    """The reply to a call that comes alone, in time whatever the database does."""

    def work(ticket: Ticket) -> Reply | None:
        with Kept(runtime.calls) as kept:
            return answer_waiting(runtime, kept, [Waiting(knock, ticket)])[0]

    try:
        reply = runtime.deadline.run(work, knock.until)
    except Exception as fault:
        _log.error("call not answered", fault=type(fault).__name__)
        reply = None
    return reply or answer_late(runtime, knock)


def answer_waiting(runtime: Runtime, kept: Kept, waiting: Sequence[Waiting]) -> list[Reply | None]:
    """The reply to each of these requests, as if it had come alone; None where its time was out before, and
    nothing of it was recorded."""
    late = [each.is_late for each in waiting]
    knocks = [each.knock for each, is_late in zip(waiting, late, strict=True) if not is_late]
    trunks = _trunks(runtime, kept, {knock.slug for knock in knocks if knock.has_shape})
    opened = [
        None if is_late else _open(runtime, each, trunks) for each, is_late in zip(waiting, late, strict=True)
    ]
    calls = [each for each in opened if isinstance(each, _Call)]
    for group in apart([call.incoming for call in calls]):
        _decide(runtime, kept, [calls[place] for place in group])
    return [_reply(each) for each in opened]


def answer_late(runtime: Runtime, knock: Knock) -> Reply:
    """The reply to a request whose time is out: from what this host last knew, without the database."""
    known: dict[str, MappedTrunk | None] = {}
    if knock.has_shape:
        try:
            known[knock.slug] = trunk_last_known(runtime, knock.slug)
        except NobodyKnows:
            return UNKNOWN
    waiting = Waiting(knock, ours=True)
    opened = _open(runtime, waiting, known)
    if isinstance(opened, _Call):
        opened.fault = TooLate("the database did not answer in time")
    elif isinstance(opened, _Misshapen):
        opened.keep = False
    return _reply(opened) or UNKNOWN


@dataclass(slots=True)
class _Call:
    """A genuine call on its way to its plan, or to the fault that kept it from one."""

    waiting: Waiting
    genuine: Genuine
    facts: CallFacts
    incoming: Incoming
    plan: CallPlan | None = None
    fault: Exception | None = None


@dataclass(slots=True)
class _Misshapen:
    """Signed, but not as it should be; `keep` where an alert is to be kept."""

    waiting: Waiting
    genuine: Genuine
    misshapen: Misshapen
    keep: bool = True


@dataclass(slots=True)
class _Refused:
    waiting: Waiting
    reply: Reply


_Opened = _Call | _Misshapen | _Refused


def _trunks(runtime: Runtime, kept: Kept, slugs: Collection[str]) -> dict[str, MappedTrunk | None]:
    """The connections as the database has them now, or as this host last knew them; who stands under none of
    them is unknown to both."""
    try:
        return trunks_now(runtime, kept, list(slugs)) if slugs else {}
    except (SQLAlchemyError, SealBroken) as fault:
        _log.warning("connection read from the forward map", fault=type(fault).__name__)
    known: dict[str, MappedTrunk | None] = {}
    for slug in slugs:
        try:
            known[slug] = trunk_last_known(runtime, slug)
        except NobodyKnows:
            continue
    return known


def _open(runtime: Runtime, waiting: Waiting, trunks: dict[str, MappedTrunk | None]) -> _Opened:
    knock = waiting.knock
    if knock.has_shape and knock.slug not in trunks:
        return _Refused(waiting, UNKNOWN)
    try:
        return _read(waiting, prove(runtime, knock, trunks.get(knock.slug)))
    except NotGenuine:
        return _Refused(waiting, FORBIDDEN)
    except Exception as fault:
        _log.error("error", fault=type(fault).__name__)
        return _Refused(waiting, TROUBLE)


def _read(waiting: Waiting, genuine: Genuine) -> _Opened:
    try:
        facts = genuine.carrier.read_call(genuine.request)
    except Misshapen as misshapen:
        return _Misshapen(waiting, genuine, misshapen)
    it = genuine.trunk
    trunk = Trunk(it.id, it.slug, it.country, it.default_route)
    spent_ms = partial(genuine.runtime.deadline.spent_ms, genuine.until)
    return _Call(waiting, genuine, facts, Incoming(trunk, facts, spent_ms))


def _decide(runtime: Runtime, kept: Kept, calls: Sequence[_Call]) -> None:
    """All in one transaction; where that fails each in its own, so that one call's fault is its own."""
    calls = [call for call in calls if not call.waiting.is_late]
    if len(calls) > 1:
        try:
            return _commit(runtime, kept, calls)
        except _NotBegun as fault:
            return _give_up(calls, fault)
        except Exception as fault:
            _log.warning("calls decided one by one", fault=type(fault).__name__, count=len(calls))
    for place, call in enumerate(calls):
        if not call.waiting.is_late:
            _decide_alone(runtime, kept, call)
        if isinstance(call.fault, _NotBegun):
            return _give_up(calls[place:], call.fault)
    return None


def _give_up(calls: Sequence[_Call], fault: Exception) -> None:
    for call in calls:
        call.fault = fault


def _decide_alone(runtime: Runtime, kept: Kept, call: _Call) -> None:
    """Once more where another worker recorded the same call at the same moment: it is a duplicate now."""
    try:
        try:
            _commit(runtime, kept, [call])
        except AnsweredMeanwhile:
            _commit(runtime, kept, [call])
    except Exception as fault:
        call.fault = fault


class _NotBegun(Exception):
    """The database took no transaction from us: that is no single call's fault."""


class _Lost(Exception):
    """The door answered some of the calls itself: what was decided beside them is decided anew."""


def _commit(runtime: Runtime, kept: Kept, calls: Sequence[_Call]) -> None:
    desk = Desk(runtime.vault, runtime.caller_keys, runtime.recordings)
    while calls:
        begun = False
        try:
            with kept.deciding() as transaction:
                begun = True
                # The clock is read inside the transaction: what committed before it began is seen.
                now = runtime.clock.now()
                plans = answer_calls(transaction, desk, [call.incoming for call in calls], now)
                settled = [call.waiting.settle() for call in calls]
                if not all(settled):
                    raise _Lost
        except _Lost:
            calls = [call for call in calls if call.waiting.ours and not call.waiting.is_late]
            continue
        except SQLAlchemyError as fault:
            # That one connection was lost says nothing of the next.
            if begun or (isinstance(fault, DBAPIError) and fault.connection_invalidated):
                raise
            raise _NotBegun from fault
        for call, plan in zip(calls, plans, strict=True):
            call.plan = plan
        return


def _reply(opened: _Opened | None) -> Reply | None:
    """None where the reply is not ours to give."""
    if opened is None:
        return None
    if isinstance(opened, _Refused):
        return opened.reply if opened.waiting.settle() else None
    try:
        plan = _plan(opened) if isinstance(opened, _Call) else _plan_misshapen(opened)
        if plan is None:
            return None
        genuine = opened.genuine
        return Reply(200, genuine.carrier.content_type, genuine.carrier.render(plan, genuine.addresses))
    except NobodyKnows:
        return UNKNOWN
    except Exception as fault:
        _log.error("error", fault=type(fault).__name__)
        return TROUBLE


def _plan(call: _Call) -> CallPlan | None:
    if call.plan is not None:
        _counted("played" if call.plan.plays else "silent", call.plan.why.value).inc()
        return call.plan
    if call.fault is None or not call.waiting.settle():
        return None
    return answering.without_database(call.genuine, call.facts, call.fault)


@lru_cache(maxsize=64)
def _counted(decision: str, why: str) -> Counter:
    return metrics.CALLS.labels(decision, why)


def _plan_misshapen(opened: _Misshapen) -> CallPlan | None:
    """Connected by what was dialled; nothing is recorded but an alert."""
    _log.warning("misshapen webhook", fault=opened.misshapen.reason, connection=opened.genuine.trunk.slug)
    runtime = opened.genuine.runtime
    if opened.keep:
        try:
            with writing(runtime.calls) as session:
                open_alert(session, "misshapen_webhook", opened.genuine.trunk.id, runtime.clock.now())
                if not opened.waiting.settle():
                    raise _Lost
        except Exception as fault:
            _log.warning("alert not kept", fault=type(fault).__name__, kind="misshapen_webhook")
    return answering.plan_misshapen(opened.genuine, opened.misshapen) if opened.waiting.settle() else None
