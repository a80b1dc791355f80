"""Calls, what carriers reported of them, and who has heard a notice within its cap."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, Hash, Id, Line, Ref, Word, one_of


class Call(Base):
    """One inbound call: what was decided and, as callbacks arrive, what came of it."""

    __tablename__ = "call"
    __table_args__ = (
        UniqueConstraint("connection_id", "carrier_call_id"),
        CheckConstraint(one_of("decision", "played", "silent"), name="decision"),
        CheckConstraint(
            one_of("outcome", "connected", "busy", "no_answer", "failed", "canceled", "unknown"),
            name="outcome",
        ),
        CheckConstraint("decision = 'silent' OR notice_id IS NOT NULL", name="played_a_notice"),
        Index("ix_call_line", "line_id", "received_at"),
        Index("ix_call_court", "court_id", "id"),
    )

    id: Mapped[Id]
    connection_id: Mapped[Ref] = mapped_column(ForeignKey("connection.id"))
    carrier_call_id: Mapped[Line]
    court_id: Mapped[Ref | None]
    line_id: Mapped[Ref | None]
    notice_id: Mapped[Ref | None]
    decision: Mapped[Word]
    why: Mapped[Word]
    shadow: Mapped[bool] = mapped_column(default=False)
    recordings: Mapped[str | None] = mapped_column(String(130))
    played_ms: Mapped[int] = mapped_column(default=0)
    caller_hash: Mapped[Hash | None]
    heard_ms: Mapped[int | None]
    outcome: Mapped[Word] = mapped_column(default="unknown")
    plan_ms: Mapped[int | None] = mapped_column(SmallInteger)
    """From the carrier's request to the plan, before it was committed; None where nobody measured."""
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    received_at: Mapped[datetime] = mapped_column(index=True)


class CallEvent(Base):
    """What a carrier reported; kept by the carrier's call id, as a callback may come before the call."""

    __tablename__ = "call_event"
    __table_args__ = (
        UniqueConstraint("connection_id", "carrier_call_id", "kind", "status", "sequence"),
        CheckConstraint(one_of("kind", "keys", "dialled", "status"), name="kind"),
    )

    id: Mapped[Id]
    connection_id: Mapped[Ref] = mapped_column(ForeignKey("connection.id"))
    carrier_call_id: Mapped[Line]
    kind: Mapped[Word]
    status: Mapped[Word]
    sequence: Mapped[int]
    duration_s: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(index=True)


class Heard(Base):
    """That a caller was given a notice in a period; the key of the hash is destroyed when the period ends."""

    __tablename__ = "heard"

    notice_id: Mapped[Ref] = mapped_column(primary_key=True)
    period: Mapped[Word] = mapped_column(primary_key=True)
    caller_hash: Mapped[Hash] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
