"""The audit record: hash chains, one for each court and one of the platform."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, Id, Line, Ref, Word


class AuditHead(Base):
    """The end of a chain: one row, locked while an entry is appended, so that a chain cannot fork."""

    __tablename__ = "audit_head"

    chain: Mapped[Ref] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


class AuditEntry(Base):
    """One change: ids, field names and salted digests; never a number, a name or a free text."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("chain", "sequence"),
        Index("ix_audit_entry_subject", "chain", "subject_id", "sequence"),
    )

    id: Mapped[Id]
    chain: Mapped[Ref] = mapped_column(ForeignKey("audit_head.chain"))
    sequence: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    actor: Mapped[Word]
    action: Mapped[Word]
    subject_kind: Mapped[Word]
    subject_id: Mapped[Line]
    details: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
