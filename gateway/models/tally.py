"""Tallies: counts that a page may show at once, where counting the rows themselves would take too long."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, Ref, Word

OF_NO_COURT = "platform"
"""The court of calls to numbers that nobody enrolled."""


NOT_STARTED = "not_started"
"""Beside the stored states: of the approved notices those whose start was still to come."""


class NoticeTally(Base):
    """How many notices of a court were stored in a state when the scheduler last counted."""

    __tablename__ = "notice_tally"
    __table_args__ = (CheckConstraint("notices >= 0", name="count"),)

    court_id: Mapped[Ref] = mapped_column(primary_key=True)
    state: Mapped[Word] = mapped_column(primary_key=True)
    notices: Mapped[int]
    counted_at: Mapped[datetime]


class CallTally(Base):
    """The calls of one of the court's days over one connection. It holds no trace of who called whom.

    `plan_ms` is JSON: milliseconds until the plan stood -> number of calls.
    """

    __tablename__ = "call_tally"
    __table_args__ = (
        CheckConstraint(
            "calls = connected + busy + no_answer + failed + canceled + unknown", name="each_has_an_outcome"
        ),
        CheckConstraint("played <= calls AND heard <= played AND skipped <= heard", name="heard_was_played"),
        Index("ix_call_tally_day", "day"),
    )

    court_id: Mapped[Ref] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    connection_id: Mapped[Ref] = mapped_column(primary_key=True)
    calls: Mapped[int]
    played: Mapped[int]
    heard: Mapped[int]
    skipped: Mapped[int]
    connected: Mapped[int]
    busy: Mapped[int]
    no_answer: Mapped[int]
    failed: Mapped[int]
    canceled: Mapped[int]
    unknown: Mapped[int]
    plan_ms: Mapped[str] = mapped_column(Text)
    last_at: Mapped[datetime]
    counted_at: Mapped[datetime]
