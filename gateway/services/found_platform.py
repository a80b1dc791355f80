"""Founding the platform, its courts, people, connections and tokens: what the command line sets up."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.jurisdictions import PROFILES
from gateway.models import ROLES, ApiToken, Connection, Court, Platform, User
from gateway.services.audit import PLATFORM, Chain, chain_of, open_chain
from gateway.services.change_numbers import next_change
from gateway.services.permissions import SCOPES
from gateway.services.read_numbers import Fields
from gateway.services.work import Work
from gateway.vault import token_hash
from ivr.carriers import CARRIERS
from ivr.numbers import NumberRefused, is_e164, read_sip

TOKEN_DAYS = 365
_SLUG = re.compile(r"[a-z0-9-]{1,40}")


def found_platform(session: Session, now: datetime) -> None:
    """The platform's single row and chain; done once, and harmless when done again."""
    if session.get(Platform, 1) is None:
        session.add(Platform(id=1, change_no=0, created_at=now))
        open_chain(session, PLATFORM)


@dataclass(frozen=True, slots=True)
class NewCourt:
    """A court as the operator founds it: switched on only with a profile and a legal basis."""

    name: str
    zone: str = "Asia/Shanghai"
    country: str = "CN"
    profile: str | None = None
    legal_basis: str | None = None
    demo: bool = False
    api_approval: bool = False


def found_court(work: Work, new: NewCourt) -> Court:
    """A new court with a chain of its own."""
    fields = Fields()
    name = fields.text("name", new.name, 100)
    if work.session.scalars(select(Court.id).where(Court.name == name)).first() is not None:
        fields.add("name", "duplicate-court", "A court of this name exists.", "已有同名法院。")
    if new.profile is not None and new.profile not in PROFILES:
        fields.add(
            "profile",
            "unknown-profile",
            f"Choose one of: {', '.join(PROFILES)}.",
            f"请选择：{'、'.join(PROFILES)}。",
        )
    try:
        ZoneInfo(new.zone)
    except (ZoneInfoNotFoundError, ValueError):
        fields.add(
            "zone", "zone", "Enter a time zone such as Asia/Shanghai.", "请填写时区，例如 Asia/Shanghai。"
        )
    fields.done()
    court = Court(
        id=work.new_id(),
        name=name,
        zone=new.zone,
        country=new.country,
        profile=new.profile,
        legal_basis=new.legal_basis,
        enabled=new.profile is not None and new.legal_basis is not None,
        demo=new.demo,
        api_approval=new.api_approval,
        created_at=work.now,
    )
    work.session.add(court)
    open_chain(work.session, Chain(court.id))
    work.enter(PLATFORM, "founded", "court", court.id)
    return court


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
    if work.session.scalars(select(User.id).where(User.username == username)).first() is not None:
        fields.add("username", "taken", "This user name is taken.", "该用户名已被使用。")
    keys = work.vault.look_up_hashes(f"person {new.identity.strip()}")
    if work.session.scalars(select(User.id).where(User.person_key.in_(keys))).first() is not None:
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


@dataclass(frozen=True, slots=True)
class NewConnection:
    """A carrier account or trunk; the account is the carrier's name for it."""

    slug: str
    kind: str
    account: str
    secret: str
    public_base_url: str
    next_secret: str | None = None
    default_route: str | None = None
    country: str = "CN"
    sip_hosts: str = ""
    outgoing_number: str | None = None
    """The carrier's number from which the gateway itself calls; without one there are no test calls."""


def add_connection(work: Work, new: NewConnection) -> Connection:
    """A connection; its secrets are sealed at once."""
    outgoing = _check_connection(work, new)
    row = Connection(
        id=work.new_id(),
        slug=new.slug,
        kind=new.kind,
        account=new.account,
        secret_current_sealed=work.vault.seal(new.secret, "secret"),
        secret_next_sealed=work.vault.seal(new.next_secret, "secret") if new.next_secret else None,
        public_base_url=new.public_base_url.rstrip("/"),
        default_route=new.default_route,
        country=new.country,
        sip_hosts=new.sip_hosts,
        outgoing_sealed=work.vault.seal(outgoing, "number") if outgoing else None,
        change_no=next_change(work.session),
        created_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.enter(PLATFORM, "added", "connection", row.id)
    return row


def _check_connection(work: Work, new: NewConnection) -> str:
    """Raise NotValid; returns the outgoing number as E.164, empty where there is none."""
    fields = Fields()
    outgoing = ""
    if new.outgoing_number:
        outgoing = fields.number("outgoing_number", new.outgoing_number, new.country)
    if not _SLUG.fullmatch(new.slug):
        fields.add(
            "slug",
            "slug",
            "Use 1 to 40 small letters, digits and hyphens.",
            "只能使用1至40个小写字母、数字和连字符。",
        )
    if new.default_route is not None and not _is_route(new.default_route):
        fields.add(
            "default_route",
            "default-route",
            "Enter a number or a SIP address, such as sip:{dialled}@trunk.example.",
            "请填写号码或 SIP 地址，例如 sip:{dialled}@trunk.example。",
        )
    if new.kind not in CARRIERS:
        fields.add(
            "kind", "kind", f"Choose one of: {', '.join(CARRIERS)}.", f"请选择：{'、'.join(CARRIERS)}。"
        )
    if not new.secret:
        fields.add("secret", "secret", "Enter the carrier's secret.", "请填写运营商密钥。")
    if not is_origin(new.public_base_url):
        fields.add(
            "public_base_url",
            "origin",
            "Enter an https origin such as https://gateway.example, without a path.",
            "请填写不带路径的 https 地址，例如 https://gateway.example。",
        )
    if work.session.scalars(select(Connection.id).where(Connection.slug == new.slug)).first() is not None:
        fields.add("slug", "taken", "This name is taken.", "该名称已被使用。")
    fields.done()
    return outgoing


def _is_route(template: str) -> bool:
    """Whether calls can be sent there, whatever number stands for {dialled}."""
    route = template.replace("{dialled}", "+8613800000000")
    if not route.startswith("sip:"):
        return is_e164(route)
    try:
        read_sip(route)
    except NumberRefused:
        return False
    return True


def is_origin(text: str) -> bool:
    """An origin without a path; plain http on this machine only."""
    scheme, _, rest = text.rstrip("/").partition("://")
    here = rest.partition(":")[0] in {"127.0.0.1", "localhost"}
    return bool(rest) and not set(rest) & set("/?#@ ") and (scheme == "https" or (scheme == "http" and here))
