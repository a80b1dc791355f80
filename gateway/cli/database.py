"""`init`, `upgrade`, `doctor`, `backup`, `restore`: the place where the gateway lives."""

import sys
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from gateway.backup import BackupRefused, restore_backup, write_backup
from gateway.cli.common import open_runtime
from gateway.cli.common import settings as read_settings
from gateway.clock import SystemClock
from gateway.database import DurabilityOff
from gateway.examination import examine
from gateway.founding import bring_up, found
from gateway.readiness import NotReady
from gateway.vault import KeysUnusable


@click.command()
def init() -> None:
    """Make directories, keys, database and schema; harmless when done again."""
    settings = read_settings()
    try:
        found(settings, SystemClock()).close()
    except (KeysUnusable, DurabilityOff, NotReady) as fault:
        raise click.ClickException(str(fault)) from fault
    except SQLAlchemyError as fault:
        raise click.ClickException(f"the database does not answer ({type(fault).__name__})") from fault
    click.echo(f"ready: keys in {settings.keys_path} (keep a copy apart from every backup)")


@click.command()
def upgrade() -> None:
    """Bring roles and schema to this program's revision, as the owner; stop the gateway first."""
    try:
        bring_up(read_settings())
    except NotReady as fault:
        raise click.ClickException(str(fault)) from fault
    except SQLAlchemyError as fault:
        raise click.ClickException(f"the database does not answer ({type(fault).__name__})") from fault
    click.echo("the schema is up to date")


@click.command()
def doctor() -> None:
    """Examine the installation; exit 1 where something must be mended."""
    findings = examine(open_runtime(checked=False))
    for each in findings:
        click.echo(f"{each.verdict:5} {each.what}: {each.details}")
    sys.exit(1 if any(each.verdict == "FAIL" for each in findings) else 0)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write database and recordings, in one consistent state, to FILE; the gateway may be running."""
    try:
        write_backup(open_runtime(), file)
    except BackupRefused as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(
        f"{file}: written; keys and callers' keys are not in it, keep {read_settings().keys_path} apart"
    )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put a backup in place of the present data. Every court stays off until somebody switches it on."""
    try:
        restore_backup(read_settings(), SystemClock(), file)
    except (BackupRefused, KeysUnusable, NotReady) as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo("restored; every court is off until it is reconciled:")
    click.echo("import the closures since the backup, then `court-gateway court enable`")
