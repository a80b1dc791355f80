"""Ending notices whose time has run out, or whose case is closed, and leaving word on their lines."""

from collections.abc import Callable, Sequence

from sqlalchemy import and_, exists, update

from gateway.models import EnforcementCase, Notice, PhoneLine
from gateway.models.base import table_of
from gateway.services.keyset import among
from gateway.services.one_of import ids_named, one_of
from gateway.services.sweep_notices import LATEST, LIVE, NOW, Sweep, Swept, sweep_notices
from gateway.services.transactions import Transactions
from gateway.services.work import Work


def expire_notices(transactions: Transactions) -> int:
    """End the live notices that are over by any clock or the greatest time recorded; returns how many."""
    return sweep_notices(transactions, OVER)


def end_notices_of_closed_cases(transactions: Transactions) -> int:
    """End what a closed case has left; closing ends its notices itself, so there should be nothing."""
    return sweep_notices(transactions, CLOSED)


_LINE = table_of(PhoneLine)


def _quiet(because: str) -> Callable[[Work, Sequence[Swept]], None]:
    word = update(_LINE).where(one_of(_LINE.c.id, ids_named("ids"))).values(quiet_because=because)

    def leave_word(work: Work, swept: Sequence[Swept]) -> None:
        work.session.connection().execute(word, {"ids": [row.line_id for row in swept if row.was_live]})

    return leave_word


OVER = Sweep(
    action="ended",
    because="expired",
    due=and_(among(Notice.state, *LIVE), Notice.ends_at <= LATEST),
    values={"state": "ended", "ended_at": NOW, "ended_because": "expired"},
    then=_quiet("ended"),
)

CLOSED = Sweep(
    action="ended",
    because="closed",
    due=and_(
        Notice.state != "ended",
        exists().where(EnforcementCase.id == Notice.case_id, EnforcementCase.state == "closed"),
    ),
    values={"state": "ended", "ended_at": NOW, "ended_because": "closed"},
    then=_quiet("closed"),
)
