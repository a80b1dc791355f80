"""Signing in to the desk: sessions, second factors, one-time links, and how often somebody has tried."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, Hash, Id, Line, Prose, Ref, Sealed, Word, one_of

LIVE_LINK = "state IN ('requested', 'open')"


class DeskSession(Base):
    """One browser of one person. In state `password` only the password is proved: nobody is signed in yet."""

    __tablename__ = "desk_session"
    __table_args__ = (
        CheckConstraint(one_of("state", "password", "open", "ended"), name="state"),
        CheckConstraint("state <> 'open' OR factor IS NOT NULL", name="two_factors"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended"),
        Index("ix_desk_session_user", "user_id", "state"),
    )

    id: Mapped[Id]
    user_id: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"))
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    state: Mapped[Word]
    first_factor: Mapped[Word]
    """`password`, or `sso` where the court's identity provider vouched for the person."""
    factor: Mapped[Word | None]
    """The second factor: `code` or `key`."""
    browser: Mapped[Line]
    failures: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None]
    confirmed_for: Mapped[Line | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[Word | None]


class SecurityKey(Base):
    """A WebAuthn credential of a person."""

    __tablename__ = "security_key"

    id: Mapped[Id]
    user_id: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    label: Mapped[Line]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class DeskChallenge(Base):
    """What a security key or an identity provider has to answer: for one session or link, once, soon."""

    __tablename__ = "desk_challenge"

    id: Mapped[Id]
    bound_to: Mapped[Ref] = mapped_column(index=True)
    purpose: Mapped[Line]
    secret_sealed: Mapped[Sealed]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AccessLink(Base):
    """A one-time link with which a person sets a password and a second factor: invited, or after a loss.

    A recovery is first `requested` by one person and has no token until another one confirms it.
    """

    __tablename__ = "access_link"
    __table_args__ = (
        CheckConstraint(one_of("kind", "invitation", "recovery"), name="kind"),
        CheckConstraint(one_of("state", "requested", "open", "used", "ended"), name="state"),
        CheckConstraint("state NOT IN ('open', 'used') OR token_hash IS NOT NULL", name="token"),
        CheckConstraint(
            "kind <> 'recovery' OR state NOT IN ('open', 'used') OR confirmed_by IS NOT NULL",
            name="two_persons",
        ),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> made_by", name="another_person"),
        Index(
            "ux_access_link_live",
            "user_id",
            unique=True,
            sqlite_where=text(LIVE_LINK),
            postgresql_where=text(LIVE_LINK),
        ),
    )

    id: Mapped[Id]
    user_id: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[Word]
    state: Mapped[Word]
    token_hash: Mapped[Hash | None] = mapped_column(unique=True)
    made_by: Mapped[Ref]
    confirmed_by: Mapped[Ref | None]
    reason_remark_id: Mapped[Ref | None] = mapped_column(ForeignKey("remark.id"))
    password_hash: Mapped[Prose | None]
    totp_sealed: Mapped[Sealed | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SsoIdentity(Base):
    """That a person may come through the court's identity provider; bound to one subject at first use."""

    __tablename__ = "sso_identity"
    __table_args__ = (CheckConstraint("(subject_hash IS NULL) = (bound_at IS NULL)", name="bound"),)

    user_id: Mapped[Ref] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    subject_hash: Mapped[Hash | None] = mapped_column(unique=True)
    """Of the provider's address and its name for the person; None until the first use."""
    allowed_by: Mapped[Ref]
    allowed_at: Mapped[datetime]
    bound_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """How often signing in has failed of late, by a keyed hash of what is counted: no name, no address."""

    __tablename__ = "sign_in_attempt"

    key: Mapped[Hash] = mapped_column(primary_key=True)
    failures: Mapped[int]
    blocked_until: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)
