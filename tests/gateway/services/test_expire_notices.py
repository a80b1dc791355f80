"""Notices that are over are written down as ended: late, twice or twice at once, with one effect."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.database import writing
from gateway.models import AuditEntry, EnforcementCase, Notice
from gateway.services.expire_notices import end_notices_of_closed_cases, expire_notices
from gateway.services.record_tick import record_tick
from gateway.sight import EVERY_COURT
from tests.carriers import FakeCarrier
from tests.factories import Gateway
from tests.gateway.records import actions, change
from tests.gateway.services.crowd import at_once, crowd, notice_row, quiet_because, transactions, verdict

MOMENT = timedelta(microseconds=1)


def _over_at(gateway: Gateway, **past: float) -> Notice:
    """A notice in force whose end lies so far ahead of the present."""
    notice = gateway.notice()
    change(gateway, Notice, notice.id, ends_at=gateway.clock.now() + timedelta(**past))
    return notice


def test_a_notice_whose_time_ran_out_is_ended_by_the_system_and_leaves_word_on_its_line(
    gateway: Gateway,
) -> None:
    notice = _over_at(gateway, hours=1)
    gateway.clock.forward(hours=2)
    assert expire_notices(transactions(gateway)) == 1
    row = notice_row(gateway, notice.id)
    assert (row.state, row.ended_because, row.ended_at) == ("ended", "expired", gateway.clock.now())
    assert row.version == notice.version + 1
    assert quiet_because(gateway, notice) == "ended"
    assert actions(gateway, notice.id)[-1] == "ended"
    with gateway.read() as session:
        last = select(AuditEntry).where(AuditEntry.subject_id == notice.id, AuditEntry.action == "ended")
        entry = session.scalars(last).one()
        assert (entry.actor, entry.chain) == ("system", gateway.court_a)


@pytest.mark.parametrize(("end", "ended"), [(-MOMENT, 1), (timedelta(), 1), (MOMENT, 0)])
def test_the_end_itself_is_over_and_the_moment_before_it_is_not(
    gateway: Gateway, end: timedelta, ended: int
) -> None:
    notice = gateway.notice()
    gateway.clock.forward(days=1)
    change(gateway, Notice, notice.id, ends_at=gateway.clock.now() + end)
    assert expire_notices(transactions(gateway)) == ended


def test_a_suspended_notice_ends_with_its_term_too(gateway: Gateway) -> None:
    notice = _over_at(gateway, hours=1)
    change(gateway, Notice, notice.id, state="suspended")
    gateway.clock.forward(hours=2)
    assert expire_notices(transactions(gateway)) == 1
    assert notice_row(gateway, notice.id).state == "ended"


def test_a_second_sweep_finds_nothing_and_changes_nothing(gateway: Gateway) -> None:
    notice = _over_at(gateway, hours=1)
    gateway.clock.forward(days=300)
    assert [expire_notices(transactions(gateway)) for _ in range(2)] == [1, 0]
    assert actions(gateway, notice.id).count("ended") == 1


def test_a_clock_set_back_behind_a_recorded_time_does_not_keep_a_notice(gateway: Gateway) -> None:
    notice = _over_at(gateway, hours=1)
    gateway.clock.forward(hours=2)
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        record_tick(session, gateway.clock.now())
    gateway.clock.forward(hours=-4)
    assert expire_notices(transactions(gateway)) == 1
    assert notice_row(gateway, notice.id).state == "ended"


def test_the_call_is_silent_although_no_sweep_ever_ran(gateway: Gateway) -> None:
    line = gateway.line()
    notice = gateway.notice(line=line)
    change(gateway, Notice, notice.id, ends_at=gateway.clock.now() + timedelta(hours=1))
    carrier, dialled = FakeCarrier.of(gateway), gateway.dialled(line)
    assert carrier.voice(dialled).plays
    gateway.clock.forward(hours=2)
    assert not carrier.voice(dialled).plays
    assert notice_row(gateway, notice.id).state == "approved"
    gateway.clock.forward(hours=-2)
    assert not carrier.voice(dialled).plays


def test_what_a_closed_case_left_behind_is_ended_and_says_so(gateway: Gateway) -> None:
    live, draft = gateway.notice(), gateway.notice(state="draft")
    for notice in (live, draft):
        closed = {"state": "closed", "closed_at": gateway.clock.now(), "closing_ground": 1}
        change(gateway, EnforcementCase, notice.case_id, **closed)
    assert expire_notices(transactions(gateway)) == 0
    assert [end_notices_of_closed_cases(transactions(gateway)) for _ in range(2)] == [2, 0]
    assert (
        notice_row(gateway, live.id).ended_because == notice_row(gateway, draft.id).ended_because == "closed"
    )
    assert (quiet_because(gateway, live), quiet_because(gateway, draft)) == ("closed", None)


def test_two_sweeps_at_the_same_moment_end_each_of_two_thousand_notices_once(gateway: Gateway) -> None:
    notice = _over_at(gateway, hours=1)
    ids = crowd(gateway, notice, 1999)
    gateway.clock.forward(hours=2)
    assert sum(at_once(lambda: expire_notices(transactions(gateway)))) == 2000
    with gateway.read() as session:
        states = session.execute(
            select(Notice.state, Notice.version, func.count()).group_by(Notice.state, Notice.version)
        )
        assert [tuple(row) for row in states] == [("ended", notice.version + 1, 2000)]
        swept = select(func.count(func.distinct(AuditEntry.subject_id))).where(AuditEntry.action == "ended")
        assert session.scalars(swept).one() == 2000
        entries = select(func.count()).where(AuditEntry.action == "ended")
        assert session.scalars(entries).one() == 2000
    assert verdict(gateway).intact
    assert len(ids) == 1999


def test_notices_of_two_courts_end_in_their_own_chains(gateway: Gateway) -> None:
    ours, theirs = _over_at(gateway, hours=1), gateway.notice(who="b_clerk")
    change(gateway, Notice, theirs.id, ends_at=gateway.clock.now())
    gateway.clock.forward(hours=2)
    assert expire_notices(transactions(gateway)) == 2
    with gateway.read() as session:
        found = select(AuditEntry.subject_id, AuditEntry.chain).where(AuditEntry.action == "ended")
        chains = {(subject, chain) for subject, chain in session.execute(found)}
    assert chains == {(ours.id, gateway.court_a), (theirs.id, gateway.court_b)}
    assert verdict(gateway).intact


@pytest.mark.postgres
def test_a_notice_that_somebody_is_working_on_is_left_for_the_next_sweep(postgres_gateway: Gateway) -> None:
    gateway = postgres_gateway
    held, free = _over_at(gateway, hours=1), _over_at(gateway, hours=1)
    gateway.clock.forward(hours=2)
    holding, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with gateway.work() as work:
            work.find(Notice, held.id)
            holding.set()
            let_go.wait(30)

    person = threading.Thread(target=hold)
    person.start()
    assert holding.wait(30)
    assert expire_notices(transactions(gateway)) == 1
    let_go.set()
    person.join()
    assert notice_row(gateway, free.id).state == "ended"
    assert expire_notices(transactions(gateway)) == 1
