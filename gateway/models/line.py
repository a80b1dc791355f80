"""Lines: numbers that callers dial, and where their calls are delivered."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, literal, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, Hash, Id, Line, Ref, Sealed, Word, one_of

_HELD = text("state <> 'released'")
_RELEASED = text("state = 'released'")
_PROPOSED = text("proposed_hash IS NOT NULL")


class PhoneLine(Base):
    """A line outlives its notices: it forwards, silently, until the carrier confirmed its release.

    All three numbers are hashed with the same key, so that the database itself can refuse a line that
    delivers to itself.
    """

    __tablename__ = "line"
    __table_args__ = (
        UniqueConstraint("court_id", "id"),
        CheckConstraint(one_of("state", "enrolled", "active", "released"), name="state"),
        CheckConstraint(
            "deliver_hash <> public_hash AND deliver_hash <> gateway_hash", name="never_to_itself"
        ),
        CheckConstraint("state <> 'active' OR fallback_checked_at IS NOT NULL", name="fallback_checked"),
        CheckConstraint(
            one_of("caller_id_policy", "pass_through", "gateway_number", "pass_if_attested"),
            name="caller_id_policy",
        ),
        CheckConstraint(
            one_of("attestation_source", "carrier-letter", "carrier-api", "reconciliation-file"),
            name="attestation_source",
        ),
        CheckConstraint(
            "delivery_approved_by IS NULL OR (delivery_proposed_by IS NOT NULL"
            " AND delivery_approved_by <> delivery_proposed_by)",
            name="two",
        ),
        Index(
            "ux_line_dialled",
            "connection_id",
            "gateway_hash",
            unique=True,
            sqlite_where=_HELD,
            postgresql_where=_HELD,
        ),
        Index("ux_line_public", "public_hash", unique=True, sqlite_where=_HELD, postgresql_where=_HELD),
        Index("ix_line_released", "public_hash", sqlite_where=_RELEASED, postgresql_where=_RELEASED),
        Index("ix_line_proposed", "court_id", "id", sqlite_where=_PROPOSED, postgresql_where=_PROPOSED),
        Index(
            "ix_line_attested",
            "court_id",
            "attested_until",
            "id",
            sqlite_where=_HELD,
            postgresql_where=_HELD,
        ),
        Index("ix_line_state", "court_id", "state", "id"),
        Index("ix_line_connection", "court_id", "connection_id", "id"),
    )

    id: Mapped[Id]
    court_id: Mapped[Ref] = mapped_column(ForeignKey("court.id"))
    connection_id: Mapped[Ref] = mapped_column(ForeignKey("connection.id"))
    state: Mapped[Word] = mapped_column(default="enrolled")
    hash_key: Mapped[str] = mapped_column(String(8))
    public_hash: Mapped[Hash]
    public_sealed: Mapped[Sealed]
    gateway_hash: Mapped[Hash]
    gateway_sealed: Mapped[Sealed]
    deliver_hash: Mapped[Hash] = mapped_column(index=True)
    deliver_sealed: Mapped[Sealed]
    caller_id_policy: Mapped[Word] = mapped_column(default="pass_through")
    ring_seconds: Mapped[int] = mapped_column(default=30)
    time_limit_seconds: Mapped[int] = mapped_column(default=14400)
    quiet_because: Mapped[Word | None]
    serves_public: Mapped[bool | None]
    attestation_source: Mapped[Word]
    attestation_reference: Mapped[Line]
    attested_on: Mapped[date]
    attested_until: Mapped[datetime]
    fallback_checked_at: Mapped[datetime | None]
    fallback_reference: Mapped[Line | None]
    proposed_hash: Mapped[Hash | None]
    proposed_sealed: Mapped[Sealed | None]
    delivery_proposed_by: Mapped[Ref | None] = mapped_column(ForeignKey("user_account.id"))
    delivery_approved_by: Mapped[Ref | None] = mapped_column(ForeignKey("user_account.id"))
    released_at: Mapped[datetime | None]
    release_reference: Mapped[Line | None]
    change_no: Mapped[int] = mapped_column(BigInteger, index=True)
    import_id: Mapped[Ref | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    created_by: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


HELD = PhoneLine.state != literal("released", literal_execute=True)
"""Of a line that was not released. The word stands in the statement: as a parameter it would keep PostgreSQL,
which plans what is asked often for all values at once, from the indexes of such lines, and read all lines."""


class ProtectedCaller(Base):
    """A caller who never hears a notice: on the whole platform, at one court, or on one line."""

    __tablename__ = "protected_caller"
    __table_args__ = (UniqueConstraint("number_hash", "court_id", "line_id"),)

    id: Mapped[Id]
    court_id: Mapped[Ref | None] = mapped_column(ForeignKey("court.id"))
    line_id: Mapped[Ref | None] = mapped_column(ForeignKey("line.id"))
    number_hash: Mapped[Hash] = mapped_column(index=True)
    number_sealed: Mapped[Sealed]
    label: Mapped[Line]
    created_at: Mapped[datetime]
