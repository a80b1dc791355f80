"""`user`, `token`: who takes part, and whose programs; set up at the console and entered in the record."""

from functools import partial

import click
from sqlalchemy import select

from gateway.cli.common import at_court, find_user, open_runtime, pages, places, working
from gateway.database import reading
from gateway.models import ROLES, ApiToken, User
from gateway.services.access_links import Invited
from gateway.services.found_platform import issue_token
from gateway.services.hold_tokens import list_tokens, revoke_token
from gateway.services.manage_people import NewPerson, disable_person, invite_again, invite_person
from gateway.services.permissions import SCOPES
from gateway.sight import EVERY_COURT


@click.group()
def user() -> None:
    """People: list, add, invite, disable."""


@user.command("list")
def list_users() -> None:
    """List the people: user name, roles, court."""
    with reading(open_runtime().engine, EVERY_COURT) as session:
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
def token() -> None:
    """API tokens: list, issue, revoke."""


@token.command("list")
def list_() -> None:
    """List the tokens; what they are is kept nowhere."""
    with working(open_runtime()) as work:
        for place in places(work):
            for each in pages(partial(list_tokens, place)):
                row = each.token
                state = "revoked" if row.revoked_at else f"until {row.expires_at:%Y-%m-%d}"
                used = f"used {row.last_used_at:%Y-%m-%d}" if row.last_used_at else "never used"
                click.echo(f"{row.id}  {each.username:20} {state:18} {used:16} {row.scopes:40} {row.label}")


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
        held = work.session.get(ApiToken, token_id)
        owner = work.session.get_one(User, held.user_id) if held is not None else None
        revoke_token(at_court(work, owner.court_id if owner else None), token_id)
    click.echo("revoked")
