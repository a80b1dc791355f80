"""Enrolments that a clerk has begun: what was typed, right or wrong, until it is submitted or given up."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, Id, Ref, Sealed, Word, one_of


class EnrolmentDraft(Base):
    """What was typed names people and numbers: it is sealed, and goes when the draft is no longer open."""

    __tablename__ = "enrolment_draft"
    __table_args__ = (
        CheckConstraint(one_of("state", "open", "submitted", "discarded"), name="state"),
        CheckConstraint("(state = 'open') = (typed_sealed IS NOT NULL)", name="typed_while_open"),
        CheckConstraint("(state = 'submitted') = (notice_id IS NOT NULL)", name="became"),
        Index("ix_enrolment_draft_court", "court_id", "state", "id"),
    )

    id: Mapped[Id]
    court_id: Mapped[Ref] = mapped_column(ForeignKey("court.id"))
    created_by: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"))
    changed_by: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"))
    state: Mapped[Word] = mapped_column(default="open")
    step: Mapped[Word]
    """The furthest step that was reached."""
    typed_sealed: Mapped[Sealed | None]
    notice_id: Mapped[Ref | None]
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime]
