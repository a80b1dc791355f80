"""Suspending notices whose review or whose line's attestation ran out: silent until a judge resumes them."""

from collections.abc import Callable, Sequence

from sqlalchemy import and_, exists

from gateway.models import Notice, PhoneLine
from gateway.services.alerts import open_alerts
from gateway.services.keyset import among, aside
from gateway.services.sweep_notices import LATEST, LIVE, Sweep, Swept, sweep_notices
from gateway.services.transactions import Transactions
from gateway.services.work import Work


def suspend_lapsed(transactions: Transactions) -> int:
    """Suspend what has lapsed, with an alert for each; returns how many. What is over is left to end."""
    return sum(sweep_notices(transactions, lapse) for lapse in LAPSES)


def _alert(kind: str) -> Callable[[Work, Sequence[Swept]], None]:
    def tell(work: Work, swept: Sequence[Swept]) -> None:
        open_alerts(work.session, kind, [row.id for row in swept], work.now, swept[0].court_id)

    return tell


def _silenced(because: str) -> dict[str, object]:
    return {
        "state": "suspended",
        "suspended_because": because,
        "suspended_by": None,
        "remark_id": None,
    }


LAPSES = (
    Sweep(
        action="suspended",
        because="attestation",
        due=and_(
            Notice.state == "approved",
            Notice.ends_at > LATEST,
            exists()
            .where(PhoneLine.id == Notice.line_id, PhoneLine.attested_until <= LATEST)
            .correlate(Notice),
        ),
        values=_silenced("attestation"),
        then=_alert("attestation_lapsed"),
    ),
    Sweep(
        action="suspended",
        because="review",
        due=and_(
            Notice.state == "approved",
            aside(Notice.ends_at) > LATEST,
            Notice.review_until <= LATEST,
        ),
        values=_silenced("review"),
        then=_alert("review_lapsed"),
        within=among(Notice.state, *LIVE),
    ),
)
"""Doubt about whose number it is comes before doubt about whether the notice is still due."""
