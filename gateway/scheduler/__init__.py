"""The scheduler: a process of its own that writes down what time has done; it is not what silences."""

import structlog

from gateway.checkpointing import keep_checkpointing
from gateway.runtime import Runtime
from gateway.scheduler.jobs import JOBS
from gateway.scheduler.rota import serve
from gateway.scheduler.shift import Shift

_log = structlog.get_logger()


def run(runtime: Runtime, once: bool) -> int:
    """Work until SIGTERM, SIGINT or `runtime.stopped`, alone under a lease; the process's exit code.

    `once` does every job once: 0 when all are done, 1 when another process holds the lease or a job failed.
    """
    keep_checkpointing(runtime.engine, runtime.stopped)
    shift = Shift(runtime)
    return _run_once(shift) if once else serve(shift)


def _run_once(shift: Shift) -> int:
    done = []
    for job in JOBS:
        shift.beat()
        if not shift.is_on:
            _log.warning("another scheduler is at work")
            return 1
        done.append(shift.do(job))
    still_on = shift.is_on
    shift.end()
    return 0 if all(done) and still_on else 1


__all__ = ["JOBS", "run"]
