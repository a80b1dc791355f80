"""Single sign-on at a real OpenID provider: code flow with PKCE, state, nonce; our second factor after it."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.services.link_identity import allow_identity
from tests.factories import Gateway
from tests.gateway.desk import code_at
from tests.gateway.web.desk.identity_provider import CLIENT, SECRET, Provider, provider_for
from tests.gateway.web.desk.people import Office, Person

ORIGIN = "http://127.0.0.1:8080"
CALLBACK = f"{ORIGIN}/sign-in/sso/arrive"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with provider_for(CALLBACK) as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    """The provider, before a browser that has not been there."""
    return Provider(running.issuer, running.redirect)


@pytest.fixture
def sso(sqlite_gateway: Gateway, provider: Provider) -> Office:
    """A desk that knows the provider; the clerk may come through it."""
    gateway = sqlite_gateway
    settings = replace(
        gateway.runtime.settings,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
    )
    gateway.runtime = replace(gateway.runtime, settings=settings)
    with gateway.work("administrator") as work:
        allow_identity(work, gateway.people["clerk"].user_id)
    return Office.of(gateway)


def _begin(browser: Person, wanted: str = "/desk") -> str:
    answer = browser.get(f"/sign-in/sso?next={wanted}")
    assert answer.status_code == 302
    return answer.headers["Location"]


def _arrive(browser: Person, address: str) -> tuple[int, str]:
    path = address.removeprefix(ORIGIN)
    answer = browser.get(path)
    return answer.status_code, answer.headers.get("Location", "")


def test_the_provider_vouches_and_the_second_factor_is_asked(sso: Office, provider: Provider) -> None:
    browser = sso.stranger()
    assert "Sign in with the court" in browser.page("/sign-in")
    back = provider.sign_in(_begin(browser), "clerk@court")
    assert _arrive(browser, back) == (303, "/sign-in/code?next=/desk")
    assert browser.get("/desk").status_code == 302
    second = browser.post("/sign-in/code?next=/desk", {"code": code_at(sso.gateway)})
    assert (second.status_code, second.headers["Location"]) == (303, "/desk")
    assert "虚构法院a" in browser.page("/desk")


def test_the_request_has_state_nonce_and_a_challenge(sso: Office) -> None:
    asked = parse_qs(urlsplit(_begin(sso.stranger())).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert (asked["response_type"], asked["redirect_uri"]) == (["code"], [CALLBACK])
    assert min(len(asked[name][0]) for name in ("state", "nonce", "code_challenge")) >= 20


def test_whom_nobody_allowed_is_told_so_and_not_let_in(sso: Office, provider: Provider) -> None:
    browser = sso.stranger()
    back = provider.sign_in(_begin(browser), "judge@court")
    assert _arrive(browser, back) == (403, "")
    assert browser.client.get_cookie("desk-half") is None


def test_another_subject_of_the_same_name_is_not_the_person(sso: Office, provider: Provider) -> None:
    browser = sso.stranger()
    assert _arrive(browser, provider.sign_in(_begin(browser), "clerk@court"))[0] == 303
    thief, elsewhere = sso.stranger(), Provider(provider.issuer, provider.redirect)
    assert _arrive(thief, elsewhere.sign_in(_begin(thief), "clerk@elsewhere"))[0] == 403


def test_an_answer_is_good_once_and_in_the_browser_that_asked(sso: Office, provider: Provider) -> None:
    browser, other = sso.stranger(), sso.stranger()
    back = provider.sign_in(_begin(browser), "clerk@court")
    assert _arrive(other, back) == (403, "")
    assert _arrive(browser, back)[0] == 303
    assert _arrive(browser, back) == (403, "")


def test_a_forged_state_or_code_is_refused(sso: Office) -> None:
    browser = sso.stranger()
    asked = parse_qs(urlsplit(_begin(browser)).query)
    for query in (f"code=x&state={asked['state'][0]}", "code=x&state=forged", "error=access_denied", ""):
        assert _arrive(browser, f"{CALLBACK}?{query}") == (403, "")


def test_where_the_provider_does_not_answer_one_is_told(sso: Office) -> None:
    settings = replace(sso.gateway.runtime.settings, oidc_issuer="http://127.0.0.1:9")
    silent = Office.of(_with(sso.gateway, replace(sso.gateway.runtime, settings=settings)))
    answer = silent.stranger().get("/sign-in/sso")
    assert answer.status_code == 403
    assert "did not confirm who you are" in answer.get_data(as_text=True)


def _with(gateway: Gateway, runtime: object) -> Gateway:
    gateway.runtime = runtime  # type: ignore[assignment]
    return gateway
