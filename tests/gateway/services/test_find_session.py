"""A session is good for its hours, not for one moment longer, nor for anybody whose access was changed."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from gateway.database import writing
from gateway.models import DeskSession, User
from gateway.services.end_sessions import end_other_sessions, end_session, list_sessions
from gateway.services.find_session import note_seen
from gateway.services.manage_people import change_roles, disable_person
from gateway.services.refusals import NotFound
from gateway.services.work import Work
from gateway.sight import EVERY_COURT
from tests.factories import Gateway
from tests.gateway.desk import Desk
from tests.gateway.records import actions


def _note(gateway: Gateway, session_id: str) -> None:
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        note_seen(session, session_id, gateway.clock.now())


@pytest.mark.parametrize(("who", "minutes"), [("clerk", 30), ("auditor", 30), ("judge", 15)])
def test_whoever_is_away_too_long_is_out(gateway: Gateway, who: str, minutes: int) -> None:
    desk = Desk.of(gateway, who)
    opened = desk.sign_in(who)
    gateway.clock.forward(minutes=minutes, microseconds=-1)
    assert desk.seen(opened.token) is not None
    gateway.clock.forward(microseconds=1)
    assert desk.seen(opened.token) is None


def test_a_president_is_away_as_short_as_a_judge(gateway: Gateway) -> None:
    desk = Desk.of(gateway, "clerk")
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        session.execute(update(User).where(User.username == "clerk").values(roles="clerk president"))
    opened = desk.sign_in("clerk")
    gateway.clock.forward(minutes=15)
    assert desk.seen(opened.token) is None


def test_after_twelve_hours_everybody_signs_in_again(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    opened = desk.sign_in()
    for _ in range(12 * 3 - 1):
        gateway.clock.forward(minutes=20)
        _note(gateway, opened.session_id)
    gateway.clock.forward(minutes=20, microseconds=-1)
    assert desk.seen(opened.token) is not None
    gateway.clock.forward(microseconds=1)
    assert desk.seen(opened.token) is None


def test_the_last_use_is_written_once_a_minute(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    opened = desk.sign_in()
    begun = gateway.clock.now()
    for seconds, unnoted, noted_after in ((59, False, 0), (1, True, 60), (30, False, 60)):
        gateway.clock.forward(seconds=seconds)
        seen = desk.seen(opened.token)
        assert seen is not None
        assert seen.unnoted is unnoted
        _note(gateway, opened.session_id)
        seen = desk.seen(opened.token)
        assert seen is not None
        assert (seen.session.last_seen_at - begun).total_seconds() == noted_after


def _disable(work: Work, user_id: str) -> None:
    disable_person(work, user_id)


def _change(work: Work, user_id: str) -> None:
    change_roles(work, user_id, ("auditor",))


@pytest.mark.parametrize("change", [_disable, _change])
def test_the_next_request_of_whose_access_was_changed_fails(
    gateway: Gateway, change: Callable[[Work, str], None]
) -> None:
    desk = Desk.of(gateway)
    opened = desk.sign_in()
    half = desk.password()
    with gateway.work("administrator") as work:
        change(work, gateway.people["clerk"].user_id)
    assert desk.seen(opened.token) is None
    with gateway.read() as session:
        assert session.get_one(DeskSession, half.session_id).state == "ended"
    assert actions(gateway, opened.session_id)[-1] == "ended"


@pytest.mark.parametrize("column", ["disabled_at", "roles"])
def test_also_where_nobody_ended_the_session(gateway: Gateway, column: str) -> None:
    desk = Desk.of(gateway)
    opened = desk.sign_in()
    value = gateway.clock.now() if column == "disabled_at" else ""
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        session.execute(update(User).where(User.username == "clerk").values({column: value}))
    assert desk.seen(opened.token) is None


def test_signing_out_ends_the_session_for_good(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    opened = desk.sign_in()
    for _ in range(2):
        with gateway.work("clerk") as work:
            end_session(work, opened.session_id)
    assert desk.seen(opened.token) is None
    assert actions(gateway, opened.session_id) == ["signed_in", "ended"]


def test_people_see_and_end_their_own_sessions_only(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    mine, other = desk.sign_in(), desk.sign_in()
    theirs = desk.sign_in("judge")
    with gateway.work("clerk") as work:
        assert [row.id for row in list_sessions(work)] == [other.session_id, mine.session_id]
        assert end_other_sessions(work, mine.session_id) == 1
    for wrong in (theirs.session_id, "0" * 26):
        with pytest.raises(NotFound), gateway.work("clerk") as work:
            end_session(work, wrong)
    assert desk.seen(mine.token) is not None
    assert desk.seen(other.token) is None
    assert desk.seen(theirs.token) is not None


def test_sessions_that_have_run_out_are_on_no_list(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    desk.sign_in()
    gateway.clock.forward(minutes=30)
    with gateway.work("clerk") as work:
        assert list_sessions(work) == []
