"""Working on uploaded files beside the web: each in a process of its own, which takes no time from calls.

Every web worker looks for files that wait; whoever is first claims one in the database. The process can die
at any time, with its worker or without: the file is then taken up again, by whichever worker is there. So a
gateway that runs `serve` alone imports, and one with several hosts does too.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from gateway.clock import SystemClock
from gateway.logs import configure
from gateway.runtime import Runtime, spare_the_collector
from gateway.services.claim_job import let_go, next_due_job
from gateway.services.transactions import Transactions
from gateway.services.work_on_import import work_on_import
from gateway.settings import PREFIX, SETTINGS, Settings, read_settings

LOOK_SECONDS, PAUSE_SECONDS = 1.0, 10.0
"""Between two looks; and after a process has died, which may happen again at once."""
NICENESS = 10

_log = structlog.get_logger()


def keep_importing(runtime: Runtime) -> None:
    """Start the thread that looks for files until the process stops."""
    threading.Thread(target=Importer(runtime).run, daemon=True, name="importer").start()


@dataclass(frozen=True, slots=True)
class Importer:
    """Looks for files that wait, and has them worked on one after the other."""

    runtime: Runtime

    def run(self) -> None:
        pause = LOOK_SECONDS
        while not self.runtime.stopped.wait(pause):
            try:
                pause = LOOK_SECONDS if self.do_what_is_due() else PAUSE_SECONDS
            except (SQLAlchemyError, OSError) as fault:
                _log.error("importer failed", fault=type(fault).__name__)
                pause = PAUSE_SECONDS

    def do_what_is_due(self) -> bool:
        """Have every waiting file worked on; False where a process died, and a pause is in order."""
        while not self.runtime.stopped.is_set() and (job_id := next_due_job(self._transactions)):
            if not self._do(job_id):
                return False
        return True

    @property
    def _transactions(self) -> Transactions:
        return Transactions(self.runtime.engine, self.runtime.clock, self.runtime.vault)

    def _do(self, job_id: str) -> bool:
        worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}"
        command = [sys.executable, "-m", "gateway.importing", job_id, worker]
        process = subprocess.Popen(command, env=environment_of(self.runtime.settings))
        while process.poll() is None:
            if self.runtime.stopped.wait(0.1):
                process.terminate()
                process.wait()
        if process.returncode:
            _log.error("process died", job="import", status=process.returncode)
            let_go(self._transactions, job_id, worker)
        return process.returncode == 0


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment in which another process reads the same settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return inherited | {each.variable: str(getattr(settings, each.name)) for each in SETTINGS}


def main(arguments: list[str]) -> int:
    """Work on one file, under a claim of this name; 0 also where another process has it."""
    job_id, worker = arguments
    os.nice(NICENESS)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    settings = read_settings(os.environ)
    configure(settings.log_level)
    runtime = Runtime.open(settings, SystemClock())
    spare_the_collector()
    try:
        done = work_on_import(Transactions(runtime.engine, runtime.clock, runtime.vault), job_id, worker)
    except (SQLAlchemyError, OSError) as fault:
        _log.error("job failed", job="import", fault=type(fault).__name__)
        return 1
    finally:
        runtime.close()
    _log.info("job done" if done else "job is another's", job="import")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
