"""What must be known about a call, a line and a notice before anybody can plan the call."""

from datetime import time
from enum import StrEnum
from typing import NamedTuple


class CallFacts(NamedTuple):
    """One call as its carrier told us of it.

    Numbers are E.164; `dialled` may be a SIP address. `caller` is None when the number is withheld,
    malformed or one of a carrier's placeholders. `diverted_from` names the numbers that diverted the call,
    as the carrier wrote them. `returned` says that our own SIP header came back to us; `attested` that the
    originating carrier vouches for the caller id (STIR level A).
    """

    carrier_call_id: str
    account: str
    dialled: str
    caller: str | None
    diverted_from: tuple[str, ...] = ()
    returned: bool = False
    attested: bool = False


class CallerIdPolicy(StrEnum):
    """Whose number the debtor's telephone shows."""

    pass_through = "pass_through"
    gateway_number = "gateway_number"
    pass_if_attested = "pass_if_attested"


class CallStatus(StrEnum):
    """How a call or its connected leg is doing, in one vocabulary for all carriers."""

    queued = "queued"
    ringing = "ringing"
    in_progress = "in_progress"
    completed = "completed"
    busy = "busy"
    no_answer = "no_answer"
    failed = "failed"
    canceled = "canceled"


class Line(NamedTuple):
    """A debtor's line: what callers dial, what the carrier reports as dialled, where calls are delivered."""

    id: str
    public_number: str
    gateway_number: str
    deliver_to: str
    caller_id_policy: CallerIdPolicy
    ring_seconds: int = 30
    time_limit_seconds: int = 14400


class Recording(NamedTuple):
    """Approved sound, named by what it is: the SHA-256 of its bytes in lower-case hex."""

    sha256: str
    duration_ms: int


class Notice(NamedTuple):
    """A notice that may play now. Whether it may was decided before it came here."""

    id: str
    recordings: tuple[Recording, ...]
    skip_key: bool = True

    @property
    def duration_ms(self) -> int:
        return sum(recording.duration_ms for recording in self.recordings)


class Circumstances(NamedTuple):
    """What else is known about this very call.

    `protected`: the caller stands on the line's or the court's list. `capped`: he has heard the notice in
    this period. `hours`: the court's daily window, start included and end left out, may wrap midnight;
    None means any time. `local_time`: the court's wall time. `same_pair_again`: the same caller reached the
    same line less than three seconds ago. `shadow`: the programme is on trial and decides without playing.
    `over_parallel_cap`: more calls are up on the line than two persons allowed.
    """

    protected: bool = False
    capped: bool = False
    local_time: time | None = None
    hours: tuple[time, time] | None = None
    same_pair_again: bool = False
    shadow: bool = False
    over_parallel_cap: bool = False
