"""Which court's rows a transaction sees: the setting that PostgreSQL's row-level security asks for.

It is a second fence. The first one is in the services, which name the court in every statement. A transaction
that says nothing sees no court's row; SQLite has no such fence, and nothing is said there.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

EVERY_COURT = "*"
"""For the platform's own work, and for whoever is not recognised yet."""
NO_COURT = ""
_SEEN = "sees"
_SEE = text("SELECT set_config('court_gateway.court', :sees, true)")


def see(session: Session, sees: str) -> None:
    """From here to the end of the transaction (SET LOCAL) it sees this court's rows; `sees` is its id."""
    if sees == session.info.get(_SEEN, NO_COURT):
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_SEE, {"sees": sees})
    session.info[_SEEN] = sees


@contextmanager
def seeing_every_court(session: Session) -> Iterator[None]:
    """For a question that must be asked beyond one's own court: is this number taken, has this person an
    account? Whatever is found there, the answer to a court says no more than that."""
    before = session.info.get(_SEEN, NO_COURT)
    see(session, EVERY_COURT)
    try:
        yield
    except DBAPIError:
        # Whatever is rolled back now, to a savepoint or altogether, takes the setting back with it.
        session.info[_SEEN] = before
        raise
    except BaseException:
        see(session, before)
        raise
    see(session, before)
