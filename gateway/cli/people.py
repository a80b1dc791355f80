"""`court`, `user`, `connection`, `token`: who takes part, set up at the console and entered in the record."""

import click
from sqlalchemy import select

from gateway.cli.common import CONSOLE, acting, find_user, open_runtime, working
from gateway.database import reading
from gateway.models import ROLES, ApiToken, Connection, Court, User
from gateway.services.access_links import Invited
from gateway.services.audit import Chain
from gateway.services.court_switch import disable_court, enable_court
from gateway.services.found_platform import (
    NewConnection,
    NewCourt,
    add_connection,
    found_court,
    issue_token,
)
from gateway.services.manage_access import change_connection, revoke_token
from gateway.services.manage_people import NewPerson, disable_person, invite_again, invite_person
from gateway.services.permissions import SCOPES


@click.group()
def court() -> None:
    """Courts: list, add, switch off and on."""


@court.command("list")
def list_courts() -> None:
    """List the courts."""
    with reading(open_runtime().engine) as session:
        for row in session.scalars(select(Court).order_by(Court.id)):
            click.echo(
                f"{row.id}  {'on ' if row.enabled else 'OFF'}  {row.name}{'  (shadow)' if row.shadow else ''}"
            )


@court.command("add")
@click.argument("name")
@click.option("--zone", default="Asia/Shanghai", show_default=True)
@click.option("--country", default="CN", show_default=True)
@click.option("--profile", help="Jurisdiction profile; without one the court can activate nothing.")
@click.option("--legal-basis", help="The act on which the programme rests; likewise.")
@click.option("--shadow", is_flag=True, help="Decide and record, play nothing.")
def add_court(
    name: str, zone: str, country: str, profile: str | None, legal_basis: str | None, shadow: bool
) -> None:
    """Add a court."""
    with working(open_runtime()) as work:
        row = found_court(work, NewCourt(name, zone, country, profile, legal_basis))
        row.shadow = shadow
        click.echo(row.id)


@court.command("disable")
@click.argument("court_id")
@click.option("--reason", prompt=True)
@click.option("--as", "username", help="Who orders it; without, the console.")
def disable(court_id: str, reason: str, username: str | None) -> None:
    """Silence a whole court from the very next call on; its lines keep forwarding."""
    runtime = open_runtime()
    with working(runtime, acting(runtime, username) if username else CONSOLE) as work:
        disable_court(work, court_id, reason)
    click.echo("off")


@court.command("enable")
@click.argument("court_id")
@click.option("--reason", prompt=True)
@click.option("--as", "username", required=True, help="The operator who orders it; not who switched it off.")
def enable(court_id: str, reason: str, username: str) -> None:
    """Let a court's notices play again."""
    runtime = open_runtime()
    with working(runtime, acting(runtime, username)) as work:
        enable_court(work, court_id, reason)
    click.echo("on")


@court.command("policy")
@click.argument("court_id")
@click.argument("policy", type=click.Choice(["shadow", "api_approval", "objection_suspends"]))
@click.argument("state", type=click.Choice(["on", "off"]))
def policy(court_id: str, policy: str, state: str) -> None:
    """Switch a court's policy.

    shadow: decide and record, but play nothing. api_approval: judges may approve through the API.
    objection_suspends: an objection silences the notice until it is decided (on by default).
    """
    with working(open_runtime()) as work:
        row = work.session.get(Court, court_id)
        if row is None:
            raise click.ClickException("there is no such court")
        setattr(row, policy, state == "on")
        row.version += 1
        work.enter(Chain(row.id), f"{policy}_{state}", "court", row.id)
    click.echo(state)


@click.group()
def user() -> None:
    """People: list, add, invite, disable."""


@user.command("list")
def list_users() -> None:
    """List the people: user name, roles, court."""
    with reading(open_runtime().engine) as session:
        for row in session.scalars(select(User).order_by(User.username)):
            state = "disabled" if row.disabled_at else ""
            click.echo(f"{row.username:20} {row.roles:24} {row.court_id or '-':26} {state}")


@user.command("add")
@click.argument("username")
@click.option("--court", "court_id", help="The court's id; an operator has none.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES))
@click.option("--name", prompt=True)
@click.option(
    "--identity", prompt="Identity number", hide_input=True, help="Only a keyed hash of it is kept."
)
def add(username: str, court_id: str | None, roles: tuple[str, ...], name: str, identity: str) -> None:
    """Add a person: one person, one account, one court. Prints his id and a one-time link for the desk."""
    with working(open_runtime()) as work:
        invited = invite_person(work, NewPerson(username, name, identity, roles, court_id))
        click.echo(invited.user.id)
        click.echo(_told_link(invited))


@user.command("invite")
@click.argument("username")
def invite(username: str) -> None:
    """Make a new one-time link for a person who has not accepted yet."""
    with working(open_runtime()) as work:
        click.echo(_told_link(invite_again(work, find_user(work.session, username).id)))


def _told_link(invited: Invited) -> str:
    """The address that the person opens at the desk within 72 hours."""
    return f"/invitation/{invited.token}"


@user.command("disable")
@click.argument("username")
def disable_account(username: str) -> None:
    """Disable a person: his next request fails, whatever token he holds."""
    with working(open_runtime()) as work:
        disable_person(work, find_user(work.session, username).id)
    click.echo("disabled")


@click.group()
def connection() -> None:
    """Connections to carriers: list, add, rotate a secret, move to another address."""


@connection.command("list")
def list_connections() -> None:
    """List the connections and the addresses to set at the carrier."""
    with reading(open_runtime().engine) as session:
        for row in session.scalars(select(Connection).order_by(Connection.slug)):
            click.echo(f"{row.slug:20} {row.kind:10} {row.public_base_url}/webhooks/{row.slug}/voice")


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
        change_connection(work, slug, next_secret=next_secret)
    click.echo("both secrets are accepted; after the change at the carrier run `connection promote`")


@connection.command("promote")
@click.argument("slug")
def promote(slug: str) -> None:
    """Make the second secret the only one: the last step of a rotation."""
    with working(open_runtime()) as work:
        change_connection(work, slug, promote=True)
    click.echo("the old secret is accepted no more")


@connection.command("call-from")
@click.argument("slug")
@click.argument("number")
def call_from(slug: str, number: str) -> None:
    """Name the carrier's number from which the gateway places test calls."""
    with working(open_runtime()) as work:
        change_connection(work, slug, outgoing_number=number)
    click.echo("test calls over this connection show that number")


@connection.command("move")
@click.argument("slug")
@click.argument("public_base_url")
def move(slug: str, public_base_url: str) -> None:
    """Change the origin over which the carrier signs; fallback addresses change with it."""
    with working(open_runtime()) as work:
        change_connection(work, slug, public_base_url=public_base_url)
    click.echo("moved; set the new addresses at the carrier and check every line's fallback")


@click.group()
def token() -> None:
    """API tokens: list, issue, revoke."""


@token.command("list")
def list_tokens() -> None:
    """List the tokens; what they are is kept nowhere."""
    with reading(open_runtime().engine) as session:
        query = select(ApiToken, User.username).join(User, User.id == ApiToken.user_id).order_by(ApiToken.id)
        for row, username in session.execute(query):
            state = "revoked" if row.revoked_at else f"until {row.expires_at:%Y-%m-%d}"
            click.echo(f"{row.id}  {username:20} {state:18} {row.scopes:40} {row.label}")


@token.command("issue")
@click.argument("username")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(sorted(SCOPES)))
@click.option("--label", default="console", show_default=True)
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 1095))
def issue(username: str, scopes: tuple[str, ...], label: str, days: int) -> None:
    """Issue a token for a person's programs; it is shown this once."""
    with working(open_runtime()) as work:
        click.echo(issue_token(work, find_user(work.session, username), frozenset(scopes), label, days))


@token.command("revoke")
@click.argument("token_id")
def revoke(token_id: str) -> None:
    """Revoke a token; the next request with it fails."""
    with working(open_runtime()) as work:
        revoke_token(work, token_id)
    click.echo("revoked")
