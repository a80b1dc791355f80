"""What a worker does before its first caller: ask the database once what every call asks."""

import structlog
from sqlalchemy.exc import SQLAlchemyError

from gateway.call_transaction import Kept
from gateway.deadline import Ticket, TooLate
from gateway.runtime import Runtime
from gateway.services.find_connection import find_trunks
from gateway.services.look_up_call import Question, look_up_calls

_NOBODY = ""
_log = structlog.get_logger()


def rehearse(runtime: Runtime) -> None:
    """Open a database connection and prepare a call's statements, so that no caller's half second pays.

    A database that does not answer is no reason not to start: calls go through without it.
    """

    def ask(_ticket: Ticket) -> None:
        with Kept(runtime.calls) as kept, kept.asking() as asking:
            find_trunks(asking, runtime.vault, [_NOBODY])
            hashes = runtime.vault.look_up_hashes(_NOBODY)
            question = Question(_NOBODY, hashes, _NOBODY, hashes, None)
            look_up_calls(asking, [question], runtime.clock.now())

    try:
        runtime.deadline.run(ask, runtime.deadline.until())
    except (SQLAlchemyError, TooLate) as fault:
        _log.warning("not rehearsed", fault=type(fault).__name__)
