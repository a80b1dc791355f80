"""`connection`: carriers' accounts and trunks, and what has to be set at each."""

from functools import partial

import click

from gateway.cli.common import language, open_runtime, pages, working
from gateway.services.add_connection import NewConnection, add_connection
from gateway.services.carrier_settings import connection_settings
from gateway.services.change_connection import accept_next_secret, move_connection, promote_secret
from gateway.services.change_connection import call_from as set_outgoing
from gateway.services.list_connections import list_connections as read_connections


@click.group()
def connection() -> None:
    """Connections to carriers: list, add, rotate a secret, move to another address."""


@connection.command("list")
def list_connections() -> None:
    """List the connections and the addresses to set at the carrier."""
    with working(open_runtime()) as work:
        for each in pages(partial(read_connections, work)):
            row = each.connection
            where = f"{row.public_base_url}/webhooks/{row.slug}/voice"
            click.echo(f"{row.slug:20} {row.kind:10} {where}  unchecked: {each.unchecked} of {each.lines}")


@connection.command("settings")
@click.argument("slug")
def settings(slug: str) -> None:
    """Print what to set at the carrier, field by field."""
    with working(open_runtime()) as work:
        found = connection_settings(work, slug)
    for each in (*found.number, *found.account):
        click.echo(f"{each.field}\n    {each.paste or '-'}\n    {getattr(each, language())}")


@connection.command("add")
@click.argument("slug")
@click.option("--kind", default="twilio", show_default=True)
@click.option("--account", prompt=True, help="The carrier's name for the account (AC...).")
@click.option("--secret", prompt=True, hide_input=True, help="The carrier's signing secret (auth token).")
@click.option("--public-base-url", prompt=True, help="The https origin over which the carrier calls us.")
@click.option("--default-route", help="Where unknown numbers go, such as sip:{dialled}@trunk.example.")
@click.option("--country", default="CN", show_default=True)
@click.option("--sip-host", "sip_hosts", multiple=True, help="A SIP host that calls may be delivered to.")
def add_trunk(
    slug: str,
    kind: str,
    account: str,
    secret: str,
    public_base_url: str,
    default_route: str | None,
    country: str,
    sip_hosts: tuple[str, ...],
) -> None:
    """Add a carrier account or trunk."""
    new = NewConnection(
        slug, kind, account, secret, public_base_url, None, default_route, country, " ".join(sip_hosts)
    )
    with working(open_runtime()) as work:
        row = add_connection(work, new)
        click.echo(f"set at the carrier: {row.public_base_url}/webhooks/{row.slug}/voice")


@connection.command("secret")
@click.argument("slug")
@click.option(
    "--next",
    "next_secret",
    prompt=True,
    hide_input=True,
    help="The secret that comes, beside the present one.",
)
def next_secret(slug: str, next_secret: str) -> None:
    """Accept a second secret beside the present one: the first step of a rotation."""
    with working(open_runtime()) as work:
        accept_next_secret(work, slug, next_secret)
    click.echo("both secrets are accepted; after the change at the carrier run `connection promote`")


@connection.command("promote")
@click.argument("slug")
def promote(slug: str) -> None:
    """Make the second secret the only one: the last step of a rotation."""
    with working(open_runtime()) as work:
        promote_secret(work, slug)
    click.echo("the old secret is accepted no more")


@connection.command("call-from")
@click.argument("slug")
@click.argument("number")
def call_from(slug: str, number: str) -> None:
    """Name the carrier's number from which the gateway places test calls."""
    with working(open_runtime()) as work:
        set_outgoing(work, slug, number)
    click.echo("test calls over this connection show that number")


@connection.command("move")
@click.argument("slug")
@click.argument("public_base_url")
def move(slug: str, public_base_url: str) -> None:
    """Change the origin over which the carrier signs; fallback addresses change with it."""
    with working(open_runtime()) as work:
        move_connection(work, slug, public_base_url)
    click.echo("moved; set the new addresses at the carrier and check every line's fallback")
