"""One's own password and second factors: changed after a confirmation, and never down to none."""

import pyotp
import pytest
from sqlalchemy import select

from gateway.models import SecurityKey, User
from gateway.services.change_own_access import (
    CHANGE,
    add_key,
    ask_own_new_key,
    change_password,
    offer_secret,
    read_own_access,
    remove_key,
    remove_secret,
    set_secret,
)
from gateway.services.prove_person import Code
from gateway.services.reauthenticate import confirm
from gateway.services.refusals import NotAllowed, NotFound, NotValid, TooManyAttempts, WrongState
from gateway.services.security_keys import Site
from tests.factories import Gateway
from tests.gateway.desk import PASSWORD, Desk, code_at
from tests.gateway.records import actions
from tests.gateway.soft_key import SoftKey

SITE = Site("desk.court.example", "https://desk.court.example")
CHOSEN = "three green kettles sing"


def _confirm(desk: Desk, session_id: str) -> str:
    desk.gateway.clock.forward(seconds=30)
    return confirm(desk.as_person("clerk"), session_id, CHANGE, Code(code_at(desk.gateway))).token


def _change(desk: Desk, session_id: str, present: str = PASSWORD, chosen: str = CHOSEN) -> None:
    change_password(desk.as_person("clerk"), session_id, present, chosen)


def test_a_new_password_takes_the_old_one_and_a_confirmation(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    other, here = desk.sign_in(), desk.sign_in()
    with pytest.raises(NotAllowed) as refused:
        _change(desk, here.session_id)
    assert refused.value.rule == "confirm"
    token = _confirm(desk, here.session_id)
    with pytest.raises(NotValid) as wrong:
        _change(desk, here.session_id, present=CHOSEN)
    assert wrong.value.refusals[0].rule == "present-password"
    _change(desk, here.session_id)
    assert desk.seen(token) is not None
    assert desk.seen(other.token) is None
    assert desk.password(password=CHOSEN).factors == {"code"}
    assert actions(gateway, gateway.people["clerk"].user_id) == ["added", "changed_password"]


def test_the_new_password_keeps_the_rules(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway)
    here = desk.sign_in()
    _confirm(desk, here.session_id)
    with pytest.raises(NotValid) as refused:
        _change(desk, here.session_id, chosen="passwordpassword")
    assert refused.value.refusals[0].rule == "password-common"


def test_guessing_the_present_password_becomes_slow(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway)
    here = desk.sign_in()
    for _ in range(5):
        with pytest.raises(NotValid):
            _change(desk, here.session_id, present="wrong")
    with pytest.raises(TooManyAttempts):
        _change(desk, here.session_id)


def test_a_new_authenticator_program_replaces_the_old_one(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    here = desk.sign_in()
    _confirm(desk, here.session_id)
    with gateway.work() as work:
        secret = offer_secret(work, here.session_id)
        assert offer_secret(work, here.session_id) == secret
    with pytest.raises(NotValid), gateway.work() as work:
        set_secret(work, here.session_id, code_at(gateway))
    with gateway.work() as work:
        set_secret(work, here.session_id, pyotp.TOTP(secret).at(gateway.clock.now()))
    with gateway.read() as session:
        sealed = session.get_one(User, gateway.people["clerk"].user_id).totp_sealed
    assert sealed is not None
    assert gateway.runtime.vault.open(sealed, "totp") == secret


def test_a_second_factor_goes_only_where_another_is_left(gateway: Gateway) -> None:
    desk, key = Desk.of(gateway), SoftKey()
    here = desk.sign_in()
    _confirm(desk, here.session_id)
    with pytest.raises(WrongState) as refused, gateway.work() as work:
        remove_secret(work, here.session_id)
    assert refused.value.rule == "last-factor"
    with gateway.work() as work:
        options = ask_own_new_key(work, here.session_id, SITE)
    with gateway.work() as work:
        row = add_key(work, here.session_id, key.create(options), "blue", SITE)
    _confirm(desk, here.session_id)
    with gateway.work() as work:
        remove_secret(work, here.session_id)
        access = read_own_access(work)
    assert (access.has_codes, [each.label for each in access.keys]) == (False, ["blue"])
    assert desk.password().factors == {"key"}
    with pytest.raises(NotAllowed), gateway.work() as work:
        remove_key(work, here.session_id, row.id)


def test_the_last_key_stays(gateway: Gateway) -> None:
    desk, key = Desk.of(gateway), SoftKey()
    here = desk.sign_in()
    _confirm(desk, here.session_id)
    with gateway.work() as work:
        options = ask_own_new_key(work, here.session_id, SITE)
        row = add_key(work, here.session_id, key.create(options), "blue", SITE)
    for wrong in ("0" * 26, ""):
        _confirm(desk, here.session_id)
        with pytest.raises(NotFound), gateway.work() as work:
            remove_key(work, here.session_id, wrong)
    with gateway.work() as work:
        work.session.get_one(User, work.actor.user_id).totp_sealed = None
    with pytest.raises(WrongState), gateway.work() as work:
        remove_key(work, here.session_id, row.id)
    with gateway.read() as session:
        assert len(session.scalars(select(SecurityKey)).all()) == 1


def test_a_key_is_somebodys_once(gateway: Gateway) -> None:
    desk, key = Desk.of(gateway), SoftKey()
    here = desk.sign_in()
    for expected in (None, "key-taken"):
        _confirm(desk, here.session_id)
        with gateway.work() as work:
            options = ask_own_new_key(work, here.session_id, SITE)
        try:
            with gateway.work() as work:
                add_key(work, here.session_id, key.create(options), "blue", SITE)
            rule = None
        except NotValid as refused:
            rule = refused.refusals[0].rule
        assert rule == expected
