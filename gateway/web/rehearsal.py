"""What a worker does before its first caller: write its statements, and ask what every call asks."""

import structlog
from sqlalchemy.exc import SQLAlchemyError

from gateway.call_transaction import Kept
from gateway.deadline import Ticket, TooLate
from gateway.runtime import Runtime
from gateway.services.answer_call import statements
from gateway.services.find_connection import TRUNKS, find_trunks
from gateway.services.look_up_call import Question, look_up_calls

_NOBODY = ""
_log = structlog.get_logger()


def rehearse(runtime: Runtime) -> None:
    """Write all statements, open a database connection and look up, so that no caller's half second pays.

    A database that does not answer is no reason not to start: calls go through without it.
    """

    def ask(_ticket: Ticket) -> None:
        with Kept(runtime.calls) as kept, kept.asking() as asking:
            find_trunks(asking, runtime.vault, [_NOBODY])
            hashes = runtime.vault.look_up_hashes(_NOBODY)
            question = Question(_NOBODY, hashes, _NOBODY, hashes, None)
            look_up_calls(asking, [question], runtime.clock.now())

    for statement in (TRUNKS, *statements(len(runtime.vault.key_ids))):
        statement.write(runtime.calls.dialect)
    try:
        runtime.deadline.run(ask, runtime.deadline.until())
    except (SQLAlchemyError, TooLate) as fault:
        _log.warning("not rehearsed", fault=type(fault).__name__)
