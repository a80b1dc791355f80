"""Accounts before Chromium: an invitation, security keys, one's own sessions.

How somebody comes with an authenticator app is part of tests/journeys/test_desk_story.py.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.joining import CHOSEN, NAMES, choose_password, invited, type_password
from tests.browser.stage import Stage, look, staged
from tests.gateway.desk import PASSWORD

pytestmark = pytest.mark.browser


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


def test_an_invited_person_comes_with_a_security_key_and_confirms_with_it(desk: Stage) -> None:
    username = next(NAMES)
    page = desk.stranger("en", "desktop")
    _plug_in_key(page)
    choose_password(page, invited(desk, desk.person("administrator"), username))
    page.get_by_role("link", name="Use a security key instead").click()
    look(page, "invitation-key")
    page.get_by_label("Name of the key").fill("blue key")
    page.get_by_role("button", name="Register your security key").click()
    expect(page.get_by_text("Your account is ready. Sign in.")).to_be_visible()
    type_password(page, username, CHOSEN)
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
    choose_password(lost, link)
    expect(lost.get_by_role("heading", level=1, name="Add an authenticator app")).to_be_visible()
    assert PASSWORD != CHOSEN
