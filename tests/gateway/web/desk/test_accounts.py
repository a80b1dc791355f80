"""Accounts before a browser without scripts: links, people, recoveries, one's own access."""

import re
from dataclasses import replace

import pyotp
import pytest

from gateway.models import User
from tests.gateway.desk import HOME, PASSWORD, code_at
from tests.gateway.records import actions
from tests.gateway.web.desk.people import Office, Person, errors

CHOSEN = "three green kettles sing"
NEW = {"name": "虚构人新", "username": "new.person", "identity": "identity new"}


def _code(office: Office) -> str:
    """A code that was not used yet."""
    office.gateway.clock.forward(seconds=30)
    return code_at(office.gateway)


def _link(text: str) -> str:
    found = re.search(r"data-link>[^<]*(/invitation/[\w-]+)<", text)
    assert found is not None, text[-3000:]
    return found.group(1)


def _invite(office: Office, who: str = "administrator", **more: object) -> str:
    person = office.person(who)
    answer = person.post("/desk/users/invite", {**NEW, "code": _code(office), **more})
    assert answer.status_code == 200, errors(answer)
    return _link(answer.get_data(as_text=True))


def _secret(page: str) -> str:
    found = re.search(r'desk-code">([A-Z2-7 ]+)<', page)
    assert found is not None
    return found.group(1).replace(" ", "")


def _set_up(office: Office, link: str) -> tuple[Person, str]:
    """Accept a link with a password and an authenticator program: the browser, and the program's secret."""
    browser = office.stranger()
    arrived = browser.get(link)
    assert (arrived.status_code, arrived.headers["Location"]) == (302, "/invitation")
    chosen = browser.post("/invitation", {"password": CHOSEN, "again": CHOSEN})
    assert (chosen.status_code, errors(chosen)) == (303, [])
    page = browser.page("/invitation/codes")
    assert '<svg viewBox="' in page
    secret = _secret(page)
    code = pyotp.TOTP(secret).at(office.gateway.clock.now())
    accepted = browser.post("/invitation/codes", {"code": code})
    assert (accepted.status_code, accepted.headers["Location"]) == (303, "/sign-in")
    return browser, secret


def _sign_in(office: Office, browser: Person, username: str, secret: str) -> None:
    first = browser.post("/sign-in", {"username": username, "password": CHOSEN})
    assert first.status_code == 303
    office.gateway.clock.forward(seconds=30)
    code = pyotp.TOTP(secret).at(office.gateway.clock.now())
    assert browser.post("/sign-in/code", {"code": code}).status_code == 303


def test_an_administrator_invites_and_the_person_comes(office: Office) -> None:
    link = _invite(office, roles=["clerk", "auditor"])
    browser, secret = _set_up(office, link)
    assert "Your account is ready" in browser.page("/sign-in")
    _sign_in(office, browser, "new.person", secret)
    account = browser.page("/desk/account")
    assert "虚构人新" in account
    assert "Auditor, Clerk" in account
    assert browser.get("/desk/users").status_code == 403


def test_a_used_link_is_told_apart_from_none_by_nobody(office: Office) -> None:
    link = _invite(office, roles=["clerk"])
    _set_up(office, link)
    for used in (link, "/invitation/unknown"):
        browser = office.stranger()
        browser.get(used)
        assert browser.get("/invitation").status_code == 404
        assert browser.get("/invitation/codes").status_code == 404
    assert office.stranger().get("/invitation").status_code == 404


def test_a_mistyped_or_weak_password_is_told_at_its_field(office: Office) -> None:
    browser = office.stranger()
    browser.get(_invite(office, roles=["clerk"]))
    differing = browser.post("/invitation", {"password": CHOSEN, "again": "other"})
    assert errors(differing) == ["The two passwords differ."]
    weak = browser.post("/invitation", {"password": "passwordpassword", "again": "passwordpassword"})
    assert errors(weak) == [
        "This password is among those that are tried first. Choose one that nobody else would."
    ]
    assert "passwordpassword" not in weak.get_data(as_text=True)
    assert browser.get("/invitation/codes").headers["Location"] == "/invitation"


def test_an_invitation_takes_a_fresh_code(office: Office) -> None:
    answer = office.person("administrator").post(
        "/desk/users/invite", {**NEW, "roles": ["clerk"], "code": "000000"}
    )
    assert errors(answer)[0].startswith("The code or key was not accepted.")
    with office.gateway.read() as session:
        assert session.query(User).filter(User.username == "new.person").count() == 0


def test_what_is_wrong_with_an_invitation_stands_at_its_fields(office: Office) -> None:
    administrator = office.person("administrator")
    wrong = {**NEW, "username": "clerk", "code": _code(office)}
    answer = administrator.post("/desk/users/invite", wrong)
    assert len(errors(answer)) == 2
    assert "This user name is taken." in errors(answer)


def test_an_operator_invites_a_colleague_or_a_courts_first_administrator(office: Office) -> None:
    operator = office.person("operator")
    assert "虚构法院b" in operator.page("/desk/users/invite")
    link = _invite(office, "operator", court=office.gateway.court_b)
    browser, secret = _set_up(office, link)
    _sign_in(office, browser, "new.person", secret)
    assert "虚构法院b" in browser.page("/desk/users")
    second = {**NEW, "username": "other", "identity": "other", "court": office.gateway.court_b}
    refused = operator.post("/desk/users/invite", {**second, "code": _code(office)})
    assert refused.status_code == 403


def test_roles_are_changed_with_a_code_and_the_person_signs_in_anew(office: Office) -> None:
    clerk, administrator = office.person("clerk"), office.person("administrator")
    path = f"/desk/users/{office.gateway.people['clerk'].user_id}"
    assert "Clerk" in administrator.page(path)
    wanted = {"roles": ["auditor"], "version": "1"}
    changed = administrator.post(f"{path}/roles", {**wanted, "code": _code(office)})
    assert (changed.status_code, errors(changed)) == (303, [])
    assert clerk.get("/desk").status_code == 302
    stale = administrator.post(f"{path}/roles", {**wanted, "code": _code(office)})
    assert errors(stale) == ["This has changed since you opened the page. Look again, then repeat."]
    assert "Auditor" in administrator.page(path)


def test_a_disabled_persons_next_request_fails_and_he_may_come_back(office: Office) -> None:
    clerk, administrator = office.person("clerk"), office.person("administrator")
    path = f"/desk/users/{office.gateway.people['clerk'].user_id}"
    assert administrator.post(f"{path}/disable", form=path).status_code == 303
    assert clerk.get("/desk").status_code == 302
    assert "Disabled" in administrator.page(path)
    assert administrator.post(f"{path}/enable", form=path).status_code == 303
    assert actions(office.gateway, office.gateway.people["clerk"].user_id) == ["added", "disabled", "enabled"]


def test_an_account_is_recovered_by_two(office: Office) -> None:
    office.person("clerk")
    path = f"/desk/users/{office.gateway.people['clerk'].user_id}"
    administrator, judge = office.person("administrator"), office.person("judge")
    asked = administrator.post(f"{path}/recovery", {"reason": "telephone lost"})
    assert (asked.status_code, errors(asked)) == (303, [])
    waiting = judge.page("/desk/recoveries")
    address = re.search(r"/desk/recoveries/\w{26}", waiting)
    assert address is not None
    assert "telephone lost" in judge.page(address.group())
    assert "somebody else must confirm" in administrator.page(address.group())
    unsure = judge.post(address.group(), {"code": _code(office)})
    assert errors(unsure) == ["Make sure first, then tick."]
    confirmed = judge.post(address.group(), {"sure": "y", "code": _code(office)})
    link = _link(confirmed.get_data(as_text=True))
    browser, secret = _set_up(office, link)
    assert office.person("clerk").get("/desk").status_code == 302
    _sign_in(office, browser, "clerk", secret)
    assert "虚构法院a" in browser.page("/desk")


def test_a_recovery_may_be_refused(office: Office) -> None:
    path = f"/desk/users/{office.gateway.people['clerk'].user_id}"
    office.person("administrator").post(f"{path}/recovery", {"reason": "telephone lost"})
    judge = office.person("judge")
    address = re.search(r"/desk/recoveries/\w{26}", judge.page("/desk/recoveries"))
    assert address is not None
    assert judge.post(f"{address.group()}/refuse", form=address.group()).status_code == 303
    assert "None waits." in judge.page("/desk/recoveries")


@pytest.mark.parametrize("path", ["", "/roles", "/recovery"])
def test_people_of_another_court_are_not_there(office: Office, path: str) -> None:
    administrator = office.person("administrator")
    stranger = office.gateway.people["b_clerk"].user_id
    pages = [administrator.get(f"/desk/users/{each}{path}") for each in (stranger, "0" * 26)]
    assert [page.status_code for page in pages] == [404, 404]


def test_the_password_is_changed_with_the_old_one_and_a_code(office: Office) -> None:
    clerk = office.person("clerk")
    filled = {"present": PASSWORD, "password": CHOSEN, "again": CHOSEN, "code": _code(office)}
    wrong = clerk.post("/desk/account/password", {**filled, "present": "wrong"})
    assert errors(wrong) == ["This is not your present password."]
    changed = clerk.post("/desk/account/password", {**filled, "code": _code(office)})
    assert (changed.status_code, changed.headers["Location"]) == (303, "/desk/account")
    assert "Your password is changed" in clerk.page("/desk/account")
    assert office.desk.password("clerk", CHOSEN).factors == {"code"}


def test_a_new_authenticator_app_takes_a_code_of_the_old_and_of_the_new(office: Office) -> None:
    clerk = office.person("clerk")
    begun = clerk.post("/desk/account/codes/begin", {"code": _code(office)})
    assert (begun.status_code, begun.headers["Location"]) == (303, "/desk/account/codes")
    secret = _secret(clerk.page("/desk/account/codes"))
    wrong = clerk.post("/desk/account/codes", {"code": "000000"})
    assert errors(wrong)[0].startswith("This is not the code of now.")
    new = pyotp.TOTP(secret).at(office.gateway.clock.now())
    assert clerk.post("/desk/account/codes", {"code": new}).status_code == 303


def test_without_a_confirmation_no_factor_is_changed(office: Office) -> None:
    clerk = office.person("clerk")
    secret = _secret(clerk.page("/desk/account/codes"))
    new = pyotp.TOTP(secret).at(office.gateway.clock.now())
    answer = clerk.post("/desk/account/codes", {"code": new})
    assert errors(answer) == ["Confirm this step with a code or your security key first."]
    last = clerk.post("/desk/account/codes/remove", {"code": _code(office)})
    assert errors(last) == ["This is your last second factor. Add another one first."]


def test_people_see_where_they_are_signed_in_and_sign_out_there(office: Office) -> None:
    clerk = office.person("clerk")
    visitor = replace(HOME, browser="Firefox, Windows")
    other = office.desk.sign_in("clerk", visitor)
    page = clerk.page("/desk/account")
    assert "Firefox, Windows" in page
    path = f"/desk/account/sessions/{other.session_id}/end"
    assert clerk.post(path, form="/desk/account").status_code == 303
    assert office.desk.seen(other.token) is None
    theirs = office.desk.sign_in("judge")
    strange = f"/desk/account/sessions/{theirs.session_id}/end"
    assert clerk.post(strange, form="/desk/account").status_code == 404
    third = office.desk.sign_in("clerk", visitor)
    assert clerk.post("/desk/account/sessions/end-others", form="/desk/account").status_code == 303
    assert office.desk.seen(third.token) is None
    assert clerk.get("/desk").status_code == 200


def test_a_planted_token_is_not_what_the_visitor_gets(office: Office) -> None:
    """Fixation: whatever session cookies an attacker plants, signing in makes other ones."""
    browser = office.stranger()
    browser.client.set_cookie("desk-session", "planted")
    browser.client.set_cookie("desk-half", "planted")
    first = browser.post("/sign-in", {"username": "clerk", "password": PASSWORD})
    half = browser.client.get_cookie("desk-half")
    assert first.status_code == 303
    assert browser.post("/sign-in/code", {"code": code_at(office.gateway)}).status_code == 303
    session = browser.client.get_cookie("desk-session")
    assert half is not None
    assert session is not None
    assert "planted" not in {half.value, session.value}
    assert half.value != session.value


def test_the_second_step_alone_leads_back_to_the_first(office: Office) -> None:
    answer = office.stranger().get("/sign-in/code")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in?next=/")


def test_where_no_provider_is_named_there_is_no_single_sign_on(office: Office) -> None:
    assert office.stranger().get("/sign-in/sso").status_code == 404
    assert "court's account" not in office.stranger().page("/sign-in")


def test_the_desk_offers_no_keys_where_it_has_no_name(office: Office) -> None:
    assert "Add a security key" not in office.person("clerk").page("/desk/account")
    assert office.person("clerk").get("/desk/account/keys/new").status_code == 404
