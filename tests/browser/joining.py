"""How somebody new comes to the desk: invited, with a password and an authenticator app of his own."""

from itertools import count

import pyotp
from playwright.sync_api import Page, expect

from gateway.clock import SystemClock
from tests.browser.stage import Stage, look

CHOSEN = "three green kettles sing"
NAMES = map("new.person{}".format, count(1))
WORDS = {
    "en": {
        "name": "Name", "username": "User name", "identity": "Identity number", "clerk": "Clerk",
        "code": "Code from your authenticator app", "invite": "Invite", "link": "Link for {}",
        "choose": "Choose a password", "again": "The same password again", "go on": "Continue",
        "shown": "Code that the app shows now", "finish": "Finish", "password": "Password",
        "ready": "Your account is ready. Sign in.", "sign in": "Sign in", "work list": "Work list",
    },
    "zh": {
        "name": "姓名", "username": "用户名", "identity": "身份证号码", "clerk": "书记员",
        "code": "身份验证器中的验证码", "invite": "邀请", "link": "{} 的链接",
        "choose": "设置密码", "again": "再次输入密码", "go on": "继续",
        "shown": "应用当前显示的验证码", "finish": "完成", "password": "密码",
        "ready": "账户已就绪，请登录。", "sign in": "登录", "work list": "待办事项",
    },
}  # fmt: skip


def invited(stage: Stage, page: Page, username: str, language: str = "en", picture: str | None = None) -> str:
    """Have an administrator invite a clerk; the link."""
    words = WORDS[language]
    page.goto("/desk/users/invite")
    if picture:
        look(page, f"{picture}-form")
    page.get_by_label(words["name"], exact=True).fill("虚构人新")
    page.get_by_label(words["username"]).fill(username)
    page.get_by_label(words["identity"]).fill(f"identity {username}")
    page.get_by_label(words["clerk"]).check()
    page.get_by_label(words["code"]).fill(stage.code("administrator"))
    page.get_by_role("button", name=words["invite"], exact=True).click()
    heading = words["link"].format(username)
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    if picture:
        look(page, f"{picture}-link")
    return str(page.locator("[data-link]").inner_text())


def choose_password(page: Page, link: str, language: str = "en", picture: str | None = None) -> None:
    words = WORDS[language]
    page.goto(link)
    if picture:
        look(page, f"{picture}-password")
    page.get_by_label(words["choose"]).fill(CHOSEN)
    page.get_by_label(words["again"]).fill(CHOSEN)
    page.get_by_role("button", name=words["go on"], exact=True).click()


def set_up_app(page: Page, language: str = "en", picture: str | None = None) -> pyotp.TOTP:
    """Give an authenticator app the key that the page shows; the app."""
    words = WORDS[language]
    app = pyotp.TOTP(page.locator(".desk-code").inner_text().replace(" ", ""))
    if picture:
        look(page, f"{picture}-codes")
    page.get_by_label(words["shown"]).fill(app.at(SystemClock().now()))
    page.get_by_role("button", name=words["finish"], exact=True).click()
    expect(page.get_by_text(words["ready"])).to_be_visible()
    return app


def type_password(page: Page, username: str, password: str, language: str = "en") -> None:
    words = WORDS[language]
    page.goto("/sign-in")
    page.get_by_label(words["username"], exact=True).fill(username)
    page.get_by_label(words["password"], exact=True).fill(password)
    page.get_by_role("button", name=words["go on"], exact=True).click()


def sign_in(page: Page, username: str, app: pyotp.TOTP, language: str = "en") -> None:
    """With the app's next code, as the one of this moment may have been used to set it up."""
    words = WORDS[language]
    type_password(page, username, CHOSEN, language)
    page.get_by_label(words["code"]).fill(app.at(int(SystemClock().now().timestamp()) + 30))
    page.get_by_role("button", name=words["sign in"], exact=True).click()
    expect(page.get_by_role("heading", level=1, name=words["work list"])).to_be_visible()
