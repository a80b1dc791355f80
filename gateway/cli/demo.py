"""`demo`: a whole gateway on this machine, with a fictitious court whose story it tells."""

import http.client
import os
import sys
import time
from pathlib import Path

import click

from gateway.cli.common import settings as read_settings
from gateway.cli.common import told
from gateway.cli.serve import supervise
from gateway.clock import SystemClock
from gateway.database import DurabilityOff
from gateway.demonstration.play import play
from gateway.founding import found
from gateway.readiness import NotReady
from gateway.runtime import Runtime
from gateway.settings import PREFIX, Settings
from gateway.supervisor import Supervisor
from gateway.vault import KeysUnusable

PATIENCE_SECONDS = 30


@click.command()
@click.option("--once", is_flag=True, help="Tell the story, then end.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--data-dir", default="var/demo", show_default=True, type=click.Path(file_okay=False, path_type=Path)
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--no-scheduler", is_flag=True, help="Run without the scheduler: silence does not need it.")
def demo(once: bool, port: int, data_dir: Path, workers: int, no_scheduler: bool) -> None:
    """Start everything on this machine and tell the story of one notice, from approval to silence."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    (data_dir / "demo.json").unlink(missing_ok=True)
    settings = _settings(data_dir.absolute(), port)
    try:
        runtime = found(settings, SystemClock())
    except (KeysUnusable, DurabilityOff, NotReady) as fault:
        raise click.ClickException(str(fault)) from fault
    supervisor = supervise(settings, workers, not no_scheduler)
    supervisor.start()
    try:
        _wait_until_alive(settings)
        true = _tell(runtime, f"http://{settings.host}:{port}")
    except BaseException:
        supervisor.stop()
        raise
    _go_on(supervisor, settings, data_dir, true, once)


def _settings(data_dir: Path, port: int) -> Settings:
    """The environment's settings, with what the command names; the gateway's processes read the same."""
    os.environ[f"{PREFIX}DATA_DIR"] = str(data_dir)
    os.environ[f"{PREFIX}HOST"] = "127.0.0.1"
    os.environ[f"{PREFIX}PORT"] = str(port)
    os.environ.setdefault(f"{PREFIX}LOG_LEVEL", "warning")
    return read_settings()


def _wait_until_alive(settings: Settings) -> None:
    """Ask until the gateway answers; exit 1 where it does not in time."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        connection = http.client.HTTPConnection(settings.host, settings.port, timeout=1)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise click.ClickException("the gateway did not start in time")


def _tell(runtime: Runtime, base_url: str) -> bool:
    """Tell the story; True where everything was seen as expected."""
    lines = []
    with told():
        for line in play(runtime, base_url):
            mark = "ok " if line.true else "NOT"
            click.echo(f"{mark} {line.what}: expected {line.expected}; seen {line.seen}")
            lines.append(line)
    runtime.close()
    return all(line.true for line in lines)


def _go_on(supervisor: Supervisor, settings: Settings, data_dir: Path, true: bool, once: bool) -> None:
    if once or not true:
        supervisor.stop()
        sys.exit(0 if true else 1)
    click.echo(
        f"\nlistening on http://{settings.host}:{settings.port};"
        f" logins and tokens are in {data_dir / 'demo.json'}; Ctrl-C ends it"
    )
    supervisor.wait()
