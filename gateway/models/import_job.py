"""Uploaded files on their way to become imports: their state in the database, so that any process goes on."""

from datetime import datetime

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

from gateway.models.base import Base, Id, Line, Ref, Sealed, Word, one_of

STATES = (
    "receiving",
    "received",
    "checking",
    "checked",
    "refused",
    "confirmed",
    "writing",
    "submitted",
    "withdrawn",
    "failed",
)
_OPEN = text("state IN ('received', 'checking', 'confirmed', 'writing')")


class ImportJob(Base):
    """One uploaded file: received, checked, confirmed by the clerk who sent it, and written as an import.

    What it says of people is sealed, lies in its parts and previews, and goes when the job ends. `worker` and
    `beat_at` say which process is at it and when that last gave a sign of life.
    """

    __tablename__ = "import_job"
    __table_args__ = (
        UniqueConstraint("court_id", "id"),
        CheckConstraint(one_of("state", *STATES), name="state"),
        CheckConstraint(one_of("kind", "enrolment", "closures"), name="kind"),
        CheckConstraint(one_of("read_as", "utf-8", "gb18030", "xlsx"), name="read_as"),
        CheckConstraint(
            "state NOT IN ('checked', 'confirmed', 'writing', 'submitted')"
            " OR (rows IS NOT NULL AND sha256 IS NOT NULL AND read_as IS NOT NULL)",
            name="counted",
        ),
        CheckConstraint("(state = 'submitted') = (import_id IS NOT NULL)", name="published"),
        Index("ix_import_job_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[Id]
    court_id: Mapped[Ref] = mapped_column(ForeignKey("court.id"))
    kind: Mapped[Word]
    created_by: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"))
    file_name_sealed: Mapped[Sealed | None]
    file_sha256: Mapped[str] = mapped_column(String(64))
    file_bytes: Mapped[int]
    declared_rows: Mapped[int]
    declared_sealed: Mapped[Sealed | None]
    """What the clerk declares for every row, as JSON."""
    state: Mapped[Word]
    read_as: Mapped[Word | None]
    rows: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the rows as CSV in UTF-8: what the import is known by. Of such a file it is the file's own."""
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int] = mapped_column(default=0)
    to_close: Mapped[int | None]
    errors: Mapped[int] = mapped_column(default=0)
    errors_sealed: Mapped[Sealed | None]
    preview_sealed: Mapped[Sealed | None]
    because: Mapped[Word | None]
    worker: Mapped[Line | None]
    beat_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    import_id: Mapped[Ref | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class ImportPart(Base):
    """A piece of an uploaded file, or of the rows that were read from it, sealed."""

    __tablename__ = "import_part"
    __table_args__ = (
        ForeignKeyConstraint(["court_id", "job_id"], ["import_job.court_id", "import_job.id"]),
        UniqueConstraint("job_id", "content", "number"),
        CheckConstraint(one_of("content", "upload", "rows"), name="content"),
    )

    id: Mapped[Id]
    court_id: Mapped[Ref]
    job_id: Mapped[Ref]
    content: Mapped[Word]
    number: Mapped[int]
    content_sealed: Mapped[Sealed]
