"""What docs/asvs.md promises and no other test shows: headers, cookies, forms, scripts, over the whole desk.

The desk is asked as it runs in a court: behind https.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.services.access_links import new_token
from gateway.services.use_codes import new_secret
from tests.factories import Gateway
from tests.gateway.desk import PASSWORD, code_at
from tests.gateway.web.desk.building import HOST, Building, Visitor
from tests.gateway.web.desk.people import Office

SCRIPTS = sorted((Path(__file__).parents[4] / "gateway" / "static" / "desk").glob("*.js"))
A_YEAR = 31536000


@pytest.fixture(scope="module")
def building(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Building]:
    building = Building.furnished(sqlite_template, tmp_path_factory.mktemp("building"))
    yield building
    building.close()


@pytest.fixture(scope="module")
def pages(building: Building) -> dict[str, str]:
    """The text of every page at an address of its own, as three of the roles see it."""
    found = {}
    rules = [rule for rule in building.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    addresses = [rule.rule for rule in rules if not rule.arguments and rule.endpoint.startswith("desk.")]
    for who in ("clerk", "administrator", "operator"):
        for address in addresses:
            answer = building.ask(building.visitors[who], "GET", address)
            if answer.mimetype == "text/html" and answer.status_code == 200:
                found[f"{address} of {who}"] = answer.get_data(as_text=True)
    assert len(found) > 60
    return found


@pytest.fixture
def https_office(sqlite_gateway: Gateway) -> Office:
    """Where people sign in over https."""
    gateway = sqlite_gateway
    settings = replace(gateway.runtime.settings, desk_url=HOST)
    gateway.runtime = replace(gateway.runtime, settings=settings)
    return Office.of(gateway)


ANSWERS = (
    ("GET", "/desk", 200),
    ("GET", "/sign-in", 200),
    ("GET", "/nowhere", 404),
    ("GET", "/desk/users", 403),
    ("GET", "/sign-out", 405),
    ("POST", "/sign-out", 400),
    ("GET", "/", 302),
    ("GET", "/assets/old/desk/desk.js", 200),
    ("GET", "/assets/old/desk/icon.svg", 200),
    ("GET", "/desk/imports/template/closures.csv", 200),
    ("GET", "/prompts/<recording>/sound.wav", 200),
    ("GET", "/desk/imports/files/<file>/progress", 200),
    ("GET", "/api/v1/notices", 401),
    ("POST", "/webhooks/north/voice", 403),
    ("GET", "/healthz", 200),
)
"""One of each kind of answer: pages, refusals, redirections, files, data, and what is for machines."""


def test_every_kind_of_answer_tells_the_browser_what_it_must_not_do(building: Building) -> None:
    clerk, faults = building.visitors["clerk"], []
    for method, address, status in ANSWERS:
        for kind in ("recording", "file"):
            address = address.replace(f"<{kind}>", building.thing(clerk, kind))
        answer = building.ask(clerk, method, address)
        told = answer.headers
        policy = {each.split()[0]: each.split()[1:] for each in told["Content-Security-Policy"].split(";")}
        age, _, subdomains = told.get("Strict-Transport-Security", "").partition("; ")
        right = {
            "status": answer.status_code == status,
            "hsts": age == f"max-age={A_YEAR}" and subdomains == "includeSubDomains",
            "nosniff": told["X-Content-Type-Options"] == "nosniff",
            "referrer": told["Referrer-Policy"] in {"same-origin", "no-referrer"},
            "nothing by default": policy["default-src"] == ["'none'"],
            "objects": policy["object-src"] == ["'none'"],
            "base": policy["base-uri"] == ["'none'"],
            "frames": policy["frame-ancestors"] == ["'none'"],
            "no unsafe word": "unsafe" not in told["Content-Security-Policy"] and "*" not in str(policy),
            "no other origin": "Access-Control-Allow-Origin" not in told,
        }
        if answer.mimetype == "text/html" and not address.startswith("/webhooks"):
            right["opener"] = told.get("Cross-Origin-Opener-Policy") == "same-origin"
        if not address.startswith("/assets"):
            right["kept nowhere"] = "no-store" in told["Cache-Control"]
        faults += [f"{method} {address}: {name}" for name, good in right.items() if not good]
    assert not faults, "\n".join(faults)


def test_no_other_origin_is_let_in_whatever_it_calls_itself(building: Building) -> None:
    for address in ("/desk", "/api/v1/notices"):
        answer = building.app.test_client().get(
            address, base_url=HOST, headers={"Origin": "https://evil.example"}
        )
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_scripts_and_styles_come_from_files_and_one_script_by_its_nonce(building: Building) -> None:
    seen, clerk = set(), building.visitors["clerk"]
    for _ in range(2):
        answer = building.ask(clerk, "GET", "/desk")
        allowed = re.findall(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
        used = re.findall(r'<script[^>]*nonce="([^"]+)"', answer.get_data(as_text=True))
        assert (len(allowed), set(used)) == (1, set(allowed))
        seen.add(allowed[0])
    assert len(seen) == 2


def test_no_page_has_a_script_or_style_that_the_policy_would_stop(pages: dict[str, str]) -> None:
    faults = []
    for name, text in pages.items():
        tags = re.findall(r"<[a-z][^>]*>", text)
        scripts = [tag for tag in tags if tag.startswith("<script")]
        faults += [f"{name}: {tag}" for tag in scripts if 'src="/assets/' not in tag and "nonce=" not in tag]
        faults += [f"{name}: {tag}" for tag in tags if re.search(r'\s(on[a-z]+|style)="', tag)]
        faults += [f"{name}: {tag}" for tag in tags if re.search(r'(src|href|action)="(https?:)?//', tag)]
        faults += [f"{name}: a style" for tag in tags if tag.startswith("<style")]
    assert not faults, "\n".join(faults)


def test_every_form_that_is_sent_carries_the_token_and_no_other_form_a_secret(pages: dict[str, str]) -> None:
    faults = []
    for name, text in pages.items():
        for start, rest in re.findall(r"(<form[^>]*>)(.*?)</form>", text, re.S):
            if 'method="post"' in start.lower():
                faults += [f"{name}: {start}"] * ('name="csrf_token"' not in rest)
            else:
                faults += [f"{name}: {start}"] * ("csrf_token" in rest or 'type="password"' in rest)
    assert not faults, "\n".join(faults)


def test_every_page_of_who_is_signed_in_has_the_way_out(pages: dict[str, str]) -> None:
    assert [name for name, text in pages.items() if 'action="/sign-out"' not in text] == []


def test_passwords_are_masked_and_may_be_pasted(building: Building, pages: dict[str, str]) -> None:
    nobody = building.visitors["nobody"]
    texts = [building.ask(nobody, "GET", "/sign-in").get_data(as_text=True), *pages.values()]
    tags = [tag for text in texts for tag in re.findall(r"<input[^>]*>", text)]
    fields = [tag for tag in tags if re.search(r'name="(password|present|again)"', tag)]
    assert len(fields) > 3
    for tag in fields:
        assert 'type="password"' in tag
        assert re.search(r'autocomplete="(current|new)-password"', tag)
        assert not re.search(r"onpaste|readonly|maxlength", tag)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_our_scripts_write_text_and_never_markup(script: Path) -> None:
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|postMessage"
    assert re.findall(markup, script.read_text()) == []


def test_every_cookie_is_of_this_host_for_https_and_for_no_script(https_office: Office) -> None:
    browser, set_cookies = https_office.app.test_client(), []
    answer = browser.get("/sign-in", base_url=HOST)
    set_cookies += answer.headers.getlist("Set-Cookie")
    for address, form in (("/sign-in", {"username": "clerk", "password": PASSWORD}), ("/sign-in/code", {})):
        text = browser.get(address, base_url=HOST).get_data(as_text=True)
        token = text.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]
        code = {} if form else {"code": code_at(https_office.gateway)}
        answer = browser.post(address, data={**form, **code, "csrf_token": token}, base_url=HOST)
        assert answer.status_code == 303, text
        set_cookies += answer.headers.getlist("Set-Cookie")
    set_cookies += browser.get("/language/zh", base_url=HOST).headers.getlist("Set-Cookie")
    names = {each.partition("=")[0] for each in set_cookies}
    assert names == {
        f"__Host-{name}" for name in ("desk-form", "desk-half", "desk-session", "desk-known", "language")
    }
    for each in set_cookies:
        attributes = {part.strip() for part in each.split(";")[1:]}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= attributes, each
        assert "Domain" not in each
    session = browser.get_cookie("__Host-desk-session", "desk.court.example")
    assert session is not None
    assert session.value not in browser.get("/desk/account", base_url=HOST).get_data(as_text=True)


def test_a_session_is_taken_from_its_cookie_and_from_nowhere_else(building: Building) -> None:
    clerk = building.visitors["clerk"]
    token = clerk.cookies.partition("=")[2].partition(";")[0]
    client = building.app.test_client(use_cookies=False)
    for asked in (
        {"query_string": {"desk-session": token, "__Host-desk-session": token}},
        {"headers": {"Authorization": f"Bearer {token}"}},
        {"headers": {"Cookie": f"desk-session={token}"}},
    ):
        assert client.get("/desk", base_url=HOST, **asked).status_code == 302


def test_an_error_of_ours_tells_nothing_of_itself(building: Building) -> None:
    def broken(**_named: object) -> str:
        raise RuntimeError("a secret of the inside")

    views, clerk = building.app.view_functions, building.visitors["clerk"]
    whole = views["desk.admin_index"]
    views["desk.admin_index"] = broken
    try:
        answer = building.ask(clerk, "GET", "/desk/administration")
    finally:
        views["desk.admin_index"] = whole
    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "Sorry, there is a problem with the service" in text
    assert not re.search(r"secret of the inside|RuntimeError|Traceback|\.py", text)


def test_a_form_of_another_site_is_refused_before_anything_else(building: Building) -> None:
    clerk = building.visitors["clerk"]
    for told in ("cross-site", "same-site"):
        answer = building.app.test_client(use_cookies=False).post(
            "/desk/account/sessions/end-others",
            base_url=HOST,
            data={"csrf_token": clerk.token},
            headers={"Cookie": clerk.cookies, "Sec-Fetch-Site": told},
        )
        assert answer.status_code == 400


def test_a_token_of_another_browser_is_worth_nothing(building: Building) -> None:
    clerk, judge = building.visitors["clerk"], building.visitors["judge"]
    mixed = Visitor(clerk.who, clerk.letter, clerk.cookies, judge.token)
    answer = building.ask(mixed, "POST", "/desk/account/sessions/end-others", csrf_token=mixed.token)
    assert answer.status_code == 400


def test_a_password_does_not_grow_old(https_office: Office) -> None:
    https_office.gateway.clock.forward(days=800)
    assert https_office.desk.sign_in("clerk").token


def test_secrets_are_long_and_of_chance() -> None:
    secrets, tokens = {new_secret() for _ in range(100)}, {new_token() for _ in range(100)}
    assert (len(secrets), len(tokens)) == (100, 100)
    assert {len(each) * 5 for each in secrets} == {160}
    assert min(len(each) * 6 for each in tokens) >= 256


def test_each_session_has_a_long_token_of_its_own(https_office: Office) -> None:
    first, second = https_office.desk.sign_in("clerk").token, https_office.desk.sign_in("clerk").token
    assert first != second
    assert min(len(first), len(second)) * 6 >= 256
