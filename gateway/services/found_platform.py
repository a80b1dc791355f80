"""Founding the platform, its people and their tokens: what the command line sets up."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from gateway.models import ROLES, ApiToken, Court, Platform, User
from gateway.services.audit import PLATFORM, chain_of, open_chain
from gateway.services.permissions import SCOPES
from gateway.services.read_numbers import Fields
from gateway.services.work import Work
from gateway.sight import seeing_every_court
from gateway.vault import token_hash

TOKEN_DAYS = 365


def found_platform(session: Session, now: datetime) -> None:
    """The platform's single row and chain; done once, and harmless when done again."""
    if session.get(Platform, 1) is None:
        session.add(Platform(id=1, change_no=0, created_at=now))
        open_chain(session, PLATFORM)


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person; `identity` is the identity number, of which only a keyed hash is kept."""

    username: str
    name: str
    identity: str
    roles: tuple[str, ...]
    court_id: str | None
    password_hash: str | None = None
    totp_secret: str | None = None


def add_user(work: Work, new: NewUser) -> User:
    """One person, one account, one court."""
    fields = Fields()
    username = fields.text("username", new.username, 40)
    fields.text("name", new.name, 100)
    unknown = set(new.roles) - set(ROLES)
    misplaced = set(new.roles) != {"operator"} if new.court_id is None else "operator" in new.roles
    if not new.roles or unknown or misplaced:
        fields.add(
            "roles",
            "roles",
            f"Choose from: {', '.join(ROLES)}; an operator belongs to no court, all others to one.",
            f"请从以下角色中选择：{'、'.join(ROLES)}；平台运维人员不属于任何法院，其他人员须属于一个法院。",
        )
    if new.court_id is not None and work.session.get(Court, new.court_id) is None:
        fields.add("court", "unknown", "There is no such court.", "没有此法院。")
    if _is_taken(work, User.username == username):
        fields.add("username", "taken", "This user name is taken.", "该用户名已被使用。")
    keys = work.vault.look_up_hashes(f"person {new.identity.strip()}")
    if _is_taken(work, User.person_key.in_(keys)):
        fields.add("identity", "one-account", "This person has an account already.", "此人已有账户。")
    fields.done()
    user = User(
        id=work.new_id(),
        court_id=new.court_id,
        username=username,
        name_sealed=work.vault.seal(new.name.strip(), "person"),
        person_key=keys[0],
        roles=" ".join(sorted(set(new.roles))),
        password_hash=new.password_hash,
        totp_sealed=work.vault.seal(new.totp_secret, "totp") if new.totp_secret else None,
        created_at=work.now,
    )
    work.session.add(user)
    work.session.flush()
    work.enter(chain_of(new.court_id), "added", "user_account", user.id, {"roles": user.roles})
    return user


def _is_taken(work: Work, by: ColumnElement[bool]) -> bool:
    """Whether anybody on the platform has it, of whichever court."""
    with seeing_every_court(work.session):
        return work.session.scalars(select(User.id).where(by)).first() is not None


def issue_token(work: Work, user: User, scopes: frozenset[str], label: str, days: int = TOKEN_DAYS) -> str:
    """A bearer token for a person's programs; it is shown once and kept as a hash only."""
    fields = Fields()
    if not scopes or scopes - SCOPES:
        names = ", ".join(sorted(SCOPES))
        fields.add("scopes", "scopes", f"Choose from: {names}.", f"请从以下权限范围中选择：{names}。")
    fields.text("label", label)
    fields.done()
    token = f"cng_{secrets.token_urlsafe(32)}"
    row = ApiToken(
        id=work.new_id(),
        user_id=user.id,
        token_hash=token_hash(token),
        label=label.strip(),
        scopes=" ".join(sorted(scopes)),
        expires_at=work.now + timedelta(days=days),
        created_at=work.now,
    )
    work.session.add(row)
    work.enter(chain_of(user.court_id), "issued", "api_token", row.id, {"scopes": row.scopes})
    return token
