"""Inviting people, changing what they may do, letting them in again after a loss: by whom, by how many."""

import pyotp
import pytest
from sqlalchemy import select

from gateway.models import AccessLink, SecurityKey, User
from gateway.services.accept_link import (
    accept_with_code,
    accept_with_key,
    ask_key_for_link,
    choose_password,
    read_link,
    secret_of_link,
)
from gateway.services.access_links import Invited
from gateway.services.actor import Actor
from gateway.services.list_people import list_people, read_person
from gateway.services.list_rows import Wanted
from gateway.services.manage_people import (
    NewPerson,
    change_roles,
    disable_person,
    enable_person,
    invite_again,
    invite_person,
)
from gateway.services.prove_person import Code, Touch
from gateway.services.recover_person import (
    confirm_recovery,
    list_recoveries,
    refuse_recovery,
    request_recovery,
)
from gateway.services.refusals import NotAllowed, NotFound, NotValid, ServiceRefused, StaleVersion, WrongState
from gateway.services.security_keys import Site
from gateway.services.sign_in import HalfOpen, check_second_factor
from tests.factories import Gateway
from tests.gateway.desk import HOME, PASSWORD, SECRET, Desk
from tests.gateway.records import actions
from tests.gateway.services.crowd import at_once
from tests.gateway.soft_key import SoftKey

SITE = Site("desk.court.example", "https://desk.court.example")
CHOSEN = "three green kettles sing"


def _new(*roles: str, court: str | None = None, name: str = "new.person") -> NewPerson:
    return NewPerson(name, "虚构人新", f"identity of {name}", roles or ("clerk",), court)


def _invite(gateway: Gateway, *roles: str, by: str = "administrator", court: str | None = None) -> Invited:
    with gateway.work(by) as work:
        return invite_person(work, _new(*roles, court=court))


def _rule(refused: pytest.ExceptionInfo[ServiceRefused]) -> str:
    value = refused.value
    if isinstance(value, NotValid):
        return value.refusals[0].rule
    return str(getattr(value, "rule", type(value).__name__))


def _accept(desk: Desk, token: str) -> str:
    """Accept with a password and an authenticator program; its secret."""
    choose_password(desk.transactions, token, CHOSEN)
    secret = secret_of_link(desk.transactions, token)
    accept_with_code(desk.transactions, token, pyotp.TOTP(secret).at(desk.gateway.clock.now()))
    return secret


def _enter(desk: Desk, half: HalfOpen, secret: str) -> bool:
    desk.gateway.clock.forward(seconds=30)
    code = pyotp.TOTP(secret).at(desk.gateway.clock.now())
    return desk.seen(check_second_factor(desk.transactions, HOME, half.token, Code(code)).token) is not None


def test_an_invited_person_sets_password_and_codes_and_signs_in(gateway: Gateway) -> None:
    desk, invited = Desk.of(gateway), _invite(gateway)
    with gateway.work("administrator") as work:
        welcome = read_link(work, invited.token)
    assert (welcome.username, welcome.name, welcome.court) == ("new.person", "虚构人新", "虚构法院a")
    secret = _accept(desk, invited.token)
    assert _enter(desk, desk.password("new.person", CHOSEN), secret)
    assert actions(gateway, invited.user.id) == ["added", "invited", "accepted_invitation"]
    with gateway.read() as session:
        link = session.get_one(AccessLink, invited.link.id)
    assert (link.state, link.password_hash, link.totp_sealed) == ("used", None, None)


def test_or_a_security_key_which_answers_each_question_once(gateway: Gateway) -> None:
    desk, invited, key = Desk.of(gateway), _invite(gateway), SoftKey()
    choose_password(desk.transactions, invited.token, CHOSEN)
    options = ask_key_for_link(desk.transactions, invited.token, SITE)
    accept_with_key(desk.transactions, invited.token, key.create(options), "blue key", SITE)
    half = desk.password("new.person", CHOSEN)
    assert half.factors == {"key"}
    with gateway.read() as session:
        row = session.scalars(select(SecurityKey)).one()
    assert (row.label, row.credential_id, row.user_id) == ("blue key", key.credential_id, invited.user.id)


def test_nothing_changes_before_the_second_factor_is_there(gateway: Gateway) -> None:
    desk, invited = Desk.of(gateway), _invite(gateway)
    with pytest.raises(ServiceRefused) as refused:
        accept_with_code(desk.transactions, invited.token, "123456")
    assert _rule(refused) == "code"
    secret = secret_of_link(desk.transactions, invited.token)
    assert secret_of_link(desk.transactions, invited.token) == secret
    with pytest.raises(ServiceRefused) as refused:
        accept_with_code(desk.transactions, invited.token, pyotp.TOTP(secret).at(gateway.clock.now()))
    assert _rule(refused) == "password-first"
    with gateway.read() as session:
        assert session.get_one(User, invited.user.id).password_hash is None


@pytest.mark.parametrize("password", ["short", "passwordpassword", "new.person.new.person"])
def test_the_rules_for_passwords_hold_here_too(sqlite_gateway: Gateway, password: str) -> None:
    desk, invited = Desk.of(sqlite_gateway), _invite(sqlite_gateway)
    with pytest.raises(NotValid):
        choose_password(desk.transactions, invited.token, password)


def test_a_link_is_good_once_and_for_72_hours(gateway: Gateway) -> None:
    desk, invited = Desk.of(gateway), _invite(gateway)
    gateway.clock.forward(hours=72, microseconds=-1)
    with gateway.work() as work:
        assert read_link(work, invited.token).kind == "invitation"
    gateway.clock.forward(microseconds=1)
    with pytest.raises(NotFound), gateway.work() as work:
        read_link(work, invited.token)
    with gateway.work("administrator") as work:
        again = invite_again(work, invited.user.id)
    _accept(desk, again.token)
    for token in (again.token, invited.token, "", "x" * 43):
        with pytest.raises(NotFound):
            choose_password(desk.transactions, token, CHOSEN)


def test_of_two_who_accept_one_link_at_once_one_is_first(gateway: Gateway) -> None:
    desk, invited = Desk.of(gateway), _invite(gateway)
    choose_password(desk.transactions, invited.token, CHOSEN)
    secret = secret_of_link(desk.transactions, invited.token)
    code = pyotp.TOTP(secret).at(gateway.clock.now())

    def accept() -> bool:
        try:
            accept_with_code(desk.transactions, invited.token, code)
        except NotFound:
            return False
        return True

    assert sorted(at_once(accept, 4)) == [False, False, False, True]


def test_only_the_latest_link_of_a_person_is_good(gateway: Gateway) -> None:
    first = _invite(gateway)
    with gateway.work("administrator") as work:
        second = invite_again(work, first.user.id)
    with gateway.work() as work:
        assert read_link(work, second.token).username == "new.person"
        with pytest.raises(NotFound):
            read_link(work, first.token)


@pytest.mark.parametrize("who", ["clerk", "judge", "auditor"])
def test_nobody_else_invites_changes_or_disables(sqlite_gateway: Gateway, who: str) -> None:
    target = sqlite_gateway.people["clerk2"].user_id
    for do in (
        lambda work: invite_person(work, _new()),
        lambda work: invite_again(work, target),
        lambda work: change_roles(work, target, ("judge",)),
        lambda work: disable_person(work, target),
        lambda work: enable_person(work, target),
        lambda work: request_recovery(work, target, "lost"),
        lambda work: list_people(work, Wanted()),
        lambda work: read_person(work, target),
    ):
        with pytest.raises(NotAllowed) as refused, sqlite_gateway.work(who) as work:
            do(work)
        assert refused.value.rule == "role"


def test_an_administrator_sees_and_touches_nobody_of_another_court(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    for stranger in (gateway.people["b_clerk"].user_id, gateway.people["operator"].user_id, "0" * 26):
        for do in (
            lambda work, who: invite_again(work, who),
            lambda work, who: change_roles(work, who, ("judge",)),
            lambda work, who: disable_person(work, who),
            lambda work, who: enable_person(work, who),
            lambda work, who: request_recovery(work, who, "lost"),
            lambda work, who: read_person(work, who),
        ):
            with pytest.raises(NotFound), gateway.work("administrator") as work:
                do(work, stranger)


def test_an_administrator_invites_into_his_own_court_whatever_he_names(sqlite_gateway: Gateway) -> None:
    invited = _invite(sqlite_gateway, court=sqlite_gateway.court_b)
    assert invited.user.court_id == sqlite_gateway.court_a


@pytest.mark.parametrize("roles", [("operator",), ("clerk", "operator"), (), ("king",)])
def test_an_administrator_makes_no_operator(sqlite_gateway: Gateway, roles: tuple[str, ...]) -> None:
    with pytest.raises(NotValid) as refused, sqlite_gateway.work("administrator") as work:
        invite_person(work, NewPerson("new.person", "虚构人", "identity", roles))
    assert refused.value.refusals[0].rule == "roles"


def test_an_operator_invites_operators_and_a_courts_first_administrator_only(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    assert _invite(gateway, "operator", by="operator").user.court_id is None
    with pytest.raises(NotAllowed) as refused, gateway.work("operator") as work:
        invite_person(work, _new("clerk", court=gateway.court_b, name="b.clerk"))
    assert refused.value.rule == "first-administrator"
    with pytest.raises(NotAllowed), gateway.work("operator") as work:
        invite_person(work, _new("administrator", court=gateway.court_a, name="a.second"))
    with gateway.work("operator") as work:
        first = invite_person(work, _new("administrator", court=gateway.court_b, name="b.first"))
    assert first.user.court_id == gateway.court_b
    with pytest.raises(NotAllowed), gateway.work("operator") as work:
        invite_person(work, _new("administrator", court=gateway.court_b, name="b.second"))
    with pytest.raises(NotFound), gateway.work("operator") as work:
        invite_person(work, _new("administrator", court="0" * 26, name="c.first"))


@pytest.mark.parametrize("roles", [("operator", "administrator"), ("administrator",), ("clerk",)])
def test_an_operator_is_nothing_else(sqlite_gateway: Gateway, roles: tuple[str, ...]) -> None:
    with pytest.raises(NotValid), sqlite_gateway.work("operator") as work:
        invite_person(work, _new(*roles))


def test_nobody_changes_what_he_himself_may_do(sqlite_gateway: Gateway) -> None:
    own = sqlite_gateway.people["administrator"].user_id
    for do in (
        lambda work: change_roles(work, own, ("administrator", "judge")),
        lambda work: disable_person(work, own),
        lambda work: request_recovery(work, own, "lost"),
    ):
        with pytest.raises(ServiceRefused) as refused, sqlite_gateway.work("administrator") as work:
            do(work)
        assert _rule(refused) == "oneself"


def test_an_operator_gives_nobody_of_a_court_another_role(sqlite_gateway: Gateway) -> None:
    target = sqlite_gateway.people["administrator"].user_id
    with pytest.raises(NotAllowed), sqlite_gateway.work("operator") as work:
        change_roles(work, target, ("administrator", "judge"))


def test_a_change_names_the_version_that_was_seen(sqlite_gateway: Gateway) -> None:
    target = sqlite_gateway.people["clerk2"].user_id
    with sqlite_gateway.work("administrator") as work:
        assert change_roles(work, target, ("clerk", "auditor"), 1).roles == "auditor clerk"
    with pytest.raises(StaleVersion), sqlite_gateway.work("administrator") as work:
        change_roles(work, target, ("judge",), 1)
    assert actions(sqlite_gateway, target) == ["added", "changed_roles"]


def test_a_disabled_person_comes_back_with_what_he_had(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    target = gateway.people["clerk"].user_id
    with gateway.work("administrator") as work:
        disable_person(work, target)
    with pytest.raises(ServiceRefused):
        desk.password()
    with gateway.work("administrator") as work:
        enable_person(work, target)
    assert desk.seen(desk.sign_in().token) is not None
    assert actions(gateway, target) == ["added", "disabled", "enabled"]


def test_a_disabled_persons_link_is_good_no_more(gateway: Gateway) -> None:
    invited = _invite(gateway)
    with gateway.work("administrator") as work:
        disable_person(work, invited.user.id)
        enable_person(work, invited.user.id)
    with pytest.raises(NotFound), gateway.work() as work:
        read_link(work, invited.token)


def _lost(gateway: Gateway, who: str = "clerk", by: str = "administrator") -> AccessLink:
    with gateway.work(by) as work:
        return request_recovery(work, gateway.people[who].user_id, "telephone lost")


def test_a_recovery_takes_two_persons_and_ends_everything_before_it(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    old = desk.sign_in()
    link = _lost(gateway)
    assert desk.seen(old.token) is not None
    with gateway.work("judge") as work:
        assert [each.reason for each in list_recoveries(work)] == ["telephone lost"]
        confirmed = confirm_recovery(work, link.id)
    assert desk.seen(old.token) is not None
    secret = _accept(desk, confirmed.token)
    assert desk.seen(old.token) is None
    with pytest.raises(ServiceRefused):
        desk.password(password=PASSWORD)
    assert _enter(desk, desk.password(password=CHOSEN), secret)
    assert secret != SECRET
    assert actions(gateway, gateway.people["clerk"].user_id) == [
        "added",
        "asked_recovery",
        "confirmed_recovery",
        "accepted_recovery",
    ]


def test_the_old_keys_go_with_a_recovery(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    with gateway.work("administrator") as work:
        work.session.add(
            SecurityKey(
                id=work.new_id(),
                user_id=gateway.people["clerk"].user_id,
                credential_id=b"1",
                public_key=b"2",
                sign_count=0,
                label="lost",
                created_at=work.now,
            )
        )
    link = _lost(gateway)
    with gateway.work("judge") as work:
        token = confirm_recovery(work, link.id).token
    _accept(desk, token)
    with gateway.read() as session:
        assert session.scalars(select(SecurityKey)).all() == []


def test_whoever_asked_does_not_confirm_nor_does_the_person_himself(gateway: Gateway) -> None:
    Desk.of(gateway, "judge")
    link = _lost(gateway, "judge")
    for who, rule in (("administrator", "second-person"), ("judge", "oneself"), ("clerk", "role")):
        with pytest.raises(NotAllowed) as refused, gateway.work(who) as work:
            confirm_recovery(work, link.id)
        assert refused.value.rule == rule
    for stranger in ("b_judge", "operator"):
        with pytest.raises(NotFound), gateway.work(stranger) as work:
            confirm_recovery(work, link.id)


def test_of_two_who_confirm_at_once_one_is_first(gateway: Gateway) -> None:
    Desk.of(gateway)
    link = _lost(gateway)

    def decide() -> bool:
        try:
            with gateway.work("judge2") as work:
                confirm_recovery(work, link.id)
        except WrongState:
            return False
        return True

    assert sorted(at_once(decide, 3)) == [False, False, True]


def test_a_refused_recovery_changes_nothing(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    link = _lost(gateway)
    with gateway.work("judge") as work:
        refuse_recovery(work, link.id)
    with pytest.raises(WrongState), gateway.work("judge2") as work:
        confirm_recovery(work, link.id)
    assert desk.seen(desk.sign_in().token) is not None


def test_an_operator_asks_for_a_lonely_administrator_and_a_judge_confirms(gateway: Gateway) -> None:
    Desk.of(gateway, "administrator")
    link = _lost(gateway, "administrator", by="operator")
    with pytest.raises(NotFound), gateway.work("operator2") as work:
        confirm_recovery(work, link.id)
    with gateway.work("judge") as work:
        assert confirm_recovery(work, link.id).user.username == "administrator"


def test_operators_recover_each_other(gateway: Gateway) -> None:
    Desk.of(gateway, "operator")
    with gateway.work("operator") as work:
        gateway.people["operator3"] = Actor(
            invite_person(work, _new("operator")).user.id, None, frozenset({"operator"})
        )
    link = _lost(gateway, "operator", by="operator2")
    with gateway.work("operator3") as work:
        assert confirm_recovery(work, link.id).user.username == "operator"


def test_an_account_not_in_use_is_invited_again_and_not_recovered(sqlite_gateway: Gateway) -> None:
    with pytest.raises(WrongState) as refused:
        _lost(sqlite_gateway, "clerk2")
    assert refused.value.rule == "not-in-use"
    Desk.of(sqlite_gateway, "clerk")
    with pytest.raises(WrongState) as refused, sqlite_gateway.work("administrator") as work:
        invite_again(work, sqlite_gateway.people["clerk"].user_id)
    assert refused.value.rule == "accepted-already"


def test_the_list_tells_who_they_are_and_how_they_sign_in(gateway: Gateway) -> None:
    desk = Desk.of(gateway)
    desk.sign_in()
    _lost(gateway)
    with gateway.work("administrator") as work:
        people = {each.username: each for each in list_people(work, Wanted()).items}
        clerk = read_person(work, gateway.people["clerk"].user_id)
    assert set(people) == {"clerk", "clerk2", "judge", "judge2", "auditor", "administrator"}
    assert people["clerk"] == clerk
    assert (clerk.state, clerk.has_codes, clerk.keys, clerk.waiting_link) == ("active", True, 0, "requested")
    assert clerk.last_signed_in_at == gateway.clock.now()
    assert (people["auditor"].state, people["auditor"].last_signed_in_at) == ("invited", None)
    with gateway.work("operator") as work:
        names = {each.username for each in list_people(work, Wanted()).items}
    assert names == {"operator", "operator2", "administrator"}


def test_a_key_of_another_site_or_question_is_not_taken(sqlite_gateway: Gateway) -> None:
    desk, invited = Desk.of(sqlite_gateway), _invite(sqlite_gateway)
    choose_password(desk.transactions, invited.token, CHOSEN)
    options = ask_key_for_link(desk.transactions, invited.token, SITE)
    for wrong in (
        SoftKey(origin="https://desk.court.example.evil.example").create(options),
        SoftKey(host="evil.example").create(options),
        "not json",
        "{}",
    ):
        with pytest.raises(NotValid):
            accept_with_key(desk.transactions, invited.token, wrong, "key", SITE)


def test_a_key_signs_in_once_for_each_question(gateway: Gateway) -> None:
    desk, invited, key = Desk.of(gateway), _invite(gateway), SoftKey()
    choose_password(desk.transactions, invited.token, CHOSEN)
    options = ask_key_for_link(desk.transactions, invited.token, SITE)
    accept_with_key(desk.transactions, invited.token, key.create(options), "key", SITE)
    half = desk.password("new.person", CHOSEN)
    answer = key.get(desk.question(half, SITE))
    opened = check_second_factor(desk.transactions, HOME, half.token, Touch(answer, SITE))
    seen = desk.seen(opened.token)
    assert seen is not None
    assert seen.session.factor == "key"
    other = desk.password("new.person", CHOSEN)
    desk.question(other, SITE)
    with pytest.raises(ServiceRefused):
        check_second_factor(desk.transactions, HOME, other.token, Touch(answer, SITE))
    with pytest.raises(ServiceRefused):
        check_second_factor(
            desk.transactions, HOME, other.token, Touch(SoftKey().get(desk.question(other, SITE)), SITE)
        )
    copied = SoftKey(credential_id=key.credential_id, private=key.private, count=0)
    with pytest.raises(ServiceRefused):
        check_second_factor(
            desk.transactions, HOME, other.token, Touch(copied.get(desk.question(other, SITE)), SITE)
        )
