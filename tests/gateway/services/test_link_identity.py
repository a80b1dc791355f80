"""Single sign-on stands for the password of whom an administrator allowed it; it makes no person, no role."""

from dataclasses import replace

import pytest

from gateway.services.link_identity import Identity, allow_identity, enter_by_identity, forbid_identity
from gateway.services.manage_people import disable_person
from gateway.services.refusals import NotAllowed, NotFound, SignInRefused
from gateway.services.sign_in import HalfOpen
from tests.factories import Gateway
from tests.gateway.desk import HOME, Desk, code_at
from tests.gateway.records import actions
from tests.gateway.services.crowd import at_once

CLERK = Identity("https://id.court.example", "subject-1", "clerk")


def _allow(gateway: Gateway, who: str = "clerk") -> None:
    with gateway.work("administrator") as work:
        allow_identity(work, gateway.people[who].user_id)


def _enter(desk: Desk, identity: Identity = CLERK) -> HalfOpen | None:
    try:
        return enter_by_identity(desk.transactions, HOME, identity)
    except SignInRefused as refused:
        if refused.rule != "sso":
            raise
        return None


def test_the_provider_stands_for_the_password_and_the_second_factor_is_still_asked(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    _allow(gateway)
    half = _enter(desk)
    assert half is not None
    assert desk.seen(half.token) is None
    seen = desk.seen(desk.second(half, code_at(gateway)).token)
    assert seen is not None
    assert (seen.actor, seen.session.first_factor) == (gateway.people["clerk"], "sso")
    assert actions(gateway, gateway.people["clerk"].user_id) == ["added", "allowed_sso", "bound_sso"]


def test_nobody_comes_whom_no_administrator_allowed(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    assert _enter(desk) is None
    assert _enter(desk, replace(CLERK, username="stranger")) is None


def test_from_the_first_use_on_only_the_subject_counts(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    _allow(gateway)
    assert _enter(desk) is not None
    assert _enter(desk, replace(CLERK, username="renamed at the provider")) is not None
    assert _enter(desk, replace(CLERK, subject="subject-2")) is None
    assert _enter(desk, replace(CLERK, issuer="https://other.example")) is None


def test_one_subject_is_one_person(gateway: Gateway) -> None:
    desk = Desk.of(gateway, "clerk", "judge")
    _allow(gateway, "clerk")
    _allow(gateway, "judge")
    assert _enter(desk) is not None
    half = _enter(desk, replace(CLERK, username="judge"))
    assert half is not None
    seen = desk.seen(desk.second(half, code_at(gateway)).token)
    assert seen is not None
    assert seen.user.username == "clerk"


def test_of_two_subjects_at_once_one_is_bound(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    _allow(gateway)
    subjects = [replace(CLERK, subject=f"subject-{number}") for number in range(4)]
    entered = at_once(lambda: _enter(desk, subjects.pop()), 4)
    assert sum(each is not None for each in entered) == 1


@pytest.mark.parametrize(("moment", "bound"), [(-1, True), (0, False)])
def test_the_first_use_comes_within_72_hours(gateway: Gateway, moment: int, bound: bool) -> None:
    desk = Desk.of(gateway)
    _allow(gateway)
    gateway.clock.forward(hours=72, microseconds=moment)
    assert (_enter(desk) is not None) is bound


def test_what_was_allowed_is_taken_back(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    _allow(gateway)
    assert _enter(desk) is not None
    for _ in range(2):
        with gateway.work("administrator") as work:
            forbid_identity(work, gateway.people["clerk"].user_id)
    assert _enter(desk) is None


def test_a_disabled_person_does_not_come(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    _allow(gateway)
    assert _enter(desk) is not None
    with gateway.work("administrator") as work:
        disable_person(work, gateway.people["clerk"].user_id)
    assert _enter(desk) is None


def test_only_the_courts_administrator_allows_it(sqlite_gateway: Gateway) -> None:
    for who in ("clerk", "judge"):
        with pytest.raises(NotAllowed), sqlite_gateway.work(who) as work:
            allow_identity(work, sqlite_gateway.people["clerk2"].user_id)
    with pytest.raises(NotFound), sqlite_gateway.work("administrator") as work:
        allow_identity(work, sqlite_gateway.people["b_clerk"].user_id)
    with pytest.raises(NotFound), sqlite_gateway.work("administrator") as work:
        forbid_identity(work, sqlite_gateway.people["b_clerk"].user_id)
