"""The command `court-gateway`. Exit 0: done; 1: the answer is no; 2: wrong usage."""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

import click

COMMANDS: Final[Mapping[str, str]] = {
    "demo": "demo:demo",
    "init": "database:init",
    "upgrade": "database:upgrade",
    "serve": "serve:serve",
    "scheduler": "serve:scheduler",
    "doctor": "database:doctor",
    "backup": "database:backup",
    "restore": "database:restore",
    "call": "call:call",
    "import": "imports:import_",
    "export": "imports:export",
    "user": "people:user",
    "court": "courts:court",
    "connection": "connections:connection",
    "token": "people:token",
    "keys": "keys:keys",
    "protected": "protected:protected",
    "purge": "purge:purge",
    "audit": "audit:audit",
    "routes": "show:routes",
    "settings": "show:settings",
}
"""Each command, and where it lives: that module is loaded when the command is asked for."""


class Commands(click.Group):
    """The commands of the table; one that runs does not wait until the others are loaded."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found: click.Command = getattr(import_module(f"{__name__}.{module}"), name)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="court-notice-gateway")
def main() -> None:
    """Court Notice Gateway: callers of a listed debtor's number hear a court's notice, and get through."""
