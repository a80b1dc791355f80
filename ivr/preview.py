"""What callers will hear, as a timeline: read off the very plans that calls are answered with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from types import MappingProxyType

from ivr.facts import CallFacts, Circumstances, Line, Notice, Recording
from ivr.plan import CallPlan, Connect, Hangup, Play, Why, plan_call


class Sound(StrEnum):
    """What a caller hears in one stretch of a call."""

    NOTICE = "notice"
    RINGING = "ringing"
    TALK = "talk"
    END = "end"


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `begins_ms` after the answer, for at most `lasts_ms`. `recording` is what plays, in a notice;
    `skips` says that any key goes on to the next stretch."""

    sound: Sound
    begins_ms: int
    lasts_ms: int
    recording: Recording | None = None
    skips: bool = False


class Caller(StrEnum):
    """Who calls, and when: each hears something of his own."""

    FIRST = "first"
    AGAIN = "again"
    PROTECTED = "protected"
    WITHHELD = "withheld"
    OUTSIDE_HOURS = "outside_hours"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Preview:
    """What one kind of caller hears, and why."""

    caller: Caller
    why: Why
    stretches: tuple[Stretch, ...]

    @property
    def notice_ms(self) -> int:
        """How long the notice keeps the caller waiting; 0 where he hears none."""
        return sum(each.lasts_ms for each in self.stretches if each.sound is Sound.NOTICE)


def stretches(plan: CallPlan) -> tuple[Stretch, ...]:
    """The plan's steps one after the other; a connection rings first, and is then talked over."""
    return tuple(_along(plan))


def previews(line: Line, notice: Notice, hours: tuple[time, time] | None) -> tuple[Preview, ...]:
    """One preview for each caller; without a window of hours nobody calls outside it."""
    callers = (each for each in Caller if each is not Caller.OUTSIDE_HOURS or hours is not None)
    return tuple(_preview(each, line, notice, hours) for each in callers)


_SOMEBODY = CallFacts("preview", "preview", "preview", "+12025550100")
"""A caller of no country's emergency or public service, who stands on nobody's list."""

_CALLS: Mapping[Caller, tuple[CallFacts, Circumstances, Why | None]] = MappingProxyType(
    {
        Caller.FIRST: (_SOMEBODY, Circumstances(), None),
        Caller.AGAIN: (_SOMEBODY, Circumstances(capped=True), None),
        Caller.PROTECTED: (_SOMEBODY, Circumstances(protected=True), None),
        Caller.WITHHELD: (_SOMEBODY._replace(caller=None), Circumstances(), None),
        Caller.OUTSIDE_HOURS: (_SOMEBODY, Circumstances(), None),
        Caller.SUSPENDED: (_SOMEBODY, Circumstances(), Why.suspended),
    }
)


def _preview(caller: Caller, line: Line, notice: Notice, hours: tuple[time, time] | None) -> Preview:
    facts, circumstances, silent_because = _CALLS[caller]
    at = None
    if hours is not None:
        # A window includes its start and leaves out its end.
        at = hours[1] if caller is Caller.OUTSIDE_HOURS else hours[0]
    about = circumstances._replace(hours=hours, local_time=at)
    plan = plan_call(facts, line, notice, about, silent_because)
    return Preview(caller, plan.why, stretches(plan))


def _along(plan: CallPlan) -> Iterator[Stretch]:
    at = 0
    for step in plan.steps:
        match step:
            case Play():
                for recording in step.recordings:
                    yield Stretch(Sound.NOTICE, at, recording.duration_ms, recording, step.skip_key)
                    at += recording.duration_ms
            case Connect():
                yield Stretch(Sound.RINGING, at, step.ring_seconds * 1000)
                yield Stretch(Sound.TALK, at, step.time_limit_seconds * 1000)
            case Hangup():
                yield Stretch(Sound.END, at, 0)
