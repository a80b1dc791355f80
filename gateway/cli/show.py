"""`routes` and `settings`: what the gateway answers, and how it is configured."""

import json

import click

from gateway import create_app
from gateway.cli.common import open_runtime
from gateway.settings import SETTINGS


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def routes(as_json: bool) -> None:
    """List every address that the gateway answers."""
    app = create_app(open_runtime(checked=False))
    rows = [
        {
            "methods": sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}),
            "rule": rule.rule,
            "endpoint": rule.endpoint,
        }
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(f"{','.join(row['methods']):12} {row['rule']}")


@click.command()
def settings() -> None:
    """List the settings: environment variable, default, and what it is for."""
    for setting in SETTINGS:
        click.echo(f"{setting.variable:42} {setting.default or '-':24} {setting.help}")
