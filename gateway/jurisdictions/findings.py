"""What the law answers when it is asked for a date."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Term:
    """How long a debtor is listed; `last_day` None means without a term, `ended_early_on` the day on which
    an early deletion was decided. A term whose last day lies before its first holds no day at all.
    """

    starts_on: date
    last_day: date | None
    ended_early_on: date | None = None

    @property
    def is_empty(self) -> bool:
        return self.last_day is not None and self.last_day < self.starts_on


NO_LISTING = Term(starts_on=date.max, last_day=date.min)


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which a notice may play, both included; empty when the last lies before the first."""

    first_day: date
    last_day: date

    @property
    def is_empty(self) -> bool:
        return self.last_day < self.first_day

    def holds(self, day: date) -> bool:
        """Whether the notice may play on that day."""
        return self.first_day <= day <= self.last_day


NO_DAY = Window(first_day=date.max, last_day=date.min)


class DeletionStatus(StrEnum):
    """What is known about the day by which the formal record must be deleted."""

    DUE = "due"
    NOT_DUE_BEFORE_TERM = "not_due_before_term"
    NOT_COMPUTABLE = "not_computable"


@dataclass(frozen=True, slots=True)
class FormalDeletion:
    """When the formal record must be gone. The notice is silent at once, whatever stands here.

    `due_on` is None when the calendar does not know the year; with `not_due_before_term` it is the day that
    the term leads to, as far as known.
    """

    status: DeletionStatus
    due_on: date | None
    article: str


class DueStatus(StrEnum):
    """Whether a clock could be computed."""

    COMPUTED = "computed"
    NOT_COMPUTABLE = "not_computable"


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of a legal clock; None while the calendar does not know the year it falls in."""

    status: DueStatus
    due_on: date | None
    article: str
