"""What running the platform leaves behind: its single row, leases, alerts, imports."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, Id, Line, Ref, Word, one_of


class Platform(Base):
    """The one row of the platform: the number of the last change to lines and connections, the last tick."""

    __tablename__ = "platform"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    change_no: Mapped[int] = mapped_column(BigInteger)
    last_tick_at: Mapped[datetime | None]
    chains_verified_at: Mapped[datetime | None]
    chains_intact: Mapped[bool | None]
    closures_imported_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Lease(Base):
    """Who may do a thing alone until when."""

    __tablename__ = "lease"

    name: Mapped[Word] = mapped_column(primary_key=True)
    holder: Mapped[Line]
    expires_at: Mapped[datetime]


class Alert(Base):
    """Something a person should look at; one open row for each kind and subject."""

    __tablename__ = "alert"
    __table_args__ = (
        Index(
            "ux_alert_open",
            "kind",
            "subject_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_alert_court",
            "court_id",
            "id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_alert_history", "court_id", "id"),
        Index(
            "ix_alert_unsent",
            "id",
            sqlite_where=text("sent_at IS NULL"),
            postgresql_where=text("sent_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    court_id: Mapped[Ref | None] = mapped_column(ForeignKey("court.id"))
    kind: Mapped[Word]
    subject_id: Mapped[Line]
    times: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime]
    last_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    acknowledged_by: Mapped[Ref | None]
    acknowledged_at: Mapped[datetime | None]
    closed_by: Mapped[Ref | None]
    """Who closed it; None also where its cause went away by itself."""
    closed_remark_id: Mapped[Ref | None]
    closed_at: Mapped[datetime | None]


class ImportBatch(Base):
    """One file of rows: nothing reads them before it is published, a second person approves them as one."""

    __tablename__ = "import_batch"
    __table_args__ = (
        CheckConstraint(one_of("state", "writing", "submitted", "approved", "failed"), name="state"),
        CheckConstraint(one_of("kind", "enrolment", "closures"), name="kind"),
        Index("ix_import_batch_court", "court_id", "id"),
        CheckConstraint(
            "state <> 'approved' OR (approved_by IS NOT NULL AND approved_by <> submitted_by)",
            name="second_person",
        ),
    )

    id: Mapped[Id]
    court_id: Mapped[Ref] = mapped_column(ForeignKey("court.id"))
    kind: Mapped[Word]
    sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int]
    state: Mapped[Word]
    submitted_by: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"))
    approved_by: Mapped[Ref | None] = mapped_column(ForeignKey("user_account.id"))
    change_no: Mapped[int | None] = mapped_column(BigInteger)
    """The change by which its lines became known, all at once; None before it is published."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
