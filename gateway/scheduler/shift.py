"""A shift: the time in which one process holds the lease, and what it may do meanwhile."""

import os
import secrets
import socket
import threading

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from gateway.alerting import couriers_of
from gateway.database import writing
from gateway.runtime import Runtime
from gateway.scheduler.jobs import Job, Means, Stopped
from gateway.services.hold_lease import LeaseLost, give_up_lease, hold_lease, take_lease
from gateway.services.read_instant import read_instant
from gateway.services.record_tick import record_tick
from gateway.services.send_alerts import Despatch
from gateway.services.transactions import Transactions
from gateway.sight import EVERY_COURT

LEASE_NAME = "scheduler"

_log = structlog.get_logger()


class Shift:
    """One process's turn: on while it holds the lease, off at once when it learns that another has it."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._on = threading.Event()
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}"
        transactions = Transactions(runtime.engine, runtime.clock, runtime.vault, self._refuse_if_off)
        self._means = Means(runtime, transactions, Despatch(couriers_of(runtime.settings)))

    @property
    def runtime(self) -> Runtime:
        return self._runtime

    @property
    def is_on(self) -> bool:
        return self._on.is_set()

    def beat(self) -> bool:
        """Take or renew the lease and record the tick; True when the shift begins with this beat.

        Raises SQLAlchemyError where the database does not answer.
        """
        now = self._runtime.clock.now()
        with writing(self._runtime.engine, EVERY_COURT) as session:
            taken = take_lease(session, LEASE_NAME, self.holder, read_instant(session, now).database)
            if taken:
                record_tick(session, now)
        if taken == self.is_on:
            return False
        self._turn(taken)
        return taken

    def do(self, job: Job) -> bool:
        """Do a job while on shift; False where it failed and is to be tried again."""
        if not self.is_on:
            return True
        try:
            count = job.do(self._means)
        except LeaseLost:
            self._turn(False)
        except Stopped:
            return True
        except (SQLAlchemyError, OSError) as fault:
            _log.error("job failed", job=job.name, fault=type(fault).__name__)
            return False
        else:
            if count:
                _log.info("job done", job=job.name, count=count)
        return True

    def end(self) -> None:
        """Give the lease up, so that another process need not wait for its end."""
        if not self.is_on:
            return
        self._turn(False)
        now = self._runtime.clock.now()
        try:
            with writing(self._runtime.engine, EVERY_COURT) as session:
                give_up_lease(session, LEASE_NAME, self.holder, read_instant(session, now).database)
        except SQLAlchemyError as fault:
            _log.warning("lease not given up", fault=type(fault).__name__)

    def _turn(self, on: bool) -> None:
        (self._on.set if on else self._on.clear)()
        _log.info("shift begins" if on else "shift ends", holder=self.holder)

    def _refuse_if_off(self, session: Session) -> None:
        if self._runtime.stopped.is_set():
            raise Stopped
        hold_lease(session, LEASE_NAME, self.holder)
