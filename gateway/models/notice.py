"""Notices: that callers of one line hear one or two approved recordings, for a time set by law."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import FAR_FUTURE, Base, Hash, Id, Line, Ref, Sealed, Word, one_of

_LIVE = text("state IN ('approved', 'suspended')")
_APPROVED = text("state = 'approved'")
_SUSPENDED = text("state = 'suspended'")
_WAITING_ALONE = text("state = 'submitted' AND import_id IS NULL")
_WAITING_IN_IMPORT = text("state = 'submitted' AND import_id IS NOT NULL")
_OPEN = text("state = 'open'")


class Notice(Base):
    """What people decided is stored; whether it is in force is computed from it at each call.

    Stored states: draft, submitted, rejected, approved, suspended, ended. "In force" is approved, started
    and not yet over. `starts_at`, `ends_at` and `review_until` are the court's dates as instants.
    """

    __tablename__ = "notice"
    __table_args__ = (
        ForeignKeyConstraint(["court_id", "case_id"], ["enforcement_case.court_id", "enforcement_case.id"]),
        ForeignKeyConstraint(["court_id", "line_id"], ["line.court_id", "line.id"]),
        ForeignKeyConstraint(["court_id", "recording_id"], ["recording.court_id", "recording.id"]),
        ForeignKeyConstraint(["court_id", "second_recording_id"], ["recording.court_id", "recording.id"]),
        ForeignKeyConstraint(
            ["case_id", "decision_id", "decision_complete"],
            ["decision.case_id", "decision.id", "decision.complete"],
        ),
        UniqueConstraint("court_id", "id"),
        CheckConstraint(
            one_of("state", "draft", "submitted", "rejected", "approved", "suspended", "ended"), name="state"
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'suspended') OR decision_complete", name="served_and_signed"
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'suspended') OR (approved_by IS NOT NULL AND approved_at IS NOT NULL"
            " AND submitted_by IS NOT NULL AND approved_by <> submitted_by AND approved_by <> created_by)",
            name="second_person",
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'suspended') OR ends_on IS NOT NULL OR review_on IS NOT NULL",
            name="end_or_review",
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'suspended') OR (starts_at IS NOT NULL"
            " AND approved_recordings IS NOT NULL)",
            name="bound_to_what_was_seen",
        ),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("cap_days BETWEEN 1 AND 30", name="cap"),
        Index("ux_notice_live", "line_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_notice_ends", "ends_at", sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_notice_review", "review_until", sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_notice_court_state", "court_id", "state", "id"),
        Index(
            "ix_notice_waiting",
            "court_id",
            "id",
            sqlite_where=_WAITING_ALONE,
            postgresql_where=_WAITING_ALONE,
        ),
        Index(
            "ix_notice_left_over",
            "import_id",
            "id",
            sqlite_where=_WAITING_IN_IMPORT,
            postgresql_where=_WAITING_IN_IMPORT,
        ),
        Index(
            "ix_notice_starts",
            "court_id",
            "starts_at",
            "id",
            sqlite_where=_APPROVED,
            postgresql_where=_APPROVED,
        ),
        Index("ix_notice_over", "court_id", "ends_at", "id", sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_notice_due", "court_id", "review_until", "id", sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index(
            "ix_notice_suspended",
            "court_id",
            "suspended_because",
            "id",
            sqlite_where=_SUSPENDED,
            postgresql_where=_SUSPENDED,
        ),
    )

    id: Mapped[Id]
    court_id: Mapped[Ref] = mapped_column(ForeignKey("court.id"))
    case_id: Mapped[Ref] = mapped_column(index=True)
    decision_id: Mapped[Ref]
    decision_complete: Mapped[bool]
    line_id: Mapped[Ref] = mapped_column(index=True)
    recording_id: Mapped[Ref] = mapped_column(index=True)
    second_recording_id: Mapped[Ref | None] = mapped_column(index=True)
    state: Mapped[Word] = mapped_column(default="draft")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    review_on: Mapped[date | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime] = mapped_column(default=FAR_FUTURE)
    review_until: Mapped[datetime] = mapped_column(default=FAR_FUTURE)
    cap_days: Mapped[int] = mapped_column(default=1)
    hours_from: Mapped[str | None] = mapped_column(String(5))
    hours_to: Mapped[str | None] = mapped_column(String(5))
    skip_key: Mapped[bool] = mapped_column(default=True)
    created_by: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"))
    submitted_by: Mapped[Ref | None] = mapped_column(ForeignKey("user_account.id"))
    approved_by: Mapped[Ref | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None]
    approved_recordings: Mapped[str | None] = mapped_column(String(130))
    approver_declarations_sealed: Mapped[Sealed | None]
    suspended_by: Mapped[Ref | None] = mapped_column(ForeignKey("user_account.id"))
    suspended_because: Mapped[Word | None]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[Word | None]
    remark_id: Mapped[Ref | None] = mapped_column(ForeignKey("remark.id"))
    import_id: Mapped[Ref | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class Objection(Base):
    """A request to correct or remove, or word that the person or number is the wrong one."""

    __tablename__ = "objection"
    __table_args__ = (
        ForeignKeyConstraint(["court_id", "line_id"], ["line.court_id", "line.id"]),
        ForeignKeyConstraint(["court_id", "notice_id"], ["notice.court_id", "notice.id"]),
        CheckConstraint(one_of("kind", "correction", "removal", "wrong_person", "wrong_number"), name="kind"),
        CheckConstraint(one_of("state", "open", "upheld", "rejected"), name="state"),
        CheckConstraint("(state = 'open') = (decided_by IS NULL)", name="decided"),
        Index("ix_objection_court", "court_id", "id"),
        Index("ix_objection_state", "court_id", "state", "id"),
        Index("ix_objection_open", "court_id", "decide_by", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[Id]
    court_id: Mapped[Ref] = mapped_column(ForeignKey("court.id"))
    line_id: Mapped[Ref] = mapped_column(index=True)
    notice_id: Mapped[Ref | None]
    kind: Mapped[Word]
    reason_remark_id: Mapped[Ref] = mapped_column(ForeignKey("remark.id"))
    state: Mapped[Word] = mapped_column(default="open")
    suspended: Mapped[bool]
    decide_by: Mapped[date | None]
    decided_by: Mapped[Ref | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    recorded_by: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class CreditHandoff(Base):
    """A voluntary message about a listing to a credit partner: receipted, and recallable."""

    __tablename__ = "credit_handoff"
    __table_args__ = (
        ForeignKeyConstraint(["court_id", "case_id"], ["enforcement_case.court_id", "enforcement_case.id"]),
        CheckConstraint(one_of("state", "sent", "receipted", "recall_due", "recalled"), name="state"),
        CheckConstraint("state NOT IN ('receipted') OR receipt IS NOT NULL", name="receipt"),
    )

    id: Mapped[Id]
    court_id: Mapped[Ref] = mapped_column(ForeignKey("court.id"))
    case_id: Mapped[Ref] = mapped_column(index=True)
    partner: Mapped[Line]
    message_hash: Mapped[Hash]
    message_sealed: Mapped[Sealed | None]
    state: Mapped[Word]
    receipt: Mapped[Line | None]
    recalled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
