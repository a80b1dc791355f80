"""Who uses the gateway: courts, their people, and the tokens with which those people's programs speak."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, Hash, Id, Line, Ref, Sealed, Word, one_of

ROLES = ("clerk", "judge", "president", "auditor", "administrator", "operator")


class Court(Base):
    """A tenant. It can be enabled only with a jurisdiction profile and a legal basis."""

    __tablename__ = "court"
    __table_args__ = (
        CheckConstraint("NOT enabled OR (profile IS NOT NULL AND legal_basis IS NOT NULL)", name="lawful"),
    )

    id: Mapped[Id]
    name: Mapped[Line] = mapped_column(unique=True)
    parent_id: Mapped[Ref | None] = mapped_column(ForeignKey("court.id"))
    zone: Mapped[Word]
    country: Mapped[str] = mapped_column(String(2))
    profile: Mapped[Word | None]
    legal_basis: Mapped[Line | None]
    enabled: Mapped[bool]
    demo: Mapped[bool] = mapped_column(default=False)
    shadow: Mapped[bool] = mapped_column(default=False)
    api_approval: Mapped[bool] = mapped_column(default=False)
    objection_suspends: Mapped[bool] = mapped_column(default=True)
    disabled_by: Mapped[Ref | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class User(Base):
    """A person with one account in one court; the platform operator has none."""

    __tablename__ = "user_account"
    __table_args__ = (UniqueConstraint("court_id", "id"),)

    id: Mapped[Id]
    court_id: Mapped[Ref | None] = mapped_column(ForeignKey("court.id"))
    username: Mapped[Word] = mapped_column(unique=True)
    name_sealed: Mapped[Sealed]
    person_key: Mapped[Hash] = mapped_column(unique=True)
    roles: Mapped[Line]
    password_hash: Mapped[str | None] = mapped_column(Text)
    totp_sealed: Mapped[Sealed | None]
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    """The time step of the last code that was accepted: none of it or before it is accepted again."""
    disabled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    @property
    def role_names(self) -> frozenset[str]:
        return frozenset(self.roles.split())


class ApiToken(Base):
    """A bearer token of one person; only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[Id]
    user_id: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"))
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    label: Mapped[Line]
    scopes: Mapped[Line]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    """To the hour: it is noted at most so often."""
    created_at: Mapped[datetime]


class TokenPace(Base):
    """How many requests a token has sent to all hosts in its last second, by the database's clock."""

    __tablename__ = "token_pace"

    token_id: Mapped[Ref] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    second: Mapped[int] = mapped_column(BigInteger)
    requests: Mapped[int]


class Remark(Base):
    """A free text (a reason, the grounds of a decision): in a row of its own, sealed, and purgeable."""

    __tablename__ = "remark"

    id: Mapped[Id]
    court_id: Mapped[Ref | None] = mapped_column(ForeignKey("court.id"))
    text_sealed: Mapped[Sealed | None]
    purge_after: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime]


class IdempotencyRecord(Base):
    """What a POST with an Idempotency-Key answered, sealed, so that a repetition has one effect."""

    __tablename__ = "idempotency_record"
    __table_args__ = (CheckConstraint(one_of("state", "running", "answered"), name="state"),)

    user_id: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    key_hash: Mapped[Hash] = mapped_column(primary_key=True)
    request_hash: Mapped[Hash]
    state: Mapped[Word]
    status: Mapped[int | None]
    location: Mapped[Line | None]
    body_sealed: Mapped[Sealed | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class CourtCalendarDay(Base):
    """A day on which a court's working calendar differs from the published one."""

    __tablename__ = "court_calendar_day"

    court_id: Mapped[Ref] = mapped_column(ForeignKey("court.id"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    working: Mapped[bool]
