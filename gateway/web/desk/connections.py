"""Connections at the desk: added, rotated in two steps, moved; and what to paste at the carrier."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gateway.services.add_connection import NewConnection, Routing, add_connection
from gateway.services.carrier_settings import connection_settings
from gateway.services.change_connection import (
    accept_next_secret,
    call_from,
    change_routing,
    drop_next_secret,
    move_connection,
    promote_secret,
)
from gateway.services.list_connections import ConnectionFile, list_connections, read_connection
from gateway.services.list_rows import Wanted
from gateway.services.permissions import Action
from gateway.web.desk.connection_forms import (
    AddForm,
    CallFromForm,
    DropForm,
    MoveForm,
    PromoteForm,
    RoutingForm,
    SecretForm,
)
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.rendering import show
from gateway.web.desk.frame.steps import take
from ivr.carriers import CARRIERS

AREA = Area("connections")


@AREA.page("/desk/connections", Action.MANAGE_CONNECTIONS)
def listed(here: Visit) -> ResponseReturnValue:
    """Every connection, with how many of its lines need a check."""
    with here.reading() as work:
        page = list_connections(work, Wanted(after=request.args.get("cursor")))
    return show("connections/listed.html", page=page)


@AREA.form("/desk/connections/new", Action.MANAGE_CONNECTIONS)
def new(here: Visit) -> ResponseReturnValue:
    """One more carrier account or trunk."""
    shown = {"kind": "twilio", "country": "CN", "notice_mode": "answered"}
    form = AddForm(data=None if request.method == "POST" else shown)
    slug = (form.slug.data or "").strip()
    created = NewConnection(
        slug=slug,
        kind=form.kind.data or "",
        account=form.account.data or "",
        secret=(form.secret.data or "").strip(),
        public_base_url=(form.public_base_url.data or "").strip(),
        default_route=(form.default_route.data or "").strip() or None,
        country=(form.country.data or "").strip(),
        sip_hosts=form.sip_hosts.data or "",
        notice_mode=form.notice_mode.data or "",
        outgoing_number=(form.outgoing_number.data or "").strip() or None,
    )
    return take(
        here,
        form,
        lambda work: add_connection(work, created),
        _("The connection is added. Set the addresses below at the carrier."),
        _address(slug) if slug else "",
        "connections/new.html",
    )


@AREA.page("/desk/connections/<slug>", Action.MANAGE_CONNECTIONS)
def show_connection(here: Visit, slug: str) -> ResponseReturnValue:
    """One connection, what its carrier can do, and what to paste there."""
    with here.reading() as work:
        file, settings = read_connection(work, slug), connection_settings(work, slug)
    abilities = CARRIERS[file.connection.kind].abilities
    return show("connections/show.html", file=file, settings=settings, abilities=abilities)


@AREA.form("/desk/connections/<slug>/secret", Action.MANAGE_CONNECTIONS)
def secret(here: Visit, slug: str) -> ResponseReturnValue:
    """The first step of a rotation."""
    file = _read(here, slug)
    form = SecretForm(data=_seen(file))
    return take(
        here,
        form,
        lambda work: accept_next_secret(work, slug, (form.secret.data or "").strip(), form.seen),
        _("Both secrets are accepted. Now change it at the carrier, then drop the old one here."),
        _address(slug),
        "connections/secret.html",
        file=file,
    )


@AREA.form("/desk/connections/<slug>/promote", Action.MANAGE_CONNECTIONS)
def promote(here: Visit, slug: str) -> ResponseReturnValue:
    """The last step."""
    file = _read(here, slug)
    form = PromoteForm(data=_seen(file))
    return take(
        here,
        form,
        lambda work: promote_secret(work, slug, form.seen),
        _("The old secret is accepted no more."),
        _address(slug),
        "connections/promote.html",
        file=file,
    )


@AREA.form("/desk/connections/<slug>/drop", Action.MANAGE_CONNECTIONS)
def drop(here: Visit, slug: str) -> ResponseReturnValue:
    """A rotation is broken off."""
    file = _read(here, slug)
    form = DropForm(data=_seen(file))
    return take(
        here,
        form,
        lambda work: drop_next_secret(work, slug, form.seen),
        _("Only the present secret is accepted."),
        _address(slug),
        "connections/drop.html",
        file=file,
    )


@AREA.form("/desk/connections/<slug>/move", Action.MANAGE_CONNECTIONS)
def move(here: Visit, slug: str) -> ResponseReturnValue:
    """Another origin, and with it other addresses for every line."""
    file = _read(here, slug)
    form = MoveForm(data=_seen(file, public_base_url=file.connection.public_base_url))
    return take(
        here,
        form,
        lambda work: move_connection(work, slug, (form.public_base_url.data or "").strip(), form.seen),
        _("Moved. Set the new addresses at the carrier, and have every line's fallback checked."),
        _address(slug),
        "connections/move.html",
        file=file,
    )


@AREA.form("/desk/connections/<slug>/routing", Action.MANAGE_CONNECTIONS)
def routing(here: Visit, slug: str) -> ResponseReturnValue:
    """Where calls may go, and when a notice is heard."""
    file = _read(here, slug)
    row = file.connection
    form = RoutingForm(
        data=_seen(
            file,
            default_route=row.default_route or "",
            country=row.country,
            sip_hosts="\n".join(row.sip_hosts.split()),
            notice_mode=row.notice_mode,
        )
    )
    wanted = Routing(
        (form.default_route.data or "").strip() or None,
        (form.country.data or "").strip(),
        form.sip_hosts.data or "",
        form.notice_mode.data or "",
    )
    return take(
        here,
        form,
        lambda work: change_routing(work, slug, wanted, form.seen),
        _("Saved."),
        _address(slug),
        "connections/routing.html",
        file=file,
    )


@AREA.form("/desk/connections/<slug>/call-from", Action.MANAGE_CONNECTIONS)
def calls_from(here: Visit, slug: str) -> ResponseReturnValue:
    """The number that people see when a test call reaches them."""
    file = _read(here, slug)
    form = CallFromForm(data=_seen(file))
    return take(
        here,
        form,
        lambda work: call_from(work, slug, form.outgoing_number.data or "", form.seen),
        _("Saved."),
        _address(slug),
        "connections/call_from.html",
        file=file,
    )


def _read(here: Visit, slug: str) -> ConnectionFile:
    with here.reading() as work:
        return read_connection(work, slug)


def _seen(file: ConnectionFile, **shown: str) -> dict[str, str] | None:
    """What a form shows before anything was typed; nothing where it was sent."""
    return None if request.method == "POST" else {"version": str(file.connection.version), **shown}


def _address(slug: str) -> str:
    return url_for("desk.connections_show_connection", slug=slug)
