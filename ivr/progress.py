"""The life of a call after the plan: what each report of the carrier proves, whatever order they come in.

Reports are merged, never sequenced: each adds evidence, evidence is only ever strengthened, and the result is
read off the evidence. So duplicates, reorderings and reports a day late all end in the same state.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ivr.facts import CallStatus


class Outcome(StrEnum):
    """What became of the call, as far as the carrier has shown."""

    connected = "connected"
    busy = "busy"
    no_answer = "no_answer"
    failed = "failed"
    canceled = "canceled"
    unknown = "unknown"


@dataclass(frozen=True, slots=True)
class KeysPressed:
    """The caller pressed keys while the notice played, `after_ms` after it was handed out, if known."""

    digits: str
    after_ms: int | None = None


@dataclass(frozen=True, slots=True)
class LegEnded:
    """The connected leg ended; it had been dialled, so the notice before it was over."""

    status: CallStatus
    duration_s: int | None = None


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The state of the caller's call itself. `sequence` and `at` are the carrier's; neither is relied on."""

    status: CallStatus
    duration_s: int | None = None
    sequence: int = 0
    at: datetime | None = None


Event = KeysPressed | LegEnded | StatusReport


@dataclass(frozen=True, slots=True)
class CallProgress:
    """What is proved of a call so far. `heard_ms` is None where nothing is proved, or nothing was played."""

    outcome: Outcome = Outcome.unknown
    heard_ms: int | None = None
    ended: bool = False
    pressed: bool = False
    pressed_after_ms: int | None = None
    leg_dialled: bool = False
    duration_s: int | None = None


# What a report proves of the outcome. That the caller's own call completed proves nothing: the notice
# itself had answered it.
_LEG_PROVES: dict[CallStatus, Outcome] = {
    CallStatus.completed: Outcome.connected,
    CallStatus.in_progress: Outcome.connected,
    CallStatus.busy: Outcome.busy,
    CallStatus.no_answer: Outcome.no_answer,
    CallStatus.failed: Outcome.failed,
    CallStatus.canceled: Outcome.canceled,
}
_CALL_PROVES: dict[CallStatus, Outcome] = {
    CallStatus.busy: Outcome.busy,
    CallStatus.no_answer: Outcome.no_answer,
    CallStatus.failed: Outcome.failed,
    CallStatus.canceled: Outcome.canceled,
}
_ENDED = frozenset(
    {CallStatus.completed, CallStatus.busy, CallStatus.no_answer, CallStatus.failed, CallStatus.canceled}
)
# The later in this row, the stronger: a retried leg that connected outweighs the failed one before it.
_STRENGTH = (
    Outcome.unknown,
    Outcome.failed,
    Outcome.canceled,
    Outcome.no_answer,
    Outcome.busy,
    Outcome.connected,
)


def advance(progress: CallProgress, event: Event, notice_ms: int = 0) -> CallProgress:
    """The progress with one more report taken in. `notice_ms` is how long the planned notice is, 0 where
    none was planned; it must be the same for all reports of one call."""
    proved = _take_in(progress, event)
    return replace(proved, heard_ms=_heard(proved, notice_ms))


def _take_in(progress: CallProgress, event: Event) -> CallProgress:
    match event:
        case KeysPressed():
            known = _least(progress.pressed_after_ms, event.after_ms)
            return replace(progress, pressed=True, pressed_after_ms=known)
        case LegEnded():
            outcome = _stronger(progress.outcome, _LEG_PROVES.get(event.status, Outcome.unknown))
            return replace(progress, leg_dialled=True, outcome=outcome)
        case StatusReport():
            outcome = _stronger(progress.outcome, _CALL_PROVES.get(event.status, Outcome.unknown))
            duration = _greatest(progress.duration_s, event.duration_s)
            ended = progress.ended or event.status in _ENDED
            return replace(progress, outcome=outcome, ended=ended, duration_s=duration)


def _heard(progress: CallProgress, notice_ms: int) -> int | None:
    """Only positive evidence counts: a key at a known moment, or the leg dialled with no key before it."""
    if notice_ms <= 0:
        return None
    if progress.pressed:
        at = progress.pressed_after_ms
        return None if at is None else min(max(at, 0), notice_ms)
    return notice_ms if progress.leg_dialled else None


def _stronger(one: Outcome, other: Outcome) -> Outcome:
    return max(one, other, key=_STRENGTH.index)


def _least(one: int | None, other: int | None) -> int | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _greatest(one: int | None, other: int | None) -> int | None:
    return max((each for each in (one, other) if each is not None), default=None)
