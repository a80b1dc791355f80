"""The command `court-gateway`. Exit 0: done; 1: the answer is no; 2: wrong usage."""

import click

from gateway.cli.audit import audit
from gateway.cli.call import call
from gateway.cli.connections import connection
from gateway.cli.courts import court
from gateway.cli.database import backup, doctor, init, restore, upgrade
from gateway.cli.demo import demo
from gateway.cli.imports import export, import_
from gateway.cli.keys import keys
from gateway.cli.people import token, user
from gateway.cli.protected import protected
from gateway.cli.purge import purge
from gateway.cli.serve import scheduler, serve
from gateway.cli.show import routes, settings


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="court-notice-gateway")
def main() -> None:
    """Court Notice Gateway: callers of a listed debtor's number hear a court's notice, and get through."""


for command in (
    demo,
    init,
    upgrade,
    serve,
    scheduler,
    doctor,
    backup,
    restore,
    call,
    import_,
    export,
    user,
    court,
    connection,
    token,
    keys,
    protected,
    purge,
    audit,
    routes,
    settings,
):
    main.add_command(command)
