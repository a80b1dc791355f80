"""Changing how a carrier reaches us: a secret rotated in two steps, another origin, other routes."""

from sqlalchemy import select

from gateway.models import HELD, Connection, PhoneLine
from gateway.services.add_connection import Routing, check_origin, check_routing, check_secret
from gateway.services.audit import PLATFORM
from gateway.services.change_numbers import next_change
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.refusals import NotFound, WrongState
from gateway.services.work import Work, expect_version


def accept_next_secret(work: Work, slug: str, secret: str, seen_version: int | None = None) -> Connection:
    """The first step of a rotation: from now on both secrets are accepted."""
    work.actor.must(Action.MANAGE_CONNECTIONS)
    row = _locked(work, slug, seen_version)
    fields = Fields()
    check_secret(fields, "secret", secret)
    fields.done()
    row.secret_next_sealed = work.vault.seal(secret, "secret")
    return _changed(work, row, "secret_added", {"secret_next": secret})


def promote_secret(work: Work, slug: str, seen_version: int | None = None) -> Connection:
    """The last step: the second secret becomes the only one."""
    work.actor.must(Action.MANAGE_CONNECTIONS)
    row = _locked(work, slug, seen_version)
    if row.secret_next_sealed is None:
        raise _no_next_secret()
    row.secret_current_sealed, row.secret_next_sealed = row.secret_next_sealed, None
    return _changed(work, row, "secret_promoted", {})


def drop_next_secret(work: Work, slug: str, seen_version: int | None = None) -> Connection:
    """Break a rotation off: only the present secret is accepted again."""
    work.actor.must(Action.MANAGE_CONNECTIONS)
    row = _locked(work, slug, seen_version)
    if row.secret_next_sealed is None:
        raise _no_next_secret()
    row.secret_next_sealed = None
    return _changed(work, row, "secret_dropped", {})


def move_connection(
    work: Work, slug: str, public_base_url: str, seen_version: int | None = None
) -> Connection:
    """Another origin over which the carrier signs: every line's fallback has to be set and checked again."""
    work.actor.must(Action.MANAGE_CONNECTIONS)
    row = _locked(work, slug, seen_version)
    fields = Fields()
    check_origin(fields, public_base_url)
    fields.done()
    origin = public_base_url.rstrip("/")
    if row.public_base_url == origin:
        return row
    row.public_base_url, row.moved_at = origin, work.now
    return _changed(work, row, "moved", {"public_base_url": origin})


def change_routing(work: Work, slug: str, routing: Routing, seen_version: int | None = None) -> Connection:
    """Where unknown numbers go, where calls may be delivered, which country, when a notice is heard."""
    work.actor.must(Action.MANAGE_CONNECTIONS)
    row = _locked(work, slug, seen_version)
    fields = Fields()
    check_routing(fields, row.kind, routing)
    if routing.country != row.country and _has_lines(work, row):
        fields.add(
            "country",
            "has-lines",
            "The country stays while lines are enrolled on this connection.",
            "该接入尚有已登记线路，不能更改国家。",
        )
    fields.done()
    row.default_route, row.country = routing.default_route, routing.country
    row.sip_hosts, row.notice_mode = " ".join(routing.sip_hosts.split()), routing.notice_mode
    told = {name: getattr(row, name) for name in ("default_route", "country", "sip_hosts", "notice_mode")}
    return _changed(work, row, "routing_changed", told)


def call_from(work: Work, slug: str, number: str, seen_version: int | None = None) -> Connection:
    """The carrier's number from which the gateway itself places test calls."""
    work.actor.must(Action.MANAGE_CONNECTIONS)
    row = _locked(work, slug, seen_version)
    fields = Fields()
    outgoing = fields.number("outgoing_number", number, row.country)
    fields.done()
    row.outgoing_sealed = work.vault.seal(outgoing, "number")
    return _changed(work, row, "calls_from", {"outgoing_number": outgoing})


def _locked(work: Work, slug: str, seen_version: int | None) -> Connection:
    query = select(Connection).where(Connection.slug == slug).with_for_update()
    row = work.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    expect_version(row, seen_version)
    return row


def _has_lines(work: Work, row: Connection) -> bool:
    held = select(PhoneLine.id).where(PhoneLine.connection_id == row.id, HELD)
    return work.session.execute(held.limit(1)).first() is not None


def _changed(work: Work, row: Connection, action: str, fields: dict[str, object]) -> Connection:
    row.change_no = next_change(work.session)
    row.version += 1
    work.enter(PLATFORM, action, "connection", row.id, fields)
    return row


def _no_next_secret() -> WrongState:
    return WrongState("no-next-secret", "There is no second secret.", "没有可启用的新密钥。")
