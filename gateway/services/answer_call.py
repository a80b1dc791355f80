"""Answering calls: looked up by one statement each, planned purely, and recorded before they are answered."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from gateway.call_transaction import Transaction
from gateway.caller_keys import CallerKeys, cap_period, pair_period
from gateway.clock import Instant
from gateway.ids import new_ids
from gateway.models import Call, Heard
from gateway.prepared import Prepared
from gateway.schema import REVISION
from gateway.services.alerts import open_alert
from gateway.services.incoming import Incoming, Trunk
from gateway.services.look_up_call import Found, Question, look_up, look_up_calls
from gateway.services.record_progress import settle_call
from gateway.services.upsert import EachIfNew
from gateway.vault import Vault
from ivr.facts import CallerIdPolicy, CallFacts, Circumstances, Line, Notice, Recording
from ivr.plan import CallPlan, Why, connect_blindly, connect_silently, hang_up, plan_call

SKEW_ALARM_SECONDS = 2.0
_CALLS = EachIfNew(
    Call,
    (
        *("id", "connection_id", "carrier_call_id", "court_id", "line_id", "notice_id", "decision", "why"),
        *("shadow", "recordings", "played_ms", "caller_hash", "plan_ms", "outcome", "received_at"),
    ),
    key=("id",),
)
_COUNTED = EachIfNew(
    Heard, ("notice_id", "period", "caller_hash", "at"), ("notice_id", "period", "caller_hash")
)


def statements(keys: int) -> tuple[Prepared, ...]:
    """All that are asked for a call, where numbers may stand under so many keys."""
    return look_up(keys), _COUNTED.prepared, _CALLS.prepared


class AnsweredMeanwhile(Exception):
    """Another worker recorded this very call first; the transaction is to be rolled back and asked again."""


class Sounds(Protocol):
    """The part of the recording store that a call needs."""

    def is_whole(self, sha256: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What answering needs besides the transaction: keys, callers' keys, and the proof of sounds."""

    vault: Vault
    caller_keys: CallerKeys
    sounds: Sounds


class _AskedOnce:
    """Sounds that are asked once for all calls of a transaction."""

    def __init__(self, sounds: Sounds) -> None:
        self._sounds, self._whole = sounds, dict[str, bool]()

    def is_whole(self, sha256: str) -> bool:
        if sha256 not in self._whole:
            self._whole[sha256] = self._sounds.is_whole(sha256)
        return self._whole[sha256]


def answer_calls(
    transaction: Transaction, desk: Desk, calls: Sequence[Incoming], now: datetime
) -> list[CallPlan]:
    """The plan for each of these calls, with its record written in the same transaction.

    No two of the calls may meet (`apart`): their plans are the same as if they were answered one after the
    other. A repeated request has one effect and gets the same answer for as long as that is lawful. Raises
    AnsweredMeanwhile where two requests of one call meet after all, in two transactions.

    Rows are written table by table in the order of their keys, so that two transactions at once wait for each
    other in one direction only.
    """
    desk = Desk(desk.vault, desk.caller_keys, _AskedOnce(desk.sounds))
    pairs = [_pair_hash(desk, call.facts, now) for call in calls]
    questions = [_question(desk, call, pair) for call, pair in zip(calls, pairs, strict=True)]
    answers = look_up_calls(transaction, questions, now)
    drafts = [_draft(desk, *each, now) for each in zip(calls, pairs, answers, strict=True)]
    new = [draft for draft in drafts if draft.is_new]
    _claim(transaction, desk, [draft for draft in new if draft.plan.plays])
    for draft in new:
        if _would_be_capped(transaction, desk, draft):
            draft.plan = draft.plan._replace(why=Why.capped)
    _record(transaction, new, now)
    return [draft.plan for draft in drafts]


@dataclass(slots=True)
class _Draft:
    """A call on its way to its plan; `is_new` unless it was answered before."""

    call: Incoming
    pair: bytes | None
    found: Found | None
    line: Line | None
    instant: Instant
    plan: CallPlan
    is_new: bool = True


def _question(desk: Desk, call: Incoming, pair: bytes | None) -> Question:
    facts = call.facts
    callers = desk.vault.look_up_hashes(facts.caller) if facts.caller else ()
    dialled = desk.vault.look_up_hashes(facts.dialled)
    return Question(call.trunk.id, dialled, facts.carrier_call_id, callers, pair)


def _draft(desk: Desk, call: Incoming, pair: bytes | None, found: Found | None, now: datetime) -> _Draft:
    facts = call.facts
    if found is None:
        return _Draft(call, pair, None, None, Instant.agreed(now), _unknown_line(call.trunk, facts))
    line = _line(desk.vault, found, facts.dialled)
    instant = Instant(now, found.database_time, found.greatest_recorded)
    if found.earlier_decision is not None:
        return _Draft(call, pair, found, line, instant, _again(desk, found, facts, line, instant), False)
    return _Draft(call, pair, found, line, instant, _plan(desk, found, facts, line, instant))


def _plan(desk: Desk, found: Found, facts: CallFacts, line: Line, instant: Instant) -> CallPlan:
    recordings = found.recordings
    why = found.why_silent or _doubt(desk, found, recordings)
    hours = found.hours
    circumstances = Circumstances(
        protected=found.protected,
        capped=False,
        local_time=instant.latest.astimezone(ZoneInfo(found.zone)).time() if hours else None,
        hours=hours,
        same_pair_again=found.same_pair_again or found.reported_before,
        shadow=found.shadow,
    )
    notice = Notice(found.notice_id, recordings, found.skip_key) if found.notice_id is not None else None
    return plan_call(facts, line, notice, circumstances, silent_because=why)


def _doubt(desk: Desk, found: Found, recordings: Sequence[Recording]) -> Why | None:
    """Nothing plays on a database of another revision, nor a recording that is not byte for byte whole."""
    if found.revision != REVISION:
        return Why.trouble
    whole = [desk.sounds.is_whole(each.sha256) for each in recordings]
    return None if all(whole) else Why.damaged


def _again(desk: Desk, found: Found, facts: CallFacts, line: Line, instant: Instant) -> CallPlan:
    """A duplicate: the stored answer is evidence, never a source; the predicate is asked anew."""
    if found.earlier_decision != "played":
        plan = _plan(desk, found, facts, line, instant)
        why = Why(found.earlier_why or Why.duplicate)
        return plan if plan.connects_to is None else connect_silently(line, why, facts)
    if found.earlier_notice != found.notice_id:
        return connect_silently(line, found.why_silent or Why.duplicate, facts)
    settled = found._replace(same_pair_again=False, reported_before=False)
    return _plan(desk, settled, facts, line, instant)


def _claim(transaction: Transaction, desk: Desk, drafts: Sequence[_Draft]) -> None:
    """Count each caller for the notice's period; who was counted before, or cannot be, hears nothing."""
    keys = [(draft, _cap_key(desk, draft)) for draft in drafts]
    counted = sorted(
        ((draft, key) for draft, key in keys if key is not None), key=lambda each: tuple(each[1].values())
    )
    rows = [{**key, "at": draft.instant.latest} for draft, key in counted]
    inserted = _COUNTED.insert(transaction, rows)
    for draft, new in [
        *((draft, False) for draft, key in keys if key is None),
        *((draft, new) for (draft, _), new in zip(counted, inserted, strict=True)),
    ]:
        if not new:
            assert draft.line is not None
            draft.plan = connect_silently(draft.line, Why.capped, draft.call.facts)


def _would_be_capped(transaction: Transaction, desk: Desk, draft: _Draft) -> bool:
    """Whether a call that is silent because the same pair came again is one of a caller counted before."""
    found, plan = draft.found, draft.plan
    if found is None or not found.same_pair_again or plan.why is not Why.loop or plan.connects_to is None:
        return False
    key = _cap_key(desk, draft) if found.why_silent is None else None
    return key is not None and transaction.session.get(Heard, key) is not None


def _cap_key(desk: Desk, draft: _Draft) -> dict[str, Any] | None:
    """Under which key this caller is counted; None where he cannot be counted."""
    found, caller, latest = draft.found, draft.call.facts.caller, draft.instant.latest
    if found is None or caller is None or found.notice_id is None or found.starts_at is None:
        return None
    period = cap_period(latest, found.zone, found.cap_days, found.starts_at, found.notice_id)
    caller_hash = desk.caller_keys.hash(period, f"{found.notice_id} {caller}", latest)
    return {"notice_id": found.notice_id, "period": period.name[-40:], "caller_hash": caller_hash}


def _record(transaction: Transaction, drafts: Sequence[_Draft], now: datetime) -> None:
    """Write what was decided; what a person must look at becomes an alert."""
    drafts = sorted(drafts, key=lambda draft: (draft.call.trunk.id, draft.call.facts.carrier_call_id))
    ids = new_ids(now, len(drafts))
    rows = [{"id": new, **_row(draft)} for new, draft in zip(ids, drafts, strict=True)]
    inserted = _CALLS.insert(transaction, rows)
    alerts: Counter[tuple[str, str, str | None]] = Counter()
    for draft, new in zip(drafts, inserted, strict=True):
        found = draft.found
        if found is None:
            alerts.update([(draft.plan.why.value, draft.call.trunk.id, None)] if new else [])
            continue
        if not new:
            raise AnsweredMeanwhile
        if found.reported_before:
            settle_call(transaction.session, draft.call.trunk.id, draft.call.facts.carrier_call_id)
        alerts.update(
            (kind, "platform" if kind == "clock_skew" else found.line_id, found.court_id)
            for kind in _alerts(draft)
        )
    for (kind, subject, court_id), times in sorted(alerts.items(), key=lambda alert: alert[0][:2]):
        open_alert(transaction.session, kind, subject, now, court_id, times)


def _alerts(draft: _Draft) -> list[str]:
    plan = draft.plan
    skew = ["clock_skew"] if draft.instant.skew_seconds > SKEW_ALARM_SECONDS else []
    trouble = [plan.why.value] if plan.why in {Why.damaged, Why.trouble} else []
    return [*plan.alerts, *skew, *trouble]


def _row(draft: _Draft) -> dict[str, Any]:
    found, call, plan, now = draft.found, draft.call, draft.plan, draft.instant.application
    played = plan.recordings
    return {
        "connection_id": call.trunk.id,
        "carrier_call_id": call.facts.carrier_call_id,
        "court_id": found.court_id if found else None,
        "line_id": found.line_id if found else None,
        "notice_id": found.notice_id if found else None,
        "decision": "played" if played else "silent",
        "why": plan.why.value,
        "shadow": found.shadow if found else False,
        "recordings": " ".join(each.sha256 for each in played) or None,
        "played_ms": sum(each.duration_ms for each in played),
        "caller_hash": draft.pair if found else None,
        "plan_ms": call.spent_ms() if found and call.spent_ms else None,
        "outcome": "unknown",
        "received_at": now,
    }


def _unknown_line(trunk: Trunk, facts: CallFacts) -> CallPlan:
    """Signed, but nobody enrolled this number: connect by the connection's default route, else hang up.

    What came back to us by that very route would go round for ever: it ends.
    """
    if facts.returned:
        return hang_up(Why.loop)
    if trunk.default_route is None:
        return hang_up(Why.unknown_line)
    return by_default_route(trunk.default_route, facts.dialled, Why.unknown_line)


def by_default_route(template: str, dialled: str, why: Why) -> CallPlan:
    """Connect as the connection's template says; of a SIP address that was dialled the user goes into it."""
    user = dialled.removeprefix("sip:").partition("@")[0]
    return connect_blindly(template.replace("{dialled}", user), why)


def _pair_hash(desk: Desk, facts: CallFacts, now: datetime) -> bytes | None:
    if facts.caller is None:
        return None
    return desk.caller_keys.hash(pair_period(now), f"{facts.dialled} {facts.caller}", now)


def _line(vault: Vault, found: Found, dialled: str) -> Line:
    """`dialled` is the line's gateway number: by that it was found."""
    return Line(
        id=found.line_id,
        public_number=vault.open(found.public_sealed, "number"),
        gateway_number=dialled,
        deliver_to=vault.open(found.deliver_sealed, "number"),
        caller_id_policy=CallerIdPolicy(found.caller_id_policy),
        ring_seconds=found.ring_seconds,
        time_limit_seconds=found.time_limit_seconds,
    )
