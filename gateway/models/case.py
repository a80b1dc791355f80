"""Enforcement cases (执行案件), their debtors and the decisions (纳入决定书) made in them."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, Hash, Id, Line, Ref, Sealed, Word, one_of

ALWAYS_OF_AGE = date(1, 1, 1)
"""The day on which an entity came of age: it has no minority."""
_STANDING = text("formal_deletion IN ('due', 'not_computable')")
_ENDED = text("formal_deletion IN ('due', 'done')")


class Debtor(Base):
    """The judgment debtor; name and identity sealed, found again by keyed hash."""

    __tablename__ = "debtor"
    __table_args__ = (
        CheckConstraint(one_of("kind", "person", "entity"), name="kind"),
        CheckConstraint(
            "kind = 'entity' OR (birth_date IS NOT NULL AND of_age_on > birth_date)", name="age_known"
        ),
        UniqueConstraint("id", "of_age_on"),
        Index("ix_debtor_identity", "court_id", "identity_hash"),
    )

    id: Mapped[Id]
    court_id: Mapped[Ref] = mapped_column(ForeignKey("court.id"))
    kind: Mapped[Word]
    name_sealed: Mapped[Sealed | None]
    identity_sealed: Mapped[Sealed | None]
    identity_hash: Mapped[Hash | None]
    representative_sealed: Mapped[Sealed | None]
    birth_date: Mapped[date | None]
    of_age_on: Mapped[date]
    created_at: Mapped[datetime]


class EnforcementCase(Base):
    """A case. Only an open one whose debtor lives lets a notice play."""

    __tablename__ = "enforcement_case"
    __table_args__ = (
        UniqueConstraint("court_id", "case_number"),
        UniqueConstraint("court_id", "id"),
        CheckConstraint(one_of("state", "open", "stayed", "closed"), name="state"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint(
            "state <> 'closed' OR (closing_ground IS NOT NULL AND closing_ground BETWEEN 1 AND 7)",
            name="closing_ground",
        ),
        CheckConstraint(
            "formal_deletion IS NULL OR "
            + one_of("formal_deletion", "due", "done", "not_due_before_term", "not_computable"),
            name="formal_deletion",
        ),
        Index("ix_enforcement_case_import", "import_id"),
        Index("ix_enforcement_case_key", "court_id", "number_key", "id"),
        Index("ix_enforcement_case_state", "court_id", "state", "id"),
        Index(
            "ix_enforcement_case_deletion",
            "court_id",
            "formal_deletion",
            "formal_deletion_due_on",
            "id",
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
        Index(
            "ix_enforcement_case_clock",
            "court_id",
            "formal_deletion_due_on",
            "formal_deletion",
            "formal_deletion_done_on",
            sqlite_where=_ENDED,
            postgresql_where=_ENDED,
        ),
    )

    id: Mapped[Id]
    court_id: Mapped[Ref] = mapped_column(ForeignKey("court.id"))
    case_number: Mapped[Line]
    number_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The case number as it is searched for; see gateway/case_numbers.py."""
    debtor_id: Mapped[Ref] = mapped_column(ForeignKey("debtor.id"), index=True)
    obligation_kind: Mapped[Word]
    obligation_sealed: Mapped[Sealed | None]
    state: Mapped[Word] = mapped_column(default="open")
    debtor_dead: Mapped[bool] = mapped_column(default=False)
    closing_ground: Mapped[int | None]
    closing_remark_id: Mapped[Ref | None] = mapped_column(ForeignKey("remark.id"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[Ref | None] = mapped_column(ForeignKey("user_account.id"))
    formal_deletion: Mapped[Word | None]
    formal_deletion_due_on: Mapped[date | None]
    formal_deletion_done_on: Mapped[date | None]
    created_by: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"))
    import_id: Mapped[Ref | None] = mapped_column(ForeignKey("import_batch.id"))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class Decision(Base):
    """A decision to list, to extend or to delete early. `complete` means signed, served and warned of."""

    __tablename__ = "decision"
    __table_args__ = (
        ForeignKeyConstraint(["court_id", "case_id"], ["enforcement_case.court_id", "enforcement_case.id"]),
        ForeignKeyConstraint(["debtor_id", "debtor_of_age_on"], ["debtor.id", "debtor.of_age_on"]),
        UniqueConstraint("court_id", "number"),
        UniqueConstraint("case_id", "id", "complete"),
        CheckConstraint(one_of("kind", "initial", "extension", "early_deletion"), name="kind"),
        CheckConstraint("made_on >= debtor_of_age_on", name="never_a_minor"),
        CheckConstraint(
            "(term_months IS NULL) = (grounds = '1') OR kind = 'early_deletion'", name="term_by_grounds"
        ),
        CheckConstraint(
            "term_months IS NULL OR term_months = 24 OR (term_months BETWEEN 36 AND 60"
            " AND extension_reason IS NOT NULL AND extension_reason IN ('serious_violence', 'several_acts'))",
            name="term_length",
        ),
        CheckConstraint(
            "NOT complete OR (signed_by_sealed IS NOT NULL AND served_on IS NOT NULL"
            " AND service_method IS NOT NULL AND warned_on IS NOT NULL)",
            name="complete",
        ),
        CheckConstraint(
            "service_method IS NULL OR "
            + one_of(
                "service_method",
                "direct",
                "left",
                "electronic",
                "entrusted",
                "mail",
                "forwarded",
                "public_notice",
            ),
            name="service_method",
        ),
    )

    id: Mapped[Id]
    court_id: Mapped[Ref]
    case_id: Mapped[Ref] = mapped_column(index=True)
    debtor_id: Mapped[Ref] = mapped_column(index=True)
    debtor_of_age_on: Mapped[date]
    kind: Mapped[Word]
    number: Mapped[Line]
    grounds: Mapped[str] = mapped_column(String(20))
    reasons_remark_id: Mapped[Ref] = mapped_column(ForeignKey("remark.id"))
    term_months: Mapped[int | None]
    extension_reason: Mapped[Word | None]
    signed_by_sealed: Mapped[Sealed | None]
    made_on: Mapped[date]
    served_on: Mapped[date | None]
    service_method: Mapped[Word | None]
    grace_until: Mapped[date | None]
    warned_on: Mapped[date | None]
    publication_ref: Mapped[Line | None]
    declarations_sealed: Mapped[Sealed | None]
    complete: Mapped[bool]
    created_by: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
