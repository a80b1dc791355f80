"""`court`: tenants founded, switched off and on, and changed; what makes it louder takes two persons."""

from datetime import datetime
from functools import partial

import click

from gateway.cli.common import CONSOLE, acting, open_runtime, pages, working
from gateway.models import CourtChange
from gateway.services.change_court import (
    LOUDER,
    Programme,
    confirm_change,
    open_changes,
    propose_programme,
    set_policy,
    withdraw_change,
)
from gateway.services.court_switch import disable_court, enable_court
from gateway.services.found_court import NewCourt, found_court
from gateway.services.list_courts import list_courts as read_courts
from gateway.services.set_calendar import set_calendar_day
from gateway.services.set_parent import set_parent


@click.group()
def court() -> None:
    """Courts: list, add, switch off and on."""


@court.command("list")
def list_courts() -> None:
    """List the courts."""
    with working(open_runtime()) as work:
        for row in pages(partial(read_courts, work)):
            shadow = "  (shadow)" if row.shadow else ""
            click.echo(f"{row.id}  {'on ' if row.enabled else 'OFF'}  {row.name}{shadow}")
            for change in open_changes(work, row.id):
                click.echo(f"    {change.id}  {change.what} waits for a second person")


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
        new = NewCourt(name, zone, country, profile, legal_basis, shadow=shadow, at_once=True)
        click.echo(found_court(work, new).id)


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
@click.argument("policy", type=click.Choice(sorted(LOUDER)))
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("--reason", prompt=True)
@click.option("--as", "username", help="Who orders it; without, the console, which only makes it quieter.")
def policy(court_id: str, policy: str, state: str, reason: str, username: str | None) -> None:
    """Switch a court's policy: to the quieter side at once, to the other when a second person confirms.

    shadow: decide and record, but play nothing. api_approval: judges may approve through the API.
    objection_suspends: an objection silences the notice until it is decided (on by default).
    """
    runtime, on = open_runtime(), state == "on"
    if LOUDER[policy] == on and username is None:
        raise click.UsageError("this lets callers hear more: name with --as who proposes it")
    with working(runtime, acting(runtime, username) if username else CONSOLE) as work:
        change = set_policy(work, court_id, policy, on, reason)
    click.echo(state if change is None else _waits(change))


@court.command("programme")
@click.argument("court_id")
@click.option("--profile", prompt=True, help="The jurisdiction profile.")
@click.option("--legal-basis", prompt=True, help="The act on which the programme rests.")
@click.option("--reason", prompt=True)
@click.option("--as", "username", required=True, help="Who proposes it.")
def programme(court_id: str, profile: str, legal_basis: str, reason: str, username: str) -> None:
    """Propose another jurisdiction profile or legal basis; a second person confirms it."""
    runtime = open_runtime()
    with working(runtime, acting(runtime, username)) as work:
        click.echo(_waits(propose_programme(work, court_id, Programme(profile, legal_basis), reason)))


@court.command("confirm")
@click.argument("change_id")
@click.option("--as", "username", required=True, help="An operator or the president; not who proposed it.")
def confirm(change_id: str, username: str) -> None:
    """Confirm what another person proposed."""
    runtime = open_runtime()
    with working(runtime, acting(runtime, username)) as work:
        confirm_change(work, change_id)
    click.echo("confirmed")


@court.command("withdraw")
@click.argument("change_id")
@click.option("--reason", prompt=True)
@click.option("--as", "username", help="Who takes it back; without, the console.")
def withdraw(change_id: str, reason: str, username: str | None) -> None:
    """Take a proposal back."""
    runtime = open_runtime()
    with working(runtime, acting(runtime, username) if username else CONSOLE) as work:
        withdraw_change(work, change_id, reason)
    click.echo("withdrawn")


@court.command("parent")
@click.argument("court_id")
@click.argument("parent_id", required=False)
def parent(court_id: str, parent_id: str | None) -> None:
    """Put a court below another; without PARENT_ID, at the top."""
    with working(open_runtime()) as work:
        set_parent(work, court_id, parent_id)
    click.echo("done")


@court.command("workday")
@click.argument("court_id")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("state", type=click.Choice(["worked", "closed", "published"]))
def workday(court_id: str, day: datetime, state: str) -> None:
    """Say whether the court works on a day; published: as the published calendar says."""
    with working(open_runtime()) as work:
        set_calendar_day(work, court_id, day.date(), {"worked": True, "closed": False}.get(state))
    click.echo(state)


def _waits(change: CourtChange) -> str:
    return f"proposed; another person confirms it: court-gateway court confirm {change.id} --as NAME"
