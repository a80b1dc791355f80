"""Audit chains are anchored and checked on schedule; a broken one calls people, a busy one does not."""

import threading

from sqlalchemy import select, update

from gateway.database import writing
from gateway.models import Alert, AuditEntry, Platform
from gateway.services.anchor_chains import anchor_chains
from gateway.services.check_chains import check_chains
from gateway.sight import EVERY_COURT
from tests.factories import Gateway
from tests.gateway.records import alerts
from tests.gateway.services.crowd import at_once, transactions, verdict


def _platform(gateway: Gateway) -> Platform:
    with gateway.read() as session:
        row = session.get_one(Platform, 1)
        session.expunge(row)
        return row


def test_the_verdict_and_its_time_are_kept(gateway: Gateway) -> None:
    assert _platform(gateway).chains_intact is None
    assert check_chains(transactions(gateway)).intact
    row = _platform(gateway)
    assert (row.chains_intact, row.chains_verified_at) == (True, gateway.clock.now())
    assert alerts(gateway) == []


def test_a_changed_entry_breaks_its_chain_and_opens_one_alert(gateway: Gateway) -> None:
    notice = gateway.notice()
    with gateway.owner() as owner, writing(owner, EVERY_COURT) as session:
        session.execute(
            update(AuditEntry)
            .where(AuditEntry.subject_id == notice.id, AuditEntry.action == "approved")
            .values(action="rejected")
        )
    for _ in range(2):
        assert not check_chains(transactions(gateway)).intact
    assert _platform(gateway).chains_intact is False
    assert alerts(gateway) == ["audit_broken"]
    with gateway.read() as session:
        alert = session.scalars(select(Alert).where(Alert.kind == "audit_broken")).one()
        assert (alert.subject_id, alert.court_id, alert.times) == (gateway.court_a, gateway.court_a, 2)


def test_entries_that_arrive_during_the_check_are_no_false_alarm(gateway: Gateway) -> None:
    """On PostgreSQL each statement would see another state, were the walk not one snapshot."""
    gateway.notice()
    appended = threading.Event()

    def somebody_works(_count: int) -> None:
        if not appended.is_set():
            appended.set()
            worker = threading.Thread(target=gateway.case)
            worker.start()
            worker.join(60)

    assert check_chains(transactions(gateway), somebody_works).intact
    assert appended.is_set()
    assert verdict(gateway).intact


def test_heads_are_anchored_once_for_each_move(gateway: Gateway) -> None:
    gateway.case()
    assert [anchor_chains(transactions(gateway)) for _ in range(2)] == [1, 0]
    gateway.case()
    assert sum(at_once(lambda: anchor_chains(transactions(gateway)))) >= 1
    assert anchor_chains(transactions(gateway)) == 0
    assert verdict(gateway).intact
