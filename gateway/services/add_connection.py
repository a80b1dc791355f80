"""Adding a connection: a carrier account or trunk over which calls reach us."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from gateway.models import Connection
from gateway.services.audit import PLATFORM
from gateway.services.change_numbers import next_change
from gateway.services.found_court import check_country
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.work import Work
from ivr.carriers import CARRIERS
from ivr.numbers import NumberRefused, is_e164, read_sip

_SLUG = re.compile(r"[a-z0-9-]{1,40}")
RESERVED = frozenset({"new"})
"""Names that stand for something else in the desk's addresses."""


@dataclass(frozen=True, slots=True)
class Routing:
    """What a connection does with calls: where unknown numbers go, where calls may be delivered, and how."""

    default_route: str | None
    country: str
    sip_hosts: str
    notice_mode: str


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
    notice_mode: str = "answered"
    outgoing_number: str | None = None
    """The carrier's number from which the gateway itself calls; without one there are no test calls."""

    @property
    def routing(self) -> Routing:
        return Routing(self.default_route, self.country, self.sip_hosts, self.notice_mode)


def add_connection(work: Work, new: NewConnection) -> Connection:
    """A connection; its secrets are sealed at once."""
    work.actor.must(Action.MANAGE_CONNECTIONS)
    account, outgoing = _check_connection(work, new)
    row = Connection(
        id=work.new_id(),
        slug=new.slug,
        kind=new.kind,
        account=account,
        secret_current_sealed=work.vault.seal(new.secret, "secret"),
        secret_next_sealed=work.vault.seal(new.next_secret, "secret") if new.next_secret else None,
        public_base_url=new.public_base_url.rstrip("/"),
        default_route=new.default_route,
        country=new.country,
        sip_hosts=" ".join(new.sip_hosts.split()),
        notice_mode=new.notice_mode,
        outgoing_sealed=work.vault.seal(outgoing, "number") if outgoing else None,
        change_no=next_change(work.session),
        created_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.enter(PLATFORM, "added", "connection", row.id)
    return row


def _check_connection(work: Work, new: NewConnection) -> tuple[str, str]:
    """The account, trimmed, and the outgoing number as E.164, empty where there is none."""
    fields = Fields()
    if not _SLUG.fullmatch(new.slug):
        fields.add(
            "slug",
            "slug",
            "Use 1 to 40 small letters, digits and hyphens.",
            "只能使用1至40个小写字母、数字和连字符。",
        )
    if new.slug in RESERVED:
        fields.add(
            "slug",
            "reserved",
            f"“{new.slug}” is a word of the desk's own addresses. Choose another name.",
            f"“{new.slug}”是工作台地址中的保留字，请换一个名称。",
        )
    if new.kind not in CARRIERS:
        _choice(fields, "kind", CARRIERS)
    account = fields.text("account", new.account)
    check_secret(fields, "secret", new.secret)
    check_origin(fields, new.public_base_url)
    check_routing(fields, new.kind, new.routing)
    if work.session.scalars(select(Connection.id).where(Connection.slug == new.slug)).first() is not None:
        fields.add("slug", "taken", "This name is taken.", "该名称已被使用。")
    outgoing = new.outgoing_number or ""
    if outgoing:
        outgoing = fields.number("outgoing_number", outgoing, new.country)
    fields.done()
    return account, outgoing


def check_secret(fields: Fields, field: str, secret: str) -> None:
    """Any text without spaces or control characters; what it should look like, only the carrier knows."""
    if not 1 <= len(secret) <= 500 or not secret.isprintable() or " " in secret:
        fields.add(
            field,
            "secret",
            "Enter the carrier's secret, without spaces.",
            "请填写运营商密钥，不含空格。",
        )


def check_origin(fields: Fields, text: str) -> None:
    """The origin over which the carrier signs."""
    if not is_origin(text):
        fields.add(
            "public_base_url",
            "origin",
            "Enter an https origin such as https://gateway.example, without a path.",
            "请填写不带路径的 https 地址，例如 https://gateway.example。",
        )


def check_routing(fields: Fields, kind: str, routing: Routing) -> None:
    """The default route leads somewhere, hosts are hosts, and the carrier can play in this mode."""
    if routing.default_route is not None and not _is_route(routing.default_route):
        fields.add(
            "default_route",
            "default-route",
            "Enter a number or a SIP address, such as sip:{dialled}@trunk.example.",
            "请填写号码或 SIP 地址，例如 sip:{dialled}@trunk.example。",
        )
    check_country(fields, routing.country)
    if not all(_is_host(host) for host in routing.sip_hosts.split()):
        fields.add(
            "sip_hosts",
            "sip-hosts",
            "Enter host names in lower case, such as trunk.example or trunk.example:5080.",
            "请填写小写主机名，例如 trunk.example 或 trunk.example:5080。",
        )
    carrier = CARRIERS.get(kind)
    modes = sorted(carrier.abilities.notice_modes) if carrier is not None else []
    if modes and routing.notice_mode not in modes:
        _choice(fields, "notice_mode", modes)


def _choice(fields: Fields, field: str, names: Iterable[str]) -> None:
    told = sorted(names)
    fields.add(field, field, f"Choose one of: {', '.join(told)}.", f"请选择：{'、'.join(told)}。")


def _is_host(text: str) -> bool:
    try:
        read_sip(f"sip:a@{text}")
    except NumberRefused:
        return False
    return True


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
