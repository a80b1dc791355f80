"""Prompts and their recordings: each upload of a prompt is a version, approved by its hash."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, Id, Line, Ref, Word, one_of

_SUBMITTED = text("state = 'submitted'")


class Prompt(Base):
    """A court's template: one wording in one language, never for one person."""

    __tablename__ = "prompt"
    __table_args__ = (UniqueConstraint("court_id", "name", "language"), UniqueConstraint("court_id", "id"))

    id: Mapped[Id]
    court_id: Mapped[Ref] = mapped_column(ForeignKey("court.id"))
    name: Mapped[Line]
    language: Mapped[Word]
    created_at: Mapped[datetime]


class Recording(Base):
    """One version of a prompt; the sound lies under its SHA-256 in each host's store, and in `sound`."""

    __tablename__ = "recording"
    __table_args__ = (
        UniqueConstraint("prompt_id", "number"),
        UniqueConstraint("court_id", "id"),
        CheckConstraint(
            one_of("state", "draft", "submitted", "approved", "rejected", "withdrawn"), name="state"
        ),
        CheckConstraint(
            "state <> 'approved' OR (approved_by IS NOT NULL AND submitted_by IS NOT NULL"
            " AND approved_by <> uploaded_by AND approved_by <> submitted_by)",
            name="second_person",
        ),
        Index("ix_recording_waiting", "court_id", "id", sqlite_where=_SUBMITTED, postgresql_where=_SUBMITTED),
    )

    id: Mapped[Id]
    court_id: Mapped[Ref] = mapped_column(ForeignKey("court.id"))
    prompt_id: Mapped[Ref] = mapped_column(ForeignKey("prompt.id"))
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    transcript: Mapped[str] = mapped_column(Text)
    duration_ms: Mapped[int]
    loudness_lufs: Mapped[float] = mapped_column(Float)
    peak_dbfs: Mapped[float] = mapped_column(Float)
    findings: Mapped[str | None] = mapped_column(Text)
    """What the checks found when it was uploaded; see gateway/services/prompt_report.py."""
    state: Mapped[Word] = mapped_column(default="draft")
    uploaded_by: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"))
    submitted_by: Mapped[Ref | None] = mapped_column(ForeignKey("user_account.id"))
    approved_by: Mapped[Ref | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    remark_id: Mapped[Ref | None] = mapped_column(ForeignKey("remark.id"))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class Sound(Base):
    """The bytes of a recording, for hosts whose own store lacks them; never changed. No call reads them."""

    __tablename__ = "sound"
    __table_args__ = (CheckConstraint("length(wav) <= 1000000", name="small"),)

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    wav: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)
