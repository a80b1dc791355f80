"""`serve` and `scheduler`: the gateway's long-running processes."""

import os
import shutil
import sys

import click

from gateway import run_scheduler
from gateway.cli.common import open_runtime
from gateway.logins import without_owner
from gateway.settings import PREFIX, Settings
from gateway.supervisor import PortTaken, Supervisor, programs, refuse_taken_port

DRAIN_SECONDS = 15.0


@click.command()
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.option("--with-scheduler", is_flag=True, help="Run the scheduler too, as its own process.")
def serve(workers: int, with_scheduler: bool) -> None:
    """Answer calls, the API and pages; SIGTERM lets every call under way finish."""
    runtime = open_runtime()
    settings = runtime.settings
    runtime.close()
    supervisor = supervise(settings, workers, with_scheduler)
    supervisor.start()
    click.echo(f"serving on http://{settings.host}:{settings.port}", err=True)
    supervisor.wait()


def supervise(settings: Settings, workers: int, with_scheduler: bool) -> Supervisor:
    """The processes of a gateway, ready to start; exit 1 where the port is taken."""
    try:
        refuse_taken_port(settings.host, settings.port)
    except PortTaken as fault:
        raise click.ClickException(str(fault)) from fault
    environment = {**os.environ, f"{PREFIX}DATABASE_URL": without_owner(settings)}
    if workers > 1:
        counters = settings.data_dir / "counters"
        shutil.rmtree(counters, ignore_errors=True)
        counters.mkdir(parents=True)
        environment["PROMETHEUS_MULTIPROC_DIR"] = str(counters)
    return Supervisor(programs(settings, workers, with_scheduler), environment, DRAIN_SECONDS)


@click.command()
@click.option("--once", is_flag=True, help="Do everything that is due, once, and end.")
def scheduler(once: bool) -> None:
    """End, suspend, purge, verify: what is due by time. Silence never waits for it."""
    sys.exit(run_scheduler(open_runtime(), once=once))
