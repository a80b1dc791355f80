"""`protected`: callers who never hear a notice (hospitals, crisis lines, lawyers)."""

from functools import partial

import click

from gateway.cli.common import CONSOLE, acting, open_runtime, pages, places, working
from gateway.services.list_protected import list_protected as read_protected
from gateway.services.protect_caller import protect_caller, stop_protecting


@click.group()
def protected() -> None:
    """Callers who never hear a notice: list, add, remove."""


@protected.command("list")
def list_protected() -> None:
    """List the protected callers by label, each with the last two digits."""
    with working(open_runtime()) as work:
        for place in places(work):
            for each in pages(partial(read_protected, place)):
                row = each.row
                if each.own:
                    where = f"{row.court_id or 'platform':26}  {row.line_id or '-':26}"
                    click.echo(f"{row.id}  {where}  {each.masked:4} {row.label}")


@protected.command()
@click.option("--number", prompt=True, hide_input=True, help="Asked for, so that it stands in no history.")
@click.option("--label", prompt=True, help="Whose number it is.")
@click.option("--line", "line_id", help="On one line only; needs --as.")
@click.option("--as", "username", help="One of a court's people: protects there. Without: everywhere.")
def add(number: str, label: str, line_id: str | None, username: str | None) -> None:
    """Protect a caller."""
    runtime = open_runtime()
    with working(runtime, acting(runtime, username) if username else CONSOLE) as work:
        click.echo(protect_caller(work, number, label, line_id).id)


@protected.command()
@click.argument("protected_id")
@click.option("--as", "username", help="One of the court's people, for what that court has protected.")
def remove(protected_id: str, username: str | None) -> None:
    """Take a caller off the list."""
    runtime = open_runtime()
    with working(runtime, acting(runtime, username) if username else CONSOLE) as work:
        stop_protecting(work, protected_id)
    click.echo("removed")
