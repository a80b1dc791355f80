"""The one reader of the wall clock; everything else is handed the time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol


class Clock(Protocol):
    """Something that tells the time as an aware UTC datetime."""

    def now(self) -> datetime: ...


class SystemClock:
    """The operating system's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still: what a test or a replay hands in."""

    at: datetime

    def now(self) -> datetime:
        return self.at


class Instant(NamedTuple):
    """When a call is decided, as three clocks tell it.

    A notice has started when its start is not after the *earlier* of the two clocks; it has ended when its
    end is not after the *latest* of both clocks and of the greatest time ever recorded. So a clock that
    jumps back can never wake a notice that was over.
    """

    application: datetime
    database: datetime
    greatest_recorded: datetime

    @property
    def earliest(self) -> datetime:
        return min(self.application, self.database)

    @property
    def latest(self) -> datetime:
        return max(self.application, self.database, self.greatest_recorded)

    @property
    def skew_seconds(self) -> float:
        """How far the application's clock and the database's are apart."""
        return abs((self.application - self.database).total_seconds())

    @classmethod
    def agreed(cls, at: datetime) -> "Instant":
        """An instant on which all three agree."""
        return cls(at, at, at)
