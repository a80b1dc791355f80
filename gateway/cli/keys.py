"""`keys`: a new key for what is sealed and hashed from now on, and everything kept brought under it."""

import click
from sqlalchemy.exc import SQLAlchemyError

from gateway.cli.common import open_runtime
from gateway.cli.common import settings as read_settings
from gateway.readiness import NotReady
from gateway.roles import make_roles
from gateway.services.rewrite_keys import rewrite_keys
from gateway.services.transactions import Transactions
from gateway.vault import Keyring, KeysUnusable


@click.group()
def keys() -> None:
    """The keys under which numbers and names are kept."""


@keys.command()
def rotate() -> None:
    """Add a key to the key file; stop the gateway before, and start it after."""
    path = read_settings().keys_path
    try:
        ring = Keyring.load(path).rotated()
    except KeysUnusable as fault:
        raise click.ClickException(str(fault)) from fault
    ring.save(path)
    click.echo(
        f"{ring.current} seals and hashes from now on; start the gateway, then `court-gateway keys rewrite`"
    )


@keys.command()
def passwords() -> None:
    """Give the PostgreSQL roles that serve new passwords, as the owner; then start the gateway again."""
    settings = read_settings()
    try:
        done = make_roles(settings, anew=True)
    except NotReady as fault:
        raise click.ClickException(str(fault)) from fault
    except SQLAlchemyError as fault:
        raise click.ClickException(f"the database does not answer ({type(fault).__name__})") from fault
    if not done:
        raise click.ClickException("name a PostgreSQL database, as its owner, in COURT_GATEWAY_DATABASE_URL")
    click.echo(f"{settings.logins_path}: copy it to the other hosts, and start the gateway there and here")


@keys.command()
def rewrite() -> None:
    """Seal and hash everything kept under older keys anew; calls are answered meanwhile."""
    runtime = open_runtime()
    count = rewrite_keys(Transactions(runtime.engine, runtime.clock, runtime.vault))
    click.echo(f"{count} rows rewritten; keep the older keys in the file, persons' keys still need them")
