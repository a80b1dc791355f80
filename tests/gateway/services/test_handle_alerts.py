"""Alerts: seen by somebody, closed with a reason; a court's people and operators each see their own."""

import pytest

from gateway.database import writing
from gateway.models import Alert
from gateway.services.alerts import open_alert
from gateway.services.handle_alerts import acknowledge_alert, dismiss_alert, list_alerts, read_alert
from gateway.services.refusals import NotAllowed, NotFound, NotValid, WrongState
from gateway.sight import EVERY_COURT
from tests.factories import Gateway
from tests.gateway.records import actions


def _open(gateway: Gateway, kind: str, subject: str, court_id: str | None = None) -> str:
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        open_alert(session, kind, subject, gateway.clock.now(), court_id)
        return session.query(Alert.id).filter_by(kind=kind, subject_id=subject, closed_at=None).one()[0]


def _seen(gateway: Gateway, who: str, only_open: bool = True) -> set[str]:
    with gateway.work(who) as work:
        return {each.id for each in list_alerts(work, only_open, None, 50).items}


def test_each_sees_what_concerns_him(gateway: Gateway) -> None:
    own = _open(gateway, "loop", "line", gateway.court_a)
    other = _open(gateway, "loop", "line b", gateway.court_b)
    platform = _open(gateway, "unknown_line", "trunk")
    broken = _open(gateway, "audit_broken", gateway.court_a, gateway.court_a)
    assert _seen(gateway, "clerk") == _seen(gateway, "auditor") == {own, broken}
    assert _seen(gateway, "b_clerk") == {other}
    assert _seen(gateway, "operator") == {platform, broken}


def test_an_alert_is_acknowledged_once_and_closed_with_a_reason(gateway: Gateway) -> None:
    alert_id = _open(gateway, "loop", "line", gateway.court_a)
    with gateway.work("clerk") as work:
        assert acknowledge_alert(work, alert_id).state == "acknowledged"
    gateway.clock.forward(minutes=1)
    with gateway.work("judge") as work:
        assert acknowledge_alert(work, alert_id).acknowledged_by == gateway.people["clerk"].user_id
        closed = dismiss_alert(work, alert_id, "the carrier has been told")
    assert (closed.state, closed.reason) == ("closed", "the carrier has been told")
    assert closed.closed_by == gateway.people["judge"].user_id
    assert actions(gateway, alert_id) == ["acknowledged", "dismissed"]
    assert _seen(gateway, "clerk") == set()
    assert _seen(gateway, "clerk", only_open=False) == {alert_id}


def test_what_goes_on_opens_a_new_alert(gateway: Gateway) -> None:
    first = _open(gateway, "loop", "line", gateway.court_a)
    with gateway.work("clerk") as work:
        dismiss_alert(work, first, "done")
    second = _open(gateway, "loop", "line", gateway.court_a)
    assert _seen(gateway, "clerk") == {second}
    with gateway.work("clerk") as work:
        with pytest.raises(WrongState):
            acknowledge_alert(work, first)
        with pytest.raises(WrongState):
            dismiss_alert(work, first, "again")


def test_a_reason_is_needed_and_reading_is_not_closing(sqlite_gateway: Gateway) -> None:
    alert_id = _open(sqlite_gateway, "loop", "line", sqlite_gateway.court_a)
    with sqlite_gateway.work("clerk") as work, pytest.raises(NotValid):
        dismiss_alert(work, alert_id, "  ")
    with sqlite_gateway.work("auditor") as work:
        assert read_alert(work, alert_id).kind == "loop"
        with pytest.raises(NotAllowed):
            dismiss_alert(work, alert_id, "no business of mine")


@pytest.mark.parametrize("who", ["b_clerk", "operator"])
def test_another_courts_alert_is_not_there(sqlite_gateway: Gateway, who: str) -> None:
    alert_id = _open(sqlite_gateway, "loop", "line", sqlite_gateway.court_a)
    with sqlite_gateway.work(who) as work:
        with pytest.raises(NotFound):
            read_alert(work, alert_id)
        with pytest.raises(NotFound):
            dismiss_alert(work, alert_id, "not mine")
        with pytest.raises(NotFound):
            read_alert(work, "0" * 26)


def test_an_operator_closes_an_alert_of_the_platform(gateway: Gateway) -> None:
    alert_id = _open(gateway, "closures_stale", "platform")
    with gateway.work("operator") as work:
        assert dismiss_alert(work, alert_id, "the file has come").state == "closed"
    assert actions(gateway, alert_id) == ["dismissed"]
