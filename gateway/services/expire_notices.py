"""Ending notices whose time has run out, or whose case is closed, and leaving word on their lines."""

from collections.abc import Callable, Sequence

from sqlalchemy import and_, exists, update

from gateway.models import EnforcementCase, Notice, PhoneLine
from gateway.services.keyset import among
from gateway.services.one_of import one_of
from gateway.services.sweep_notices import LIVE, Sweep, Swept, sweep_notices
from gateway.services.transactions import Transactions
from gateway.services.work import Work


def expire_notices(transactions: Transactions) -> int:
    """End the live notices that are over by any clock or the greatest time recorded; returns how many."""
    return sweep_notices(transactions, OVER)


def end_notices_of_closed_cases(transactions: Transactions) -> int:
    """End what a closed case has left; closing ends its notices itself, so there should be nothing."""
    return sweep_notices(transactions, CLOSED)


def _quiet(because: str) -> Callable[[Work, Sequence[Swept]], None]:
    def leave_word(work: Work, swept: Sequence[Swept]) -> None:
        lines = [row.line_id for row in swept if row.was_live]
        work.session.execute(
            update(PhoneLine)
            .where(one_of(PhoneLine.id, lines))
            .values(quiet_because=because)
            .execution_options(synchronize_session=False)
        )

    return leave_word


OVER = Sweep(
    action="ended",
    because="expired",
    due=lambda latest: and_(Notice.state.in_(LIVE), Notice.ends_at <= latest),
    values=lambda now: {"state": "ended", "ended_at": now, "ended_because": "expired"},
    then=_quiet("ended"),
    within=among(Notice.state, *LIVE),
)

CLOSED = Sweep(
    action="ended",
    because="closed",
    due=lambda _latest: and_(
        Notice.state != "ended",
        exists().where(EnforcementCase.id == Notice.case_id, EnforcementCase.state == "closed"),
    ),
    values=lambda now: {"state": "ended", "ended_at": now, "ended_because": "closed"},
    then=_quiet("closed"),
)
