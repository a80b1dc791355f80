"""A request that waits for its reply, and what it may be told."""

import time
from dataclasses import dataclass, field
from typing import NamedTuple

from gateway.deadline import Ticket
from gateway.runtime import COMMIT_GRACE_SECONDS
from gateway.web.guard import Knock

_PLAIN = "text/plain; charset=utf-8"


class Reply(NamedTuple):
    """What a carrier is answered."""

    status: int
    content_type: str
    body: bytes


FORBIDDEN = Reply(403, _PLAIN, b"forbidden\n")
"""The same few bytes for every kind of refusal, so that nothing can be learnt from it."""
UNKNOWN = Reply(503, _PLAIN, b"")
"""Makes the carrier use its own fallback, which connects the call."""
TROUBLE = Reply(500, _PLAIN, b"Internal Server Error\n")


@dataclass(slots=True)
class Waiting:
    """A request that waits for its reply.

    Whoever settles its ticket first gives the reply: we, before the commit that records the call, or the
    door, when time is out. So a call that the door connected by itself is never recorded, nor counted as
    heard.
    """

    knock: Knock
    ticket: Ticket = field(default_factory=Ticket)
    ours: bool = False

    def settle(self) -> bool:
        """True where the reply is ours to give, however often it is asked."""
        self.ours = self.ours or self.ticket.settle()
        return self.ours

    @property
    def is_late(self) -> bool:
        """Whether the door has given it up: it waits a little longer for what is ours, and no longer."""
        grace = COMMIT_GRACE_SECONDS if self.ours else 0.0
        return time.monotonic() >= self.knock.until + grace
