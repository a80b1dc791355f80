"""Guessing becomes slow, wherever it comes from; and whoever guesses cannot lock the owner out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.models import Base, SignInAttempt
from gateway.services import limit_attempts
from gateway.services.hash_passwords import AT_ONCE
from gateway.services.known_browser import KNOWN_FOR, known_browser, remember_browser
from gateway.services.limit_attempts import LIMITS, count_attempts, counter, forgive, source_of
from gateway.services.prove_person import Code
from gateway.services.refusals import SignInRefused, TooManyAttempts
from gateway.services.sign_in import Visitor, check_second_factor
from gateway.services.upsert import insert_if_new
from tests.factories import Gateway
from tests.gateway.desk import ATTACKER, HOME, Desk, code_at
from tests.gateway.services.crowd import at_once


def _fails(desk: Desk, name: str = "clerk", visitor: Visitor = ATTACKER) -> bool:
    """True where the wrong password was looked at, False where the attempt came too early."""
    try:
        desk.password(name, "wrong horse battery staple", visitor)
    except SignInRefused:
        return True
    except TooManyAttempts:
        return False
    raise AssertionError("let in")


def test_five_wrong_passwords_are_free_and_then_the_wait_doubles(sqlite_gateway: Gateway) -> None:
    desk, clock = Desk.of(sqlite_gateway), sqlite_gateway.clock
    assert [_fails(desk) for _ in range(6)] == [True] * 5 + [False]
    for wait in (15, 30, 60, 120, 240, 480, 900, 900):
        clock.forward(seconds=wait - 0.001)
        assert not _fails(desk)
        clock.forward(seconds=0.001)
        assert _fails(desk)


def test_the_right_password_waits_as_well(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway)
    for _ in range(5):
        _fails(desk)
    with pytest.raises(TooManyAttempts) as early:
        desk.password(visitor=ATTACKER)
    assert early.value.seconds == 15
    assert early.value.en == "Too many attempts. Try again in 15 seconds."


def test_a_strangers_failures_never_lock_the_owner_out(gateway: Gateway) -> None:
    """Not in his own browser, even where the stranger sits in the same house; nor from another house."""
    desk = Desk.of(gateway)
    known = replace(HOME, known=desk.sign_in().known)
    for visitor in (ATTACKER, HOME):
        for _ in range(8):
            _fails(desk, visitor=visitor)
    assert not _fails(desk)
    elsewhere = Visitor("203.0.113.5")
    assert desk.seen(desk.sign_in(visitor=known).token) is not None
    assert desk.seen(desk.sign_in(visitor=elsewhere).token) is not None


def test_a_stranger_who_knows_the_password_locks_out_no_known_browser(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    known = replace(HOME, known=desk.sign_in().known)
    refused: list[type[Exception]] = []
    for _ in range(5):
        half = desk.password(visitor=ATTACKER)
        for _ in range(3):
            with pytest.raises((SignInRefused, TooManyAttempts)) as each:
                desk.second(half, "000000", ATTACKER)
            refused.append(each.type)
    assert refused == [SignInRefused] * 10 + [TooManyAttempts] * 5
    assert desk.seen(desk.sign_in(visitor=known).token) is not None


def test_one_source_is_slowed_over_all_names(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway)
    source = counter(sqlite_gateway.runtime.vault, "source", source_of(ATTACKER.address))
    for _ in range(49):
        count_attempts(desk.transactions, [source])
    assert _fails(desk, "nobody")
    assert not _fails(desk, "somebody")
    assert _fails(desk, "somebody", Visitor("203.0.113.77"))


def test_success_gives_back_what_it_counted(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway)
    for _ in range(3):
        desk.password()
    with sqlite_gateway.read() as session:
        assert [row.failures for row in session.scalars(select(SignInAttempt))] == [0]


def test_signing_in_oneself_does_not_wash_a_source_clean(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway, "clerk", "judge")
    for _ in range(4):
        _fails(desk, "judge")
        desk.password("clerk", visitor=ATTACKER)
    assert _fails(desk, "judge")
    assert not _fails(desk, "judge")


def test_after_an_hour_of_rest_everything_is_forgotten(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway)
    for _ in range(5):
        _fails(desk)
    sqlite_gateway.clock.forward(hours=1)
    assert [_fails(desk) for _ in range(6)] == [True] * 5 + [False]


def test_a_hundred_attempts_at_once_count_as_a_hundred(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    person = counter(gateway.runtime.vault, "person", "clerk", "here")

    def attempt() -> bool:
        try:
            count_attempts(desk.transactions, [person])
        except TooManyAttempts:
            return False
        return True

    assert sum(at_once(attempt, 20)) == LIMITS["person"].free


@pytest.mark.postgres
def test_a_counter_that_is_forgiven_while_somebody_reads_it_is_begun_anew(
    postgres_gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk.of(postgres_gateway)
    mine = (counter(postgres_gateway.runtime.vault, "factor", "somebody"),)
    count_attempts(desk.transactions, mine)
    forgiven: list[bool] = []

    def insert_and_be_overtaken(session: Session, model: type[Base], values: dict[str, Any]) -> bool:
        inserted = insert_if_new(session, model, values)
        if not forgiven:
            forgiven.append(True)
            with desk.transactions.writing() as work:
                forgive(work, mine)
        return inserted

    monkeypatch.setattr(limit_attempts, "insert_if_new", insert_and_be_overtaken)
    count_attempts(desk.transactions, mine)
    with postgres_gateway.read() as session:
        assert [row.failures for row in session.scalars(select(SignInAttempt))] == [1]


def test_no_name_and_no_address_is_kept(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway)
    _fails(desk)
    with sqlite_gateway.read() as session:
        assert {len(row.key) for row in session.scalars(select(SignInAttempt))} == {16}


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("no address", "unknown"),
    ],
)
def test_a_source_is_an_address_or_what_one_customer_has(address: str, source: str) -> None:
    assert source_of(address) == source


def test_only_two_passwords_are_hashed_at_a_time() -> None:
    assert AT_ONCE == 2


def _change_mark(cookie: str) -> str:
    return cookie[:-1] + ("0" if cookie[-1] != "0" else "1")


def _longer(cookie: str) -> str:
    browser, until, mark = cookie.split(".")
    return f"{browser}.{int(until) + 1}.{mark}"


@pytest.mark.parametrize("forge", [_change_mark, _longer, lambda _: "", lambda _: "a.b.c~..~" * 9])
def test_a_forged_cookie_is_a_strangers(sqlite_gateway: Gateway, forge: Callable[[str], str]) -> None:
    vault, now = sqlite_gateway.runtime.vault, sqlite_gateway.clock.now()
    cookie = remember_browser(vault, "", "one", now)
    assert known_browser(vault, cookie, "one", now) is not None
    assert known_browser(vault, forge(cookie), "one", now) is None


def test_a_browser_is_known_to_its_own_people_for_half_a_year(sqlite_gateway: Gateway) -> None:
    vault, now = sqlite_gateway.runtime.vault, sqlite_gateway.clock.now()
    cookie = remember_browser(vault, remember_browser(vault, "", "one", now), "two", now)
    names = [known_browser(vault, cookie, who, now) for who in ("one", "two", "three")]
    assert names[0] is not None
    assert names[1] is not None
    assert names[2] is None
    assert known_browser(vault, cookie, "one", now + KNOWN_FOR - timedelta(seconds=2)) is not None
    assert known_browser(vault, cookie, "one", now + KNOWN_FOR) is None


def test_one_browser_remembers_six_people(sqlite_gateway: Gateway) -> None:
    vault, now, cookie = sqlite_gateway.runtime.vault, sqlite_gateway.clock.now(), ""
    for who in "abcdefg":
        cookie = remember_browser(vault, cookie, who, now)
    assert [known_browser(vault, cookie, who, now) is None for who in "abcdefg"] == [True] + [False] * 6
    assert cookie.count("~") == 5


def test_somebody_elses_known_browser_has_no_budget_of_mine(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway, "clerk", "judge")
    cookie = desk.sign_in("judge").known
    stranger = replace(ATTACKER, known=cookie)
    assert [_fails(desk, "clerk", stranger) for _ in range(6)] == [True] * 5 + [False]


def test_half_a_session_alone_counts_nothing_for_a_stranger(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway)
    with pytest.raises(SignInRefused) as refused:
        check_second_factor(desk.transactions, ATTACKER, "no token", Code(code_at(sqlite_gateway)))
    assert refused.value.rule == "start-again"
