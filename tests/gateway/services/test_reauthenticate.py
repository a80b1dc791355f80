"""A grave step is confirmed by a fresh code or key: for that step, once, within minutes, in that session."""

from contextlib import suppress

import pytest

from gateway.models import DeskSession
from gateway.services.prove_person import Code
from gateway.services.reauthenticate import confirm, spend_confirmation
from gateway.services.refusals import NotAllowed, NotFound, SignInRefused
from tests.factories import Gateway
from tests.gateway.desk import Desk, code_at
from tests.gateway.services.crowd import at_once

PURPOSE = "approve_notice 1"


def _confirmed(desk: Desk, session_id: str, who: str = "judge") -> str:
    desk.gateway.clock.forward(seconds=30)
    return confirm(desk.as_person(who), session_id, PURPOSE, Code(code_at(desk.gateway))).token


def _may(gateway: Gateway, session_id: str, purpose: str = PURPOSE, who: str = "judge") -> bool:
    try:
        with gateway.work(who) as work:
            spend_confirmation(work, session_id, purpose)
    except NotAllowed:
        return False
    return True


def test_a_code_confirms_one_step_once(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    session_id = desk.sign_in("judge").session_id
    assert not _may(gateway, session_id)
    _confirmed(desk, session_id)
    assert _may(gateway, session_id)
    assert not _may(gateway, session_id)


def test_two_approvals_at_once_share_no_confirmation(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    session_id = desk.sign_in("judge").session_id
    _confirmed(desk, session_id)
    assert sorted(at_once(lambda: _may(gateway, session_id), 4)) == [False, False, False, True]


def test_it_is_for_this_step_this_person_and_this_session_only(gateway: Gateway) -> None:
    desk = Desk.of(gateway, "judge", "judge2")
    here, elsewhere = desk.sign_in("judge").session_id, desk.sign_in("judge").session_id
    _confirmed(desk, here)
    assert not _may(gateway, here, "approve_notice 2")
    assert not _may(gateway, elsewhere)
    assert not _may(gateway, here, who="judge2")
    assert _may(gateway, here)


@pytest.mark.parametrize(("seconds", "good"), [(299.999, True), (300, False)])
def test_it_is_good_for_five_minutes(gateway: Gateway, seconds: float, good: bool) -> None:
    desk = Desk.of(gateway)
    session_id = desk.sign_in("judge").session_id
    _confirmed(desk, session_id)
    gateway.clock.forward(seconds=seconds)
    assert _may(gateway, session_id) is good


def test_what_is_undone_uses_nothing_up(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    session_id = desk.sign_in("judge").session_id
    _confirmed(desk, session_id)
    with suppress(RuntimeError), gateway.work("judge") as work:
        spend_confirmation(work, session_id, PURPOSE)
        raise RuntimeError
    assert _may(gateway, session_id)


def test_confirming_makes_a_new_token(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    opened = desk.sign_in("judge")
    token = _confirmed(desk, opened.session_id)
    assert desk.seen(opened.token) is None
    assert desk.seen(token) is not None


def test_the_code_of_signing_in_confirms_nothing(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    session_id = desk.sign_in("judge").session_id
    with pytest.raises(SignInRefused):
        confirm(desk.as_person("judge"), session_id, PURPOSE, Code(code_at(gateway)))
    assert not _may(gateway, session_id)


def test_nobody_confirms_in_somebody_elses_session(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    session_id = desk.sign_in("judge").session_id
    with pytest.raises(NotFound):
        _confirmed(desk, session_id, "clerk")


def test_after_five_wrong_codes_the_session_is_over(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    opened = desk.sign_in("judge")
    for _ in range(6):
        with pytest.raises(SignInRefused):
            confirm(desk.as_person("judge"), opened.session_id, PURPOSE, Code("000000"))
    assert desk.seen(opened.token) is None
    with gateway.read() as session:
        assert session.get_one(DeskSession, opened.session_id).ended_because == "too_many_failures"
