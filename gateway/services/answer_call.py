"""Answering a call: look it up by one statement, plan it purely, leave a durable record before the answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from gateway.caller_keys import CallerKeys, cap_period, pair_period
from gateway.clock import Instant
from gateway.ids import new_id
from gateway.models import Call, Heard
from gateway.schema import REVISION
from gateway.services.alerts import open_alert
from gateway.services.look_up_call import Found, look_up_call
from gateway.services.record_progress import settle_call
from gateway.services.upsert import insert_if_new
from gateway.vault import Vault
from ivr import numbers
from ivr.facts import CallerIdPolicy, CallFacts, Circumstances, Line, Notice, Recording
from ivr.plan import CallPlan, Why, connect_blindly, connect_silently, hang_up, plan_call

SKEW_ALARM_SECONDS = 2.0


class AnsweredMeanwhile(Exception):
    """Another worker recorded this very call first; the transaction is to be rolled back and asked again."""


class Sounds(Protocol):
    """The part of the recording store that a call needs."""

    def is_whole(self, sha256: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Trunk:
    """The part of a connection that a call needs."""

    id: str
    slug: str
    country: str
    default_route: str | None


@dataclass(frozen=True, slots=True)
class Desk:
    """What answering needs besides the transaction: keys, callers' keys, and the proof of sounds.

    `spent_ms` tells how long the carrier has waited, where somebody measures it.
    """

    vault: Vault
    caller_keys: CallerKeys
    sounds: Sounds
    spent_ms: Callable[[], int] | None = None


def answer_call(session: Session, desk: Desk, trunk: Trunk, facts: CallFacts, now: datetime) -> CallPlan:
    """The plan for this call, with its record written in the same transaction.

    A repeated request has one effect and gets the same answer for as long as that is lawful. Raises
    AnsweredMeanwhile where two requests of one call meet.
    """
    pair = _pair_hash(desk, facts, now)
    found = look_up_call(
        session,
        trunk.id,
        desk.vault.look_up_hashes(facts.dialled),
        facts.carrier_call_id,
        desk.vault.look_up_hashes(facts.caller) if facts.caller else (),
        pair,
        now,
    )
    if found is None:
        return _unknown_line(session, trunk, facts, now)
    line = _line(desk.vault, found)
    instant = Instant(now, found.database_time, found.greatest_recorded)
    if found.earlier is not None:
        return _again(desk, found, facts, line, instant)
    plan = _plan(desk, found, facts, line, instant)
    if plan.plays and not _claim(session, desk, found, facts, instant):
        plan = connect_silently(line, Why.capped, facts)
    if found.same_pair_again and _would_be_capped(session, desk, found, facts, plan, instant):
        plan = replace(plan, why=Why.capped)
    _record(session, desk, trunk, found, facts, plan, pair, instant)
    return plan


def _plan(desk: Desk, found: Found, facts: CallFacts, line: Line, instant: Instant) -> CallPlan:
    why = found.why_silent or _doubt(desk, found)
    local = instant.latest.astimezone(ZoneInfo(found.zone)).time()
    circumstances = Circumstances(
        protected=found.protected or (facts.caller is not None and numbers.is_protected_class(facts.caller)),
        capped=False,
        local_time=local,
        hours=found.hours,
        same_pair_again=found.same_pair_again or found.reported_before,
        shadow=found.shadow,
    )
    return plan_call(facts, line, _notice(found), circumstances, silent_because=why)


def _doubt(desk: Desk, found: Found) -> Why | None:
    """Nothing plays on a database of another revision, nor a recording that is not byte for byte whole."""
    if found.revision != REVISION:
        return Why.trouble
    whole = all(desk.sounds.is_whole(sha256) for sha256, _ in found.recordings)
    return None if whole else Why.damaged


def _again(desk: Desk, found: Found, facts: CallFacts, line: Line, instant: Instant) -> CallPlan:
    """A duplicate: the stored answer is evidence, never a source; the predicate is asked anew."""
    decision, why, notice_id = found.earlier or ("silent", Why.duplicate, None)
    if decision != "played":
        plan = _plan(desk, found, facts, line, instant)
        return plan if plan.connects_to is None else connect_silently(line, Why(why), facts)
    if notice_id != found.notice_id:
        return connect_silently(line, found.why_silent or Why.duplicate, facts)
    settled = replace(found, same_pair_again=False, reported_before=False)
    return _plan(desk, settled, facts, line, instant)


def _claim(session: Session, desk: Desk, found: Found, facts: CallFacts, instant: Instant) -> bool:
    """Count this caller for the notice's period; False where he has been counted before."""
    key = _cap_key(desk, found, facts, instant)
    return key is not None and insert_if_new(session, Heard, {**key, "at": instant.latest})


def _would_be_capped(
    session: Session, desk: Desk, found: Found, facts: CallFacts, plan: CallPlan, instant: Instant
) -> bool:
    """Whether a call that is silent because the same pair came again is one of a caller counted before."""
    if plan.why is not Why.loop or plan.connects_to is None or found.why_silent is not None:
        return False
    key = _cap_key(desk, found, facts, instant)
    return key is not None and session.get(Heard, key) is not None


def _cap_key(desk: Desk, found: Found, facts: CallFacts, instant: Instant) -> dict[str, object] | None:
    """Under which key this caller is counted; None where he cannot be counted."""
    if facts.caller is None or found.notice_id is None or found.starts_at is None:
        return None
    period = cap_period(instant.latest, found.zone, found.cap_days, found.starts_at, found.notice_id)
    caller_hash = desk.caller_keys.hash(period, f"{found.notice_id} {facts.caller}", instant.latest)
    return {"notice_id": found.notice_id, "period": period.name[-40:], "caller_hash": caller_hash}


def _record(
    session: Session,
    desk: Desk,
    trunk: Trunk,
    found: Found,
    facts: CallFacts,
    plan: CallPlan,
    pair: bytes | None,
    instant: Instant,
) -> None:
    played = plan.recordings
    _insert(
        session,
        {
            "id": new_id(instant.application),
            "connection_id": trunk.id,
            "carrier_call_id": facts.carrier_call_id,
            "court_id": found.court_id,
            "line_id": found.line_id,
            "notice_id": found.notice_id,
            "decision": "played" if plan.plays else "silent",
            "why": plan.why.value,
            "shadow": found.shadow,
            "recordings": " ".join(each.sha256 for each in played) or None,
            "played_ms": sum(each.duration_ms for each in played),
            "caller_hash": pair,
            "plan_ms": desk.spent_ms() if desk.spent_ms else None,
            "outcome": "unknown",
            "received_at": instant.application,
        },
    )
    if found.reported_before:
        settle_call(session, trunk.id, facts.carrier_call_id)
    alerts = [*plan.alerts, *(["clock_skew"] if instant.skew_seconds > SKEW_ALARM_SECONDS else [])]
    alerts += [plan.why.value] if plan.why in {Why.damaged, Why.trouble} else []
    for kind in alerts:
        subject = "platform" if kind == "clock_skew" else found.line_id
        open_alert(session, kind, subject, instant.application, found.court_id)


def _unknown_line(session: Session, trunk: Trunk, facts: CallFacts, now: datetime) -> CallPlan:
    """Signed, but nobody enrolled this number: connect by the connection's default route, else hang up.

    What came back to us by that very route would go round for ever: it ends.
    """
    if facts.returned:
        plan = hang_up(Why.loop)
    elif trunk.default_route is None:
        plan = hang_up(Why.unknown_line)
    else:
        plan = by_default_route(trunk.default_route, facts.dialled, Why.unknown_line)
    row = {
        "id": new_id(now),
        "connection_id": trunk.id,
        "carrier_call_id": facts.carrier_call_id,
        "decision": "silent",
        "why": plan.why.value,
        "shadow": False,
        "played_ms": 0,
        "outcome": "unknown",
        "received_at": now,
    }
    if insert_if_new(session, Call, row):
        open_alert(session, plan.why.value, trunk.id, now)
    return plan


def by_default_route(template: str, dialled: str, why: Why) -> CallPlan:
    """Connect as the connection's template says; of a SIP address that was dialled the user goes into it."""
    user = dialled.removeprefix("sip:").partition("@")[0]
    return connect_blindly(template.replace("{dialled}", user), why)


def _insert(session: Session, row: dict[str, object]) -> None:
    if not insert_if_new(session, Call, row):
        raise AnsweredMeanwhile


def _pair_hash(desk: Desk, facts: CallFacts, now: datetime) -> bytes | None:
    if facts.caller is None:
        return None
    return desk.caller_keys.hash(pair_period(now), f"{facts.dialled} {facts.caller}", now)


def _line(vault: Vault, found: Found) -> Line:
    return Line(
        id=found.line_id,
        public_number=vault.open(found.public_sealed, "number"),
        gateway_number=vault.open(found.gateway_sealed, "number"),
        deliver_to=vault.open(found.deliver_sealed, "number"),
        caller_id_policy=CallerIdPolicy(found.caller_id_policy),
        ring_seconds=found.ring_seconds,
        time_limit_seconds=found.time_limit_seconds,
    )


def _notice(found: Found) -> Notice | None:
    if found.notice_id is None:
        return None
    return Notice(found.notice_id, tuple(Recording(*each) for each in found.recordings), found.skip_key)
