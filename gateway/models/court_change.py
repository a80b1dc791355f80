"""Changes of a court after which more is heard: proposed by one person, confirmed by another."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, Id, Line, Ref, Word, one_of

_OPEN = text("state = 'proposed'")


class CourtChange(Base):
    """`what` is a policy, which the change sets to the louder of its two states, or the programme."""

    __tablename__ = "court_change"
    __table_args__ = (
        CheckConstraint(
            one_of("what", "shadow", "api_approval", "objection_suspends", "programme"), name="what"
        ),
        CheckConstraint(one_of("state", "proposed", "applied", "withdrawn"), name="state"),
        CheckConstraint(
            "what <> 'programme' OR (profile IS NOT NULL AND legal_basis IS NOT NULL)", name="programme"
        ),
        CheckConstraint("(state = 'proposed') = (decided_by IS NULL)", name="decided"),
        CheckConstraint("state <> 'applied' OR decided_by <> proposed_by", name="two_persons"),
        Index(
            "ux_court_change_open",
            "court_id",
            "what",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[Id]
    court_id: Mapped[Ref] = mapped_column(ForeignKey("court.id"))
    what: Mapped[Word]
    profile: Mapped[Word | None]
    legal_basis: Mapped[Line | None]
    state: Mapped[Word] = mapped_column(default="proposed")
    proposed_by: Mapped[Ref]
    decided_by: Mapped[Ref | None]
    decided_at: Mapped[datetime | None]
    remark_id: Mapped[Ref | None] = mapped_column(ForeignKey("remark.id"))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
