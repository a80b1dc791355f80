"""Accounts before Chromium: an invitation, security keys, one's own sessions; with and without scripts."""

from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.clock import SystemClock
from tests.browser.stage import Stage, look, staged
from tests.gateway.desk import PASSWORD

pytestmark = pytest.mark.browser
CHOSEN = "three green kettles sing"
NAMES = iter(f"new.person{number}" for number in range(1, 99))


@pytest.fixture(scope="module")
def desk(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A desk with a name, as security keys need one."""
    directory = tmp_path_factory.mktemp("accounts")
    with staged(f"sqlite:///{directory / 'gateway.db'}", directory, chromium, "localhost") as found:
        yield found


def _plug_in_key(page: Page) -> None:
    """A security key that touches itself, in this browser."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def _invited(desk: Stage, username: str, picture: str | None = None) -> str:
    """Invite a clerk; the link."""
    page = desk.person("administrator")
    page.goto("/desk/users/invite")
    if picture:
        look(page, f"{picture}-form")
    page.get_by_label("Name", exact=True).fill("虚构人新")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Identity number").fill(f"identity {username}")
    page.get_by_label("Clerk").check()
    page.get_by_label("Code from your authenticator app").fill(desk.code("administrator"))
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("heading", level=1, name=f"Link for {username}")).to_be_visible()
    if picture:
        look(page, f"{picture}-link")
    return str(page.locator("[data-link]").inner_text())


def _choose_password(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Choose a password").fill(CHOSEN)
    page.get_by_label("The same password again").fill(CHOSEN)
    page.get_by_role("button", name="Continue").click()


def _password(page: Page, username: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Continue").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_an_invited_person_comes_with_an_authenticator_app(desk: Stage, javascript: bool) -> None:
    username = next(NAMES)
    page = desk.stranger("en", "phone", javascript=javascript)
    _choose_password(page, _invited(desk, username, "invite" if javascript else None))
    look(page, "invitation-codes")
    secret = page.locator(".desk-code").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows now").fill(pyotp.TOTP(secret).at(SystemClock().now()))
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_text("Your account is ready. Sign in.")).to_be_visible()
    _password(page, username, CHOSEN)
    later = SystemClock().now().timestamp() + 30
    page.get_by_label("Code from your authenticator app").fill(pyotp.TOTP(secret).at(int(later)))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Your account")).to_be_visible()


def test_an_invited_person_comes_with_a_security_key_and_confirms_with_it(desk: Stage) -> None:
    username = next(NAMES)
    page = desk.stranger("en", "desktop")
    _plug_in_key(page)
    _choose_password(page, _invited(desk, username))
    page.get_by_role("link", name="Use a security key instead").click()
    look(page, "invitation-key")
    page.get_by_label("Name of the key").fill("blue key")
    page.get_by_role("button", name="Register your security key").click()
    expect(page.get_by_text("Your account is ready. Sign in.")).to_be_visible()
    _password(page, username, CHOSEN)
    look(page, "sign-in-key")
    page.get_by_role("button", name="Use your security key").click()
    page.get_by_role("link", name="Your account").click()
    expect(page.get_by_text("blue key")).to_be_visible()
    look(page, "account")
    page.get_by_role("link", name="Set up an authenticator app").click()
    page.get_by_role("button", name="Use your security key").click()
    expect(page.get_by_role("heading", level=1, name="Add an authenticator app")).to_be_visible()


def test_a_person_adds_a_key_and_sees_where_he_is_signed_in(desk: Stage) -> None:
    elsewhere = desk.person("clerk2")
    page = desk.person("clerk2")
    _plug_in_key(page)
    page.goto("/desk/account")
    expect(page.get_by_role("button", name="Sign out everywhere else")).to_be_visible()
    page.get_by_role("link", name="Add a security key").click()
    page.get_by_label("Code from your authenticator app").fill(desk.code("clerk2"))
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name of the key").fill("red key")
    page.get_by_role("button", name="Register your security key").click()
    expect(page.get_by_text("Your security key is added.")).to_be_visible()
    elsewhere.goto("/desk")
    expect(elsewhere.get_by_role("heading", level=1, name="Sign in")).to_be_visible()


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_every_page_about_people_is_accessible_in_chinese(desk: Stage, width: str) -> None:
    page = desk.person("administrator", "zh", width)
    clerk = desk.gateway.people["clerk"].user_id
    addresses = {
        "users": "/desk/users",
        "users-invite": "/desk/users/invite",
        "user": f"/desk/users/{clerk}",
        "user-roles": f"/desk/users/{clerk}/roles",
        "user-recovery": f"/desk/users/{clerk}/recovery",
        "recoveries": "/desk/recoveries",
        "account": "/desk/account",
        "account-password": "/desk/account/password",
        "account-codes-begin": "/desk/account/codes/begin",
        "account-codes": "/desk/account/codes",
    }
    for name, address in addresses.items():
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        look(page, f"{name}-zh-{width}")


def test_two_persons_let_somebody_in_again(desk: Stage) -> None:
    page = desk.person("administrator")
    page.goto(f"/desk/users/{desk.gateway.people['auditor'].user_id}/recovery")
    page.get_by_label("Reason").fill("telephone lost")
    page.get_by_role("button", name="Ask for a recovery").click()
    expect(page.get_by_text("A recovery waits for a second person.")).to_be_visible()
    judge = desk.person("judge")
    judge.goto("/desk/recoveries")
    judge.get_by_role("link", name="(auditor)").click()
    look(judge, "recovery-decide")
    judge.get_by_label("I have made sure that it is this person who asks").check()
    judge.get_by_label("Code from your authenticator app").fill(desk.code("judge"))
    judge.get_by_role("button", name="Confirm the recovery").click()
    link = judge.locator("[data-link]").inner_text()
    lost = desk.stranger()
    _choose_password(lost, link)
    expect(lost.get_by_role("heading", level=1, name="Add an authenticator app")).to_be_visible()
    assert PASSWORD != CHOSEN
