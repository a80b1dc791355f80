"""Signing in at the desk, as a browser without JavaScript does it."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from gateway.models import SignInAttempt
from gateway.services.limit_attempts import counter
from tests.applications import open_app
from tests.factories import Gateway
from tests.gateway.desk import PASSWORD, code_at
from tests.gateway.web.desk.people import Office, Person, errors


def test_the_root_leads_to_signing_in(office: Office) -> None:
    answer = office.stranger().get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")


def test_password_and_code_lead_to_where_the_visitor_wanted_to_go(office: Office) -> None:
    browser = office.stranger()
    wanted = browser.get("/desk?state=open").headers["Location"]
    first = browser.post(wanted, {"username": "clerk", "password": PASSWORD})
    assert first.status_code == 303
    second = browser.post(first.headers["Location"], {"code": code_at(office.gateway)})
    assert (second.status_code, second.headers["Location"]) == (303, "/desk?state=open")
    assert "虚构法院a" in browser.page("/desk")


@pytest.mark.parametrize("username", ["clerk", "nobody"])
def test_a_wrong_password_and_an_unknown_person_are_told_the_same(office: Office, username: str) -> None:
    answer = office.stranger().post("/sign-in", {"username": username, "password": "wrong"})
    assert errors(answer) == ["The user name or the password is not right."]
    assert "desk-session" not in str(answer.headers)


def test_signing_out_ends_the_session_and_not_only_the_cookie(office: Office) -> None:
    browser = office.person("clerk")
    token = browser.client.get_cookie("desk-session")
    assert token is not None
    assert browser.post("/sign-out", form="/desk").status_code == 303
    browser.client.set_cookie("desk-session", token.value)
    assert browser.get("/desk").status_code == 302


@pytest.mark.parametrize("evil", ["//evil.example/", "/\\evil.example", "https://evil.example/"])
def test_nobody_is_led_to_another_site(office: Office, evil: str) -> None:
    answer = office.stranger().get("/language/en", query_string={"next": evil})
    assert answer.headers["Location"] == "/"


def test_a_form_without_its_token_changes_nothing(office: Office) -> None:
    browser = office.person("clerk")
    assert browser.client.post("/sign-out").status_code == 400
    assert browser.get("/desk").status_code == 200


def test_a_form_that_another_site_sends_changes_nothing(office: Office) -> None:
    browser = office.person("clerk")
    token = browser.page("/desk").partition('name="csrf_token" value="')[2].partition('"')[0]
    sent = browser.client.post(
        "/sign-out", data={"csrf_token": token}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert sent.status_code == 400
    assert browser.get("/desk").status_code == 200


def test_the_page_speaks_the_visitors_language(office: Office) -> None:
    browser = office.stranger()
    assert "<h1" in browser.page("/sign-in")
    browser.language = "zh-CN"
    assert "登录" in browser.page("/sign-in")
    browser.get("/language/en")
    assert "Sign in" in browser.page("/sign-in")


@pytest.mark.parametrize(("proxies", "counted"), [(0, "192.0.2.1"), (1, "198.51.100.9")])
def test_of_a_forwarded_address_only_what_a_named_proxy_wrote_is_believed(
    sqlite_gateway: Gateway, proxies: int, counted: str
) -> None:
    gateway = sqlite_gateway
    runtime = replace(gateway.runtime, settings=replace(gateway.runtime.settings, proxies=proxies))
    stranger = Person(open_app(runtime).test_client())
    seen = {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "203.0.113.1, 198.51.100.9"}
    stranger.client.environ_base.update(seen)
    stranger.post("/sign-in", {"username": "nobody", "password": PASSWORD})
    with gateway.read() as session:
        keys = {row.key for row in session.scalars(select(SignInAttempt))}
    assert counter(gateway.runtime.vault, "source", counted).key in keys
    assert len(keys) == 2
