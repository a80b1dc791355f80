"""Alerts as people deal with them: seen by somebody, and closed with a reason.

A court's people see their court's alerts. Operators see those of no court, and those that tell of the
platform itself.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from gateway.models import Alert
from gateway.services.audit import PLATFORM, Chain
from gateway.services.keyset import Branch, Listing, read_slice
from gateway.services.list_rows import Page, found
from gateway.services.permissions import Action
from gateway.services.refusals import NotAllowed, WrongState
from gateway.services.work import Work, require_reason

OF_THE_PLATFORM = ("audit_broken", "clock_skew", "trouble")
"""Kinds that concern operators also where a court's call or chain brought them up."""
STATES = ("open", "all")


@dataclass(frozen=True, slots=True)
class AlertFile:
    """An alert as it is read; `reason` is why it was closed."""

    id: str
    kind: str
    subject_id: str
    state: str
    times: int
    opened_at: datetime
    last_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    closed_by: str | None
    closed_at: datetime | None
    reason: str | None


def list_alerts(work: Work, only_open: bool, after: str | None, limit: int) -> Page[AlertFile]:
    """A page of the alerts that concern this person, the newest first."""
    must_read(work)
    still = (Alert.closed_at.is_(None),) if only_open else ()
    branches = tuple(Branch((each, *still)) for each in concerns(work))
    page = read_slice(work.session, Listing(Alert, branches), after, limit)
    return Page(tuple(_file(work, row) for row in page.rows), page.next)


def read_alert(work: Work, alert_id: str) -> AlertFile:
    """One of these alerts; raises NotFound."""
    must_read(work)
    query = select(Alert).where(Alert.id == alert_id, or_(*concerns(work)))
    return _file(work, found(work.session.scalars(query).one_or_none()))


def acknowledge_alert(work: Work, alert_id: str) -> AlertFile:
    """Say that somebody has seen it and is at it; the first who says so stands there."""
    work.actor.must(Action.CLOSE_ALERT)
    alert = _locked(work, alert_id)
    _refuse_closed(alert)
    if alert.acknowledged_at is None:
        alert.acknowledged_by, alert.acknowledged_at = work.actor.person, work.now
        work.enter(_chain(alert), "acknowledged", "alert", alert.id, {"kind": alert.kind})
    return _file(work, alert)


def dismiss_alert(work: Work, alert_id: str, reason: str) -> AlertFile:
    """Close it with a reason. What caused it opens another one if it goes on."""
    work.actor.must(Action.CLOSE_ALERT)
    alert = _locked(work, alert_id)
    _refuse_closed(alert)
    remark = work.remark(require_reason(reason))
    alert.closed_at, alert.closed_by, alert.closed_remark_id = work.now, work.actor.person, remark
    work.enter(_chain(alert), "dismissed", "alert", alert.id, {"kind": alert.kind}, remark)
    return _file(work, alert)


def must_read(work: Work) -> None:
    """Whoever reads his court's cases, or the platform."""
    if not (work.actor.may(Action.READ) or work.actor.may(Action.READ_PLATFORM)):
        raise NotAllowed("role", "Your role does not include this.", "您的角色无权办理此事项。")


def concerns(work: Work) -> tuple[ColumnElement[bool], ...]:
    """Disjoint conditions, each with an index."""
    if work.actor.court_id is not None:
        return (Alert.court_id == work.actor.court_id,)
    return (Alert.court_id.is_(None), Alert.court_id.is_not(None) & Alert.kind.in_(OF_THE_PLATFORM))


def _locked(work: Work, alert_id: str) -> Alert:
    query = select(Alert).where(Alert.id == alert_id, or_(*concerns(work))).with_for_update()
    return found(work.session.scalars(query.execution_options(populate_existing=True)).one_or_none())


def _refuse_closed(alert: Alert) -> None:
    if alert.closed_at is not None:
        raise WrongState("wrong-state", "The alert is closed already.", "该告警已关闭。")


def _chain(alert: Alert) -> Chain:
    return PLATFORM if alert.court_id is None else Chain(alert.court_id)


def _file(work: Work, row: Alert) -> AlertFile:
    state = "closed" if row.closed_at else "acknowledged" if row.acknowledged_at else "open"
    return AlertFile(
        row.id,
        row.kind,
        row.subject_id,
        state,
        row.times,
        row.opened_at,
        row.last_at,
        row.acknowledged_by,
        row.acknowledged_at,
        row.closed_by,
        row.closed_at,
        work.read_remark(row.closed_remark_id),
    )
