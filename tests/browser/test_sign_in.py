"""Signing in before Chromium."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import Stage, look, picture
from tests.gateway.desk import PASSWORD

pytestmark = pytest.mark.browser
WORDS = {
    "en": ("User name", "Password", "Continue", "Code from your authenticator app", "Sign in", "Work list"),
    "zh": ("用户名", "密码", "继续", "身份验证器中的验证码", "登录", "待办事项"),
}


@pytest.mark.parametrize("width", ["desktop", "phone"])
@pytest.mark.parametrize(("language", "who"), [("en", "clerk"), ("zh", "judge")])
def test_a_person_signs_in(stage: Stage, language: str, who: str, width: str) -> None:
    page = stage.stranger(language, width)
    _sign_in(stage, page, language, who, f"sign-in-{language}-{width}")
    look(page)


def test_a_person_signs_in_without_scripts(stage: Stage) -> None:
    page = stage.stranger("zh", "phone", javascript=False)
    _sign_in(stage, page, "zh", "clerk2", None)
    expect(page.get_by_text("虚构法院a")).to_be_visible()


def test_the_pages_of_signing_in_ask_nobody_else_for_anything(stage: Stage) -> None:
    page, asked = stage.stranger(), []
    page.on("request", lambda request: asked.append(request.url))
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto("/sign-in")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert [url for url in asked if not url.startswith(stage.base)] == []
    assert errors == []


def _sign_in(stage: Stage, page: Page, language: str, who: str, seen: str | None) -> None:
    username, password, go_on, code, sign_in, heading = WORDS[language]
    page.goto("/")
    if seen:
        look(page, seen)
        picture(page, "sign-in", 640)
    page.get_by_label(username, exact=True).fill(who)
    page.get_by_label(password, exact=True).fill(PASSWORD)
    page.get_by_role("button", name=go_on).click()
    if seen:
        look(page, f"{seen}-code")
    page.get_by_label(code).fill(stage.code(who))
    page.get_by_role("button", name=sign_in).click()
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
