"""`call`: a carrier in a box. It signs, posts, fetches, follows the plan, and says what the caller heard."""

import json
import sys

import click

from gateway.carrier_box import CallHeard, CarrierBox, NoAnswer
from gateway.cli.common import open_runtime
from gateway.database import reading
from gateway.forward_map import MappedTrunk
from gateway.models import Connection
from gateway.runtime import Runtime
from gateway.services.find_connection import find_connection
from gateway.sight import EVERY_COURT

ANYBODY = "+8617100009999"


@click.command()
@click.argument("dialled")
@click.option("--from", "caller", default=ANYBODY, show_default=True, help="Who calls.")
@click.option("--connection", "slug", help="Over which connection; needed where there are several.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def call(dialled: str, caller: str, slug: str | None, as_json: bool) -> None:
    """Call DIALLED as the carrier would; exit 1 where the caller does not get through."""
    trunk = _trunk(open_runtime(), slug)
    box = CarrierBox(trunk.kind, trunk.account, trunk.secrets[0], trunk.public_base_url, trunk.slug)
    try:
        heard = box.place_call(dialled, caller)
    except NoAnswer as fault:
        raise click.ClickException(f"{trunk.public_base_url}: {fault}") from fault
    if as_json:
        click.echo(json.dumps(as_plain(heard)))
    else:
        _tell(heard)
    sys.exit(0 if heard.connected else 1)


def as_plain(heard: CallHeard) -> dict[str, object]:
    """The call as the contract shows it."""
    return {
        "status": heard.status,
        "plan": heard.plan,
        "heard": [{"sha256": each.sha256, "seconds": each.seconds} for each in heard.heard],
        "connected": heard.connected,
        "reached": heard.reached,
    }


def _tell(heard: CallHeard) -> None:
    click.echo(f"answer    {heard.status}")
    for each in heard.heard:
        click.echo(f"heard     {each.seconds:.1f} s  {each.sha256}")
    click.echo("heard     nothing" if not heard.heard else "")
    click.echo(f"reached   {heard.reached}" if heard.connected else "reached   nobody")


def _trunk(runtime: Runtime, slug: str | None) -> MappedTrunk:
    with reading(runtime.engine, EVERY_COURT) as session:
        slugs = [slug] if slug else [row.slug for row in session.query(Connection).order_by(Connection.slug)]
        if len(slugs) != 1:
            raise click.UsageError(f"name one of the connections: {', '.join(slugs) or 'there is none yet'}")
        trunk = find_connection(session, runtime.vault, slugs[0])
    if trunk is None:
        raise click.UsageError(f"there is no connection {slugs[0]}")
    return trunk
