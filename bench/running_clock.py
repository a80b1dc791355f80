"""A clock that runs from a given moment: ids made one after the other then sort as they do in use."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class RunningClock:
    """`since` is when it began to run."""

    at: datetime
    since: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self.since)
