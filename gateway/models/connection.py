"""A connection: one carrier account or trunk through which calls reach us."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, Id, Line, Sealed, Word, one_of


class Connection(Base):
    """Secrets are sealed; `public_base_url` is the origin over which the carrier signs."""

    __tablename__ = "connection"
    __table_args__ = (
        CheckConstraint(one_of("notice_mode", "answered", "early_media", "ringback"), name="mode"),
    )

    id: Mapped[Id]
    slug: Mapped[Word] = mapped_column(unique=True)
    kind: Mapped[Word]
    account: Mapped[Line]
    secret_current_sealed: Mapped[Sealed]
    secret_next_sealed: Mapped[Sealed | None]
    public_base_url: Mapped[Line]
    default_route: Mapped[Line | None]
    country: Mapped[str] = mapped_column(String(2))
    sip_hosts: Mapped[str] = mapped_column(Text, default="")
    notice_mode: Mapped[Word] = mapped_column(default="answered")
    outgoing_sealed: Mapped[Sealed | None]
    """The number from which the gateway itself calls, for test calls."""
    moved_at: Mapped[datetime | None]
    """Since when its addresses are what they are; None: they were never others."""
    change_no: Mapped[int] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
