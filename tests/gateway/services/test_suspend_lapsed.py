"""Notices whose review or attestation ran out are suspended, and people are told."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.models import Alert, Notice, PhoneLine
from gateway.services.suspend_lapsed import suspend_lapsed
from tests.factories import Gateway
from tests.gateway.records import actions, alerts, change
from tests.gateway.services.crowd import at_once, crowd, notice_row, transactions, verdict

MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(("end", "suspended"), [(timedelta(), 1), (MOMENT, 0)])
def test_a_notice_past_its_review_is_suspended_by_nobody(
    gateway: Gateway, end: timedelta, suspended: int
) -> None:
    notice = gateway.notice()
    gateway.clock.forward(days=1)
    change(gateway, Notice, notice.id, review_until=gateway.clock.now() + end)
    assert suspend_lapsed(transactions(gateway)) == suspended
    row = notice_row(gateway, notice.id)
    expected = ("suspended", "review", None) if suspended else ("approved", None, None)
    assert (row.state, row.suspended_because, row.suspended_by) == expected
    assert alerts(gateway) == ["review_lapsed"] * suspended


@pytest.mark.parametrize(("end", "suspended"), [(timedelta(), 1), (MOMENT, 0)])
def test_a_notice_on_a_line_with_a_lapsed_attestation_is_suspended(
    gateway: Gateway, end: timedelta, suspended: int
) -> None:
    notice = gateway.notice()
    gateway.clock.forward(days=1)
    change(gateway, PhoneLine, notice.line_id, attested_until=gateway.clock.now() + end)
    assert suspend_lapsed(transactions(gateway)) == suspended
    assert notice_row(gateway, notice.id).suspended_because == ("attestation" if suspended else None)
    assert alerts(gateway) == ["attestation_lapsed"] * suspended


def test_the_alert_names_the_notice_and_its_court(gateway: Gateway) -> None:
    notice = gateway.notice()
    change(gateway, Notice, notice.id, review_until=gateway.clock.now())
    suspend_lapsed(transactions(gateway))
    with gateway.read() as session:
        alert = session.scalars(select(Alert).where(Alert.kind == "review_lapsed")).one()
        assert (alert.subject_id, alert.court_id, alert.sent_at) == (notice.id, gateway.court_a, None)


def test_what_is_over_is_not_suspended_but_left_to_end(gateway: Gateway) -> None:
    notice = gateway.notice()
    now = gateway.clock.now()
    change(gateway, Notice, notice.id, review_until=now, ends_at=now)
    assert suspend_lapsed(transactions(gateway)) == 0
    assert notice_row(gateway, notice.id).state == "approved"


def test_what_a_person_suspended_keeps_his_name(gateway: Gateway) -> None:
    notice = gateway.notice()
    clerk = gateway.people["clerk"].user_id
    past = gateway.clock.now()
    person = {"state": "suspended", "suspended_by": clerk, "suspended_because": "person"}
    change(gateway, Notice, notice.id, review_until=past, **person)
    assert suspend_lapsed(transactions(gateway)) == 0
    assert notice_row(gateway, notice.id).suspended_by == clerk


def test_two_at_the_same_moment_suspend_each_notice_once(gateway: Gateway) -> None:
    notice = gateway.notice()
    change(gateway, Notice, notice.id, review_until=gateway.clock.now())
    ids = crowd(gateway, notice, 249)
    assert sum(at_once(lambda: suspend_lapsed(transactions(gateway)))) == 250
    assert alerts(gateway) == ["review_lapsed"] * 250
    assert actions(gateway, ids[0]) == ["suspended"]
    assert suspend_lapsed(transactions(gateway)) == 0
    assert verdict(gateway).intact
