"""Test calls: a notice heard on one's own phone. None of them is a call, and nothing counts them as one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, Id, Line, Ref, Word, one_of


class TestCall(Base):
    """One test call: by whom, of which approved sound. The phone's number is not kept.

    `answered` when the carrier asked for the plan, once; `carrier_call_id` is the call that asked.
    """

    __tablename__ = "test_call"
    __table_args__ = (
        CheckConstraint(one_of("state", "placed", "answered", "failed"), name="state"),
        CheckConstraint("(notice_id IS NULL) <> (recording_id IS NULL)", name="one_subject"),
        CheckConstraint("state <> 'answered' OR carrier_call_id IS NOT NULL", name="answered_by"),
        Index("ix_test_call_person", "user_id", "created_at"),
    )

    id: Mapped[Id]
    court_id: Mapped[Ref] = mapped_column(ForeignKey("court.id"))
    user_id: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"))
    connection_id: Mapped[Ref] = mapped_column(ForeignKey("connection.id"))
    notice_id: Mapped[Ref | None] = mapped_column(ForeignKey("notice.id"))
    recording_id: Mapped[Ref | None] = mapped_column(ForeignKey("recording.id"))
    recordings: Mapped[str] = mapped_column(String(130))
    """The SHA-256 of each, in the order in which they are heard."""
    state: Mapped[Word] = mapped_column(default="placed")
    failure: Mapped[Word | None]
    """The carrier's code where it did not place the call."""
    carrier_call_id: Mapped[Line | None]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
