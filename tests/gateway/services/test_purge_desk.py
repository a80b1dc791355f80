"""What signing in leaves behind goes in its time, and not before."""

import pytest
from sqlalchemy import update

from gateway.database import writing
from gateway.models import AccessLink, DeskChallenge, DeskSession, SignInAttempt
from gateway.services.challenges import ask_challenge
from gateway.services.end_sessions import end_session
from gateway.services.manage_people import NewPerson, invite_person
from gateway.services.purge_desk import purge_desk
from gateway.sight import EVERY_COURT
from tests.factories import Gateway
from tests.gateway.desk import Desk
from tests.gateway.records import rows
from tests.gateway.services.crowd import transactions


@pytest.mark.parametrize(("moment", "left"), [(-1, 1), (0, 0)])
def test_ended_sessions_go_after_ninety_days(gateway: Gateway, moment: int, left: int) -> None:
    desk = Desk.of(gateway)
    opened = desk.sign_in()
    with gateway.work() as work:
        end_session(work, opened.session_id)
    gateway.clock.forward(days=90, microseconds=moment)
    purge_desk(transactions(gateway), gateway.clock.now())
    assert rows(gateway, DeskSession) == left


@pytest.mark.parametrize(("moment", "left"), [(-1, 1), (0, 0)])
def test_sessions_that_nobody_ended_go_twelve_hours_later(gateway: Gateway, moment: int, left: int) -> None:
    Desk.of(gateway).sign_in()
    gateway.clock.forward(days=90, hours=12, microseconds=moment)
    purge_desk(transactions(gateway), gateway.clock.now())
    assert rows(gateway, DeskSession) == left


@pytest.mark.parametrize(("moment", "left"), [(-1, 1), (0, 0)])
def test_links_go_ninety_days_after_they_ran_out(gateway: Gateway, moment: int, left: int) -> None:
    with gateway.work("administrator") as work:
        invite_person(work, NewPerson("new.person", "虚构人", "identity", ("clerk",)))
    gateway.clock.forward(days=93, microseconds=moment)
    purge_desk(transactions(gateway), gateway.clock.now())
    assert rows(gateway, AccessLink) == left


@pytest.mark.parametrize(("moment", "left"), [(-1, 1), (0, 0)])
def test_questions_go_when_it_is_too_late_to_answer(gateway: Gateway, moment: int, left: int) -> None:
    with gateway.work() as work:
        ask_challenge(work, "0" * 26, "key", "secret")
    gateway.clock.forward(minutes=5, microseconds=moment)
    purge_desk(transactions(gateway), gateway.clock.now())
    assert rows(gateway, DeskChallenge) == left


def test_attempts_go_once_they_count_nothing(gateway: Gateway) -> None:
    Desk.of(gateway).password()
    assert rows(gateway, SignInAttempt) == 1
    purge_desk(transactions(gateway), gateway.clock.now())
    assert rows(gateway, SignInAttempt) == 1
    gateway.clock.forward(minutes=75)
    assert purge_desk(transactions(gateway), gateway.clock.now())["sign_in_attempt"] == 1


def test_a_session_in_use_stays(gateway: Gateway) -> None:
    Desk.of(gateway).sign_in()
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        session.execute(update(DeskSession).values(last_seen_at=gateway.clock.now()))
    assert purge_desk(transactions(gateway), gateway.clock.now())["desk_session"] == 0
