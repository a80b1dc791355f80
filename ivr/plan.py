"""What to do with a call: a few steps, in words that every carrier can be told in its own language."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from operator import itemgetter
from typing import NamedTuple

from ivr.facts import CallerIdPolicy, CallFacts, CallStatus, Circumstances, Line, Notice, Recording
from ivr.loops import is_certain_loop, is_foreign_diversion
from ivr.numbers import is_protected_class


class Why(StrEnum):
    """Why a notice plays, or does not: the contract's `call.why`, and what follows in a call."""

    playing = "playing"
    no_notice = "no_notice"
    closed = "closed"
    suspended = "suspended"
    ended = "ended"
    not_started = "not_started"
    capped = "capped"
    protected = "protected"
    hours = "hours"
    stale = "stale"
    review = "review"
    withdrawn = "withdrawn"
    disabled = "disabled"
    loop = "loop"
    withheld = "withheld"
    self_call = "self_call"
    diversion_mismatch = "diversion_mismatch"
    parallel = "parallel"
    shadow = "shadow"
    unknown_line = "unknown_line"
    damaged = "damaged"
    trouble = "trouble"
    fallback = "fallback"
    duplicate = "duplicate"
    key_pressed = "key_pressed"
    caller_id_refused = "caller_id_refused"
    leg_ended = "leg_ended"
    test_call = "test_call"


class Play(NamedTuple):
    """Play approved recordings in this order; with `skip_key` any key goes on to the next step."""

    recordings: tuple[Recording, ...]
    skip_key: bool = True


class Connect(NamedTuple):
    """Connect to a number or SIP address, without recording.

    `caller_id` None passes the caller's own. `attempt` 2 is the one retry with another caller id. With
    `reported` the carrier asks us what to do when the leg has ended; without it the call just ends, so that
    a plan made in trouble cannot come back to us and be connected once more.
    """

    to: str
    caller_id: str | None = None
    ring_seconds: int = 30
    time_limit_seconds: int = 14400
    attempt: int = 1
    reported: bool = True


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


Step = Play | Connect | Hangup


class CallPlan(NamedTuple):
    """Steps in order, why they were chosen, and codes of what an operator must be told."""

    steps: tuple[Step, ...]
    why: Why
    alerts: tuple[str, ...] = ()

    @property
    def plays(self) -> bool:
        return any(isinstance(step, Play) and step.recordings for step in self.steps)

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """All that would be heard, in order."""
        return tuple([each for step in self.steps if isinstance(step, Play) for each in step.recordings])

    @property
    def connects_to(self) -> str | None:
        """Where the call goes; None where it ends."""
        return next((step.to for step in self.steps if isinstance(step, Connect)), None)


def plan_call(
    facts: CallFacts,
    line: Line,
    notice: Notice | None,
    circumstances: Circumstances,
    silent_because: Why | None = None,
) -> CallPlan:
    """Plan an inbound call to a known line.

    `notice` is the one that may play now, or None; `silent_because` says why none may, and silences even
    where a notice was handed in. Only a certain loop ends the call; everything else connects it.
    """
    if is_certain_loop(facts, line):
        return CallPlan((Hangup(),), Why.loop, ("loop",))
    reasons = _reasons_for_silence(facts, line, notice, circumstances, silent_because)
    if notice is not None and not reasons:
        play = Play(notice.recordings, notice.skip_key)
        return CallPlan((play, _connect(line, facts)), Why.playing)
    alerts = tuple(alert for _, alert in reasons if alert)
    return connect_silently(line, reasons[0][0], facts, alerts)


def _reasons_for_silence(
    facts: CallFacts, line: Line, notice: Notice | None, about: Circumstances, because: Why | None
) -> list[tuple[Why, str | None]]:
    """Every reason that holds, the one to be recorded first, each with the alert that it raises.

    What endangers the call itself stands before what only concerns the notice; who is calling stands before
    how often he did, as a caller who is not counted cannot be capped. The trial mode comes last, so that its
    records show what would have been played.
    """
    table: tuple[tuple[bool, Why, str | None], ...] = (
        (is_foreign_diversion(facts, line), Why.diversion_mismatch, "diversion_mismatch"),
        (about.same_pair_again, Why.loop, "same_pair_again"),
        (about.over_parallel_cap, Why.parallel, "over_parallel_cap"),
        (because is not None, because or Why.no_notice, None),
        (notice is None or not notice.recordings, Why.no_notice, None),
        (_is_own_number(facts.caller, line), Why.self_call, None),
        (about.protected or is_protected_class(facts.caller), Why.protected, None),
        (facts.caller is None, Why.withheld, None),
        (not _is_within(about.hours, about.local_time), Why.hours, None),
        (about.capped, Why.capped, None),
        (about.shadow, Why.shadow, None),
    )
    return [(why, alert) for _, why, alert in filter(itemgetter(0), table)]


def connect_silently(
    line: Line, why: Why, facts: CallFacts | None = None, alerts: tuple[str, ...] = ()
) -> CallPlan:
    """Connect to the line's delivery address without a notice. Without facts the caller counts as known
    and not attested."""
    return CallPlan((_connect(line, facts),), why, alerts)


def connect_blindly(
    to: str,
    why: Why,
    policy: CallerIdPolicy = CallerIdPolicy.pass_through,
    gateway_number: str | None = None,
    alerts: tuple[str, ...] = (),
) -> CallPlan:
    """Connect where nothing but a destination is certain: forward map, fallback, default route.

    Nothing is asked of us when the leg ends. `gateway_number` is shown unless the policy passes the
    caller's own; where it is not known, the caller's own passes.
    """
    shown = None if policy is CallerIdPolicy.pass_through else gateway_number
    return CallPlan((Connect(to, shown, reported=False),), why, alerts)


def hang_up(why: Why, alerts: tuple[str, ...] = ()) -> CallPlan:
    return CallPlan((Hangup(),), why, alerts)


def after_leg(status: CallStatus, attempt: int, line: Line) -> CallPlan:
    """What happens when the connected leg, attempt 1 or 2, has ended with this status.

    A carrier that may not show the caller's own number reports a failed leg (Twilio errors 13214 and
    21210), so a failed first attempt that passed it is made once more with the gateway's number.
    """
    passed = line.caller_id_policy is not CallerIdPolicy.gateway_number
    if status is CallStatus.failed and attempt == 1 and passed:
        again = _connect(line, None)._replace(caller_id=line.gateway_number, attempt=2)
        return CallPlan((again,), Why.caller_id_refused)
    return hang_up(Why.leg_ended)


def _connect(line: Line, facts: CallFacts | None) -> Connect:
    shown = _caller_id(line, facts)
    return Connect(line.deliver_to, shown, line.ring_seconds, line.time_limit_seconds)


def _caller_id(line: Line, facts: CallFacts | None) -> str | None:
    """None passes the caller's own. A withheld or unreadable caller id is replaced whatever the policy: the
    far end may refuse the placeholder that the carrier would pass on (Twilio error 13214)."""
    withheld = facts is not None and facts.caller is None
    policy, attested = line.caller_id_policy, facts is not None and facts.attested
    passes = policy is CallerIdPolicy.pass_through or (policy is CallerIdPolicy.pass_if_attested and attested)
    return None if passes and not withheld else line.gateway_number


def _is_own_number(caller: str | None, line: Line) -> bool:
    return caller is not None and caller in (line.public_number, line.gateway_number, line.deliver_to)


def _is_within(hours: tuple[time, time] | None, local: time | None) -> bool:
    """A window includes its start and leaves out its end; one that starts later than it ends goes over
    midnight; one that starts when it ends is empty. Without the time of day nothing is within."""
    if hours is None:
        return True
    if local is None:
        return False
    start, end = hours
    return start <= local < end if start <= end else local >= start or local < end
