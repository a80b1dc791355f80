"""Approving an import: one judge, one file, and every caller of its lines hears what was approved."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text

from gateway.models import FAR_FUTURE, EnforcementCase, ImportBatch, Notice, PhoneLine
from gateway.services.approve_import import approve_import
from gateway.services.check_fallback import check_fallback, route_of
from gateway.services.close_case import close_case
from gateway.services.court_switch import disable_court
from gateway.services.keep_statistics import FIRST
from gateway.services.refusals import NotAllowed, NotFound, NotValid, WrongState
from tests.carriers import FakeCarrier, sid
from tests.factories import Gateway
from tests.gateway.import_files import Desk, transactions
from tests.gateway.records import actions, why_of


@pytest.fixture
def desk(gateway: Gateway) -> Desk:
    return Desk.of(gateway)


@pytest.fixture
def sqlite_desk(sqlite_gateway: Gateway) -> Desk:
    return Desk.of(sqlite_gateway)


def _notices(desk: Desk) -> list[Notice]:
    with desk.gateway.read() as session:
        found = list(session.scalars(select(Notice).order_by(Notice.id)))
        session.expunge_all()
        return found


def _activate(desk: Desk, public_number: str) -> PhoneLine:
    """Check the fallback of the line with this number."""
    with desk.gateway.work() as work:
        digest = work.vault.look_up_hash(public_number)
        line = work.session.scalars(select(PhoneLine).where(PhoneLine.public_hash == digest)).one()
        check_fallback(work, line.id, True, "letter", route_of(work, line).deliver_to)
    desk.gateway.refresh_map()
    return line


def test_five_thousand_rows_are_approved_by_a_second_person_and_then_a_call_plays(desk: Desk) -> None:
    batch = desk.stage(*desk.rows(5000))
    carrier, line = FakeCarrier.of(desk.gateway), _activate(desk, "+8617100004321")
    dialled = desk.gateway.dialled(line)
    before = sid()
    assert carrier.voice(dialled, call=before).plays == ()
    assert why_of(desk.gateway, before) == ("silent", "no_notice")
    desk.approve(batch)
    desk.gateway.clock.forward(seconds=10)
    answer = carrier.voice(dialled)
    assert len(answer.plays) == 1
    assert desk.recording.sha256 in answer.plays[0]
    assert answer.dials == "+8617100014321"
    unchecked = sid()
    assert carrier.voice("+8617100000000", call=unchecked).dials == "+8617100010000"
    assert why_of(desk.gateway, unchecked) == ("silent", "stale")
    assert {notice.state for notice in _notices(desk)} == {"approved"}


@pytest.mark.postgres
def test_postgresql_is_told_of_what_is_approved_while_it_comes(postgres_gateway: Gateway) -> None:
    """Else it thinks that none is in force yet, and reads all that are for each whose line it looks at."""
    desk = Desk.of(postgres_gateway)
    batch = desk.stage(*desk.rows(FIRST))
    before = _times_told(postgres_gateway)
    desk.approve(batch)
    assert _times_told(postgres_gateway) == before + 1


def _times_told(gateway: Gateway) -> int:
    """How often somebody had the table of notices analysed; the server's own vacuum does not count."""
    times = text("SELECT analyze_count FROM pg_stat_user_tables WHERE relname = 'notice'")
    with gateway.read() as session:
        return int(session.execute(times).scalar_one())


def test_each_notice_tells_who_approved_it_and_the_record_who_began_and_ended(desk: Desk) -> None:
    batch = desk.stage(*desk.rows(3))
    approved = desk.approve(batch)
    judge = desk.gateway.people["judge"].user_id
    assert (approved.state, approved.approved_by) == ("approved", judge)
    for notice in _notices(desk):
        assert (notice.import_id, notice.approved_by) == (batch.id, judge)
        assert notice.approved_recordings == desk.recording.sha256
        assert notice.approved_at == desk.gateway.clock.at
    assert actions(desk.gateway, batch.id) == ["imported", "approving", "approved"]


def test_a_row_without_an_end_or_a_review_ends_with_the_term(desk: Desk) -> None:
    made_on = (desk.today - timedelta(days=80)).replace(day=1)
    days = {"made_on": str(made_on), "served_on": str(made_on + timedelta(days=2))}
    warned = {"warned_on": str(made_on - timedelta(days=30)), "review_on": ""}
    desk.approve(desk.stage(desk.row(1, grounds="2", term_months="24", **days, **warned)))
    notice = _notices(desk)[0]
    assert (notice.state, notice.ends_on) == ("approved", made_on.replace(year=made_on.year + 2))


def test_a_notice_starts_with_the_approval_or_after_its_grace_and_never_ends_before_its_review(
    desk: Desk,
) -> None:
    today = desk.today
    grace = today + timedelta(days=5)
    made_on = str(grace - timedelta(days=60))
    waits = desk.row(2, grace_until=str(grace), made_on=made_on, served_on=made_on)
    batch = desk.stage(desk.row(1), waits)
    desk.gateway.clock.forward(hours=1)
    desk.approve(batch)
    first, second = sorted(_notices(desk), key=lambda notice: notice.starts_at or FAR_FUTURE)
    assert first.starts_at == desk.gateway.clock.at
    assert second.starts_at is not None
    local = second.starts_at.astimezone(ZoneInfo("Asia/Shanghai"))
    assert (local.date(), local.hour, local.minute) == (grace + timedelta(days=1), 0, 0)
    assert first.ends_at == FAR_FUTURE
    review = first.review_until.astimezone(ZoneInfo("Asia/Shanghai"))
    assert (review.date(), review.hour) == (today + timedelta(days=91), 0)


def test_two_recordings_are_bound_in_their_order(desk: Desk) -> None:
    other = desk.gateway.recording()
    desk.approve(desk.stage(desk.row(1, prompt=f"{desk.prompt};{other.id}")))
    assert _notices(desk)[0].approved_recordings == f"{desk.recording.sha256} {other.sha256}"


@pytest.mark.parametrize(
    ("rows", "sha256", "fields"),
    [
        (lambda batch: batch.rows + 1, lambda batch: batch.sha256, ["rows"]),
        (lambda batch: batch.rows, lambda _batch: "0" * 64, ["sha256"]),
        (lambda _batch: 0, lambda _batch: "", ["rows", "sha256"]),
    ],
)
def test_another_file_than_the_one_seen_is_refused_with_the_difference(
    sqlite_desk: Desk,
    rows: Callable[[ImportBatch], int],
    sha256: Callable[[ImportBatch], str],
    fields: list[str],
) -> None:
    batch = sqlite_desk.stage(sqlite_desk.row(1))
    judge = transactions(sqlite_desk.gateway, "judge")
    with pytest.raises(WrongState) as refused:
        approve_import(judge, batch.id, rows(batch), sha256(batch))
    assert refused.value.rule == "changed-since-seen"
    assert [name for name, _, _ in refused.value.difference] == fields
    assert _notices(sqlite_desk)[0].state == "submitted"


def test_a_clerk_cannot_approve(sqlite_desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        sqlite_desk.approve(sqlite_desk.stage(sqlite_desk.row(1)), "clerk2")


def test_who_submitted_cannot_approve_even_as_a_judge(sqlite_desk: Desk) -> None:
    people = sqlite_desk.gateway.people
    batch = sqlite_desk.stage(sqlite_desk.row(1))
    people["both"] = type(people["clerk"])(
        people["clerk"].user_id, people["clerk"].court_id, frozenset({"judge"})
    )
    with pytest.raises(NotAllowed) as refused:
        sqlite_desk.approve(batch, "both")
    assert refused.value.rule == "second-person"


def test_another_courts_judge_finds_nothing(sqlite_desk: Desk) -> None:
    with pytest.raises(NotFound):
        sqlite_desk.approve(sqlite_desk.stage(sqlite_desk.row(1)), "b_judge")


def test_an_import_is_approved_once(sqlite_desk: Desk) -> None:
    batch = sqlite_desk.stage(sqlite_desk.row(1))
    sqlite_desk.approve(batch)
    with pytest.raises(WrongState) as refused:
        sqlite_desk.approve(batch, "judge2")
    assert refused.value.rule == "wrong-state"


def test_a_court_that_is_switched_off_approves_nothing(sqlite_desk: Desk) -> None:
    batch = sqlite_desk.stage(sqlite_desk.row(1))
    with sqlite_desk.gateway.work("administrator") as work:
        disable_court(work, sqlite_desk.gateway.court_a, "maintenance")
    with pytest.raises(NotValid) as refused:
        sqlite_desk.approve(batch)
    assert refused.value.refusals[0].rule == "court-disabled"


def test_a_case_that_closed_meanwhile_stays_silent(desk: Desk) -> None:
    batch = desk.stage(*desk.rows(2))
    with desk.gateway.work() as work:
        closed = work.session.scalars(select(EnforcementCase).limit(1)).one()
        close_case(work, closed.id, 1, "paid")
    desk.approve(batch)
    states = {notice.case_id == closed.id: notice.state for notice in _notices(desk)}
    assert states == {True: "ended", False: "approved"}


def test_what_a_crash_interrupted_stays_silent_until_a_judge_ends_it(desk: Desk) -> None:
    batch, gateway = desk.stage(*desk.rows(120)), desk.gateway
    line, carrier = _activate(desk, "+8617100000000"), FakeCarrier.of(desk.gateway)
    done: list[int] = []

    def crash(count: int) -> None:
        done.append(count)
        if sum(done) >= 60:
            raise KeyboardInterrupt

    judge = transactions(gateway, "judge")
    with pytest.raises(KeyboardInterrupt):
        approve_import(judge, batch.id, batch.rows, batch.sha256, advance=crash)
    assert {notice.state for notice in _notices(desk)} == {"approved", "submitted"}
    assert carrier.voice(gateway.dialled(line)).plays == ()
    desk.approve(batch, "judge2")
    gateway.clock.forward(seconds=10)
    assert {notice.state for notice in _notices(desk)} == {"approved"}
    assert len(carrier.voice(gateway.dialled(line)).plays) == 1
    assert actions(gateway, batch.id) == ["imported", "approving", "approving", "approved"]
