"""Signing in takes a password and a second factor that was never used, and tells a stranger nothing."""

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from gateway.models import AuditEntry, DeskSession, User
from gateway.services.hash_passwords import NOBODYS, hash_password, is_outdated, is_password
from gateway.services.refusals import SignInRefused, TooManyAttempts
from gateway.vault import token_hash
from tests.factories import Gateway
from tests.gateway.desk import PASSWORD, Desk, code_at
from tests.gateway.services.crowd import at_once


def _refused(do: Callable[[], object]) -> str:
    with pytest.raises(SignInRefused) as refused:
        do()
    return refused.value.rule


def test_a_password_and_a_code_sign_a_person_in(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    half = desk.password()
    assert half.factors == {"code"}
    seen = desk.seen(desk.second(half, code_at(gateway)).token)
    assert seen is not None
    assert seen.actor == gateway.people["clerk"]
    assert (seen.session.factor, seen.session.browser) == ("code", "Firefox on Linux")
    with gateway.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "signed_in")).one()
    assert (entry.actor, entry.chain) == (gateway.people["clerk"].user_id, gateway.court_a)


def test_only_hashes_of_tokens_are_kept(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway)
    opened = desk.sign_in()
    with sqlite_gateway.read() as session:
        row = session.get_one(DeskSession, opened.session_id)
    assert row.token_hash == token_hash(opened.token)
    assert len(opened.token) == 43


def test_the_password_alone_signs_nobody_in(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    assert desk.seen(desk.password().token) is None


def test_the_second_factor_makes_a_new_token_and_the_one_before_is_worth_nothing(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    half = desk.password()
    opened = desk.second(half, code_at(gateway))
    assert opened.token != half.token
    assert desk.seen(half.token) is None
    gateway.clock.forward(seconds=30)
    assert _refused(lambda: desk.second(half, code_at(gateway))) == "start-again"


@pytest.mark.parametrize(
    ("name", "password"),
    [("clerk", "wrong horse battery staple"), ("nobody", PASSWORD), ("auditor", PASSWORD), ("clerk", "")],
)
def test_strangers_wrong_passwords_and_people_without_one_hear_the_same_words(
    sqlite_gateway: Gateway, name: str, password: str
) -> None:
    desk = Desk.of(sqlite_gateway)
    with pytest.raises(SignInRefused) as refused:
        desk.password(name, password)
    assert refused.value.en == "The user name or the password is not right."
    assert refused.value.zh == "用户名或密码不正确。"


def test_a_password_is_the_same_however_the_keyboard_composed_it(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway)
    with sqlite_gateway.work("administrator") as work:
        user = work.session.get_one(User, sqlite_gateway.people["clerk"].user_id)
        user.password_hash = hash_password("caf\u00e9 au lait tous les jours")
    assert desk.password("clerk", "cafe\u0301 au lait tous les jours").factors == {"code"}


@pytest.mark.parametrize("column", ["disabled_at", "roles"])
def test_a_disabled_person_or_one_without_a_role_is_refused_like_a_stranger(
    sqlite_gateway: Gateway, column: str
) -> None:
    desk = Desk.of(sqlite_gateway)
    with sqlite_gateway.work("administrator") as work:
        user = work.session.get_one(User, sqlite_gateway.people["clerk"].user_id)
        setattr(user, column, work.now if column == "disabled_at" else "")
    assert _refused(desk.password) == "sign-in"


def test_a_person_without_a_second_factor_is_not_let_in(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway)
    with sqlite_gateway.work("administrator") as work:
        work.session.get_one(User, sqlite_gateway.people["clerk"].user_id).totp_sealed = None
    assert _refused(desk.password) == "no-second-factor"


def test_a_code_is_accepted_once(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    code = code_at(gateway)
    desk.second(desk.password(), code)
    assert _refused(lambda: desk.second(desk.password(), code)) == "second-factor"


def test_an_older_code_is_not_accepted_after_a_newer_one(gateway: Gateway) -> None:
    """A, B, A: the code of the step before is within the window, and was never used."""
    desk = Desk.of(gateway)
    first, second = code_at(gateway), code_at(gateway, seconds=30)
    desk.second(desk.password(), first)
    gateway.clock.forward(seconds=30)
    desk.second(desk.password(), second)
    assert _refused(lambda: desk.second(desk.password(), first)) == "second-factor"
    assert _refused(lambda: desk.second(desk.password(), second)) == "second-factor"


@pytest.mark.parametrize(
    ("away", "accepted"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_codes_of_the_step_before_and_after_are_accepted_and_no_others(
    sqlite_gateway: Gateway, away: int, accepted: bool
) -> None:
    desk = Desk.of(sqlite_gateway)
    half, code = desk.password(), code_at(sqlite_gateway, seconds=away)
    if accepted:
        assert desk.seen(desk.second(half, code).token) is not None
    else:
        assert _refused(lambda: desk.second(half, code)) == "second-factor"


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "\x00" * 6])
def test_what_is_no_code_is_refused(sqlite_gateway: Gateway, code: str) -> None:
    desk = Desk.of(sqlite_gateway)
    half = desk.password()
    assert _refused(lambda: desk.second(half, code)) == "second-factor"


def test_a_code_typed_in_two_groups_is_a_code(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway)
    code = code_at(sqlite_gateway)
    assert desk.seen(desk.second(desk.password(), f" {code[:3]} {code[3:]} ").token) is not None


def test_of_the_same_code_twenty_times_at_once_one_is_let_in(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    halves = [desk.password() for _ in range(20)]
    code = code_at(gateway)

    def enter() -> bool:
        try:
            desk.second(halves.pop(), code)
        except (SignInRefused, TooManyAttempts):
            return False
        return True

    assert sum(at_once(enter, 20)) == 1
    with gateway.read() as session:
        assert session.scalars(select(DeskSession.state)).all().count("open") == 1


@pytest.mark.parametrize("times", [5, 20])
def test_of_second_factors_of_one_session_at_once_one_is_let_in(gateway: Gateway, times: int) -> None:
    """Five are counted before the session ends: where more come at once, it may end before one is judged."""
    desk = Desk.of(gateway)
    half, code = desk.password(), code_at(gateway)

    def enter() -> bool:
        try:
            desk.second(half, code)
        except (SignInRefused, TooManyAttempts):
            return False
        return True

    let_in = sum(at_once(enter, times))
    assert let_in == 1 if times == 5 else let_in <= 1


def test_after_five_wrong_codes_one_starts_from_the_password_again(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    half = desk.password()
    for _ in range(5):
        assert _refused(lambda: desk.second(half, "000000")) == "second-factor"
    assert _refused(lambda: desk.second(half, code_at(gateway))) == "start-again"
    assert _refused(lambda: desk.second(half, code_at(gateway))) == "start-again"


@pytest.mark.parametrize(("seconds", "in_time"), [(299, True), (300, False)])
def test_the_second_factor_comes_within_five_minutes(
    sqlite_gateway: Gateway, seconds: int, in_time: bool
) -> None:
    desk = Desk.of(sqlite_gateway)
    half = desk.password()
    sqlite_gateway.clock.forward(seconds=seconds)
    if in_time:
        assert desk.seen(desk.second(half, code_at(sqlite_gateway)).token) is not None
    else:
        assert _refused(lambda: desk.second(half, code_at(sqlite_gateway))) == "start-again"


def test_what_is_kept_of_a_password_is_argon2id_and_brought_up_to_date(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway)
    user_id = sqlite_gateway.people["clerk"].user_id
    with sqlite_gateway.work("administrator") as work:
        weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
        work.session.get_one(User, user_id).password_hash = weak
    desk.password()
    with sqlite_gateway.read() as session:
        kept = session.get_one(User, user_id).password_hash
    assert kept is not None
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_nobodys_password_costs_what_a_persons_costs() -> None:
    assert not is_outdated(NOBODYS)
    assert not is_password(None, "a dummy that is nobody's password")
