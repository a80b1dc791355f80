"""`purge`: what retention no longer allows to be kept, now."""

from datetime import UTC, datetime, time

import click

from gateway.cli.common import open_runtime, told
from gateway.services.purge import purge as purge_all


@click.command()
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="As if it were the end of this day (UTC).")
def purge(as_of: datetime | None) -> None:
    """Remove what is past its retention, and destroy callers' keys whose period is over."""
    runtime = open_runtime()
    now = runtime.clock.now()
    day = datetime.combine(as_of, time.max, UTC) if as_of else now
    with told():
        for table, count in purge_all(runtime, day).items():
            click.echo(f"{count:8} {table}")
