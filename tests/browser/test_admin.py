"""The administration before Chromium: every page in both languages, and steps that two persons take."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.database import writing
from gateway.models import Alert, ApiToken
from gateway.services.alerts import open_alert
from gateway.services.change_court import propose_policy, quieten
from gateway.services.close_case import close_case
from gateway.services.court_switch import disable_court
from gateway.services.found_court import found_court
from gateway.services.hold_tokens import issue_own_token
from gateway.services.protect_caller import protect_caller
from gateway.services.recover_person import request_recovery
from gateway.sight import EVERY_COURT
from tests.browser.stage import Stage, look, staged
from tests.factories import lawful_court, number
from tests.gateway.desk import add_president

pytestmark = pytest.mark.browser

PAGES = {
    "index": ("administrator", "/desk/administration", "Administration", "管理"),
    "index-operator": ("operator", "/desk/administration", "Administration", "管理"),
    "permissions": ("auditor", "/desk/permissions", "Who may do what", "权限"),
    "courts": ("operator", "/desk/courts", "Courts", "法院"),
    "court-new": ("operator", "/desk/courts/new", "Found a court", "法院"),
    "court": ("administrator", "/desk/courts/{court}", "虚构法院a", "虚构法院a"),
    "court-operator": ("operator", "/desk/courts/{off}", "虚构法院z", "虚构法院z"),
    "court-disable": ("administrator", "/desk/courts/{court}/disable", "Switch off", "停用"),
    "court-enable": ("operator", "/desk/courts/{off}/enable", "Switch on", "启用"),
    "court-parent": ("operator", "/desk/courts/{court}/parent", "The court above", "上级法院"),
    "court-programme": (
        "administrator",
        "/desk/courts/{court}/programme",
        "Propose another programme",
        "申请变更法律依据",
    ),
    "court-quieten": (
        "administrator",
        "/desk/courts/{court}/quieten/api_approval",
        "Forbid",
        "禁止通过程序审批",
    ),
    "court-propose": (
        "administrator",
        "/desk/courts/{court}/propose/objection_suspends",
        "Let",
        "异议审查期间提示音继续播放",
    ),
    "court-changes": ("president", "/desk/court-changes", "Changes of courts", "法院变更"),
    "court-change-confirm": (
        "president",
        "/desk/court-changes/{change}/confirm",
        "Confirm a change",
        "确认法院设置变更",
    ),
    "court-change-own": ("administrator", "/desk/court-changes/{change}/withdraw", "Withdraw", "撤回"),
    "court-change-work": ("president", "/desk?section=court_changes", "Work list", "待办事项"),
    "calendar": ("administrator", "/desk/courts/{court}/calendar", "Working days", "工作日"),
    "calendar-unknown": ("operator", "/desk/courts/{court}/calendar?year=2031", "Working days", "工作日"),
    "calendar-day": ("administrator", "/desk/courts/{court}/calendar/day", "Enter one day", "录入一日"),
    "calendar-year": ("administrator", "/desk/courts/{court}/calendar/2027", "Enter the year 2027", "2027"),
    "user": ("administrator", "/desk/users/{clerk}", "虚构人", "虚构人"),
    "user-operator": ("operator", "/desk/users/{operator2}", "虚构人", "虚构人"),
    "recovery": ("judge", "/desk/recoveries/{recovery}", "Recovery", "账户恢复"),
    "tokens": ("administrator", "/desk/tokens", "Your API tokens", "令牌"),
    "tokens-all": ("administrator", "/desk/tokens/everybody", "Everybody's API tokens", "令牌"),
    "token-new": ("judge", "/desk/tokens/new", "Issue a token", "令牌"),
    "token-reading": ("administrator", "/desk/tokens/everybody/new", "Issue a token", "令牌"),
    "token-revoke": ("administrator", "/desk/tokens/{token}/revoke", "Revoke the token", "令牌"),
    "protected": ("clerk", "/desk/protected", "Protected callers", "免提示主叫"),
    "protected-new": ("operator", "/desk/protected/new", "Protect a caller", "新增免提示主叫"),
    "protected-remove": ("clerk", "/desk/protected/{protected}/remove", "Take off the list", "移出名单"),
    "connections": ("operator", "/desk/connections", "Connections", "线路接入"),
    "connection-new": ("operator", "/desk/connections/new", "Add a connection", "新增线路接入"),
    "connection": ("operator", "/desk/connections/north", "Connection north", "north"),
    "connection-secret": ("operator", "/desk/connections/north/secret", "Enter the new secret", "录入新密钥"),
    "connection-promote": (
        "operator",
        "/desk/connections/north/promote",
        "Accept the new secret only",
        "仅接受新密钥",
    ),
    "connection-drop": ("operator", "/desk/connections/north/drop", "Forget the new secret", "放弃新密钥"),
    "connection-move": (
        "operator",
        "/desk/connections/north/move",
        "Move to another address",
        "更换接入地址",
    ),
    "connection-routing": ("operator", "/desk/connections/north/routing", "Change routes", "更改路由"),
    "connection-call-from": (
        "operator",
        "/desk/connections/north/call-from",
        "The number for test calls",
        "试拨号码",
    ),
    "fallbacks": ("clerk", "/desk/fallbacks", "Fallback checks", "备用地址核验"),
    "fallback": ("clerk", "/desk/fallbacks/{line}", "Fallback of line", "备用地址"),
    "alert": ("clerk", "/desk/alerts/{alert}", "Alert", "告警"),
    "settings": ("operator", "/desk/settings", "Settings", "设置"),
    "case": ("clerk", "/desk/cases/{case}", "Case", "案"),
    "case-deleted": (
        "clerk",
        "/desk/cases/{case}/deleted",
        "Record the deletion of the formal record",
        "删除",
    ),
}
"""Name -> who, address, in the heading in English and in Chinese. Pages of accounts: test_accounts.py."""


@pytest.fixture(scope="module")
def desk(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A desk with a name, as security keys need one, and one of everything in court A."""
    directory = tmp_path_factory.mktemp("admin")
    with staged(f"sqlite:///{directory / 'gateway.db'}", directory, chromium, "localhost") as found:
        add_president(found.gateway)
        yield found


@pytest.fixture(scope="module")
def ids(desk: Stage) -> dict[str, str]:
    """What the addresses in PAGES name."""
    gateway = desk.gateway
    found = {name: gateway.people[name].user_id or "" for name in ("clerk", "operator2")}
    found["court"], case = gateway.court_a, gateway.case()
    found["line"] = gateway.line(active=False).id
    with gateway.work("operator2") as work:
        found["off"] = found_court(work, lawful_court("虚构法院z")).id
        disable_court(work, found["off"], "its programme is being rewritten")
    with gateway.work("administrator") as work:
        quieten(work, gateway.court_a, "shadow", "a trial first")
        found["change"] = propose_policy(work, gateway.court_a, "shadow", "the trial is over").id
        found["protected"] = protect_caller(work, number(7001), "City hospital").id
        auditor = gateway.people["auditor"].user_id or ""
        found["recovery"] = request_recovery(work, auditor, "telephone lost").id
        issue_own_token(work, frozenset({"read", "silence"}), "case system", 30)
        close_case(work, case.id, 1, "paid")
    found["case"] = case.id
    with gateway.work("operator") as work:
        protect_caller(work, number(7002), "Crisis line")
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        open_alert(session, "loop", found["line"], gateway.clock.now(), gateway.court_a)
        found["alert"] = session.query(Alert.id).filter_by(kind="loop").one()[0]
        found["token"] = session.query(ApiToken.id).filter_by(label="case system").one()[0]
    desk.person("clerk").close()
    return found


@pytest.mark.parametrize(("language", "width"), [("zh", "phone"), ("en", "desktop")])
def test_every_page_is_accessible_and_fits_the_screen(
    desk: Stage, ids: dict[str, str], language: str, width: str
) -> None:
    people: dict[str, Page] = {}
    errors: list[str] = []
    for name, (who, address, english, chinese) in PAGES.items():
        if who not in people:
            people[who] = desk.person(who, language, width)
            people[who].on(
                "console", lambda message: errors.append(message.text) if message.type == "error" else None
            )
        page = people[who]
        page.goto(address.format(**ids))
        heading = chinese if language == "zh" else english
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        look(page, f"admin-{name}-{language}-{width}")
    assert errors == []


def test_a_court_is_switched_off_by_one_and_on_by_another_with_a_key(desk: Stage) -> None:
    gateway = desk.gateway
    with gateway.work("operator") as work:
        court_id = found_court(work, lawful_court("虚构法院y")).id
    page = desk.person("operator")
    page.goto(f"/desk/courts/{court_id}")
    page.get_by_role("button", name="Switch the whole court off").click()
    page.get_by_role("button", name="Switch the court off").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Reason").fill("A notice was wrong.")
    page.get_by_role("button", name="Switch the court off").click()
    expect(page.get_by_text("From the next call on nobody hears a notice of it.")).to_be_visible()
    expect(page.get_by_text("You switched it off: another operator switches it on.")).to_be_visible()
    other = desk.person("operator2")
    _add_key(desk, other, "operator2")
    other.goto(f"/desk/courts/{court_id}/enable")
    other.get_by_label("Reason").fill("It is right now.")
    other.get_by_role("button", name="Use your security key").click()
    expect(other.get_by_text("The court is switched on.")).to_be_visible()
    page.context.close()
    other.context.close()


def _add_key(desk: Stage, page: Page, who: str) -> None:
    """The person registers a security key that touches itself, in this browser."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/desk/account")
    page.get_by_role("link", name="Add a security key").click()
    page.get_by_label("Code from your authenticator app").fill(desk.code(who))
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name of the key").fill("red key")
    page.get_by_role("button", name="Register your security key").click()
    expect(page.get_by_text("Your security key is added.")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_token_is_issued_copied_and_revoked(desk: Stage, javascript: bool) -> None:
    label = f"ledger {javascript}"
    page = desk.person("judge2", javascript=javascript)
    page.goto("/desk/tokens")
    page.get_by_role("button", name="Issue a token").click()
    page.get_by_label("What it is for").fill(label)
    page.get_by_label("Approve and reject").check()
    page.get_by_label("Days for which it is good").fill("900")
    page.get_by_label("Code from your authenticator app").fill(desk.code("judge2"))
    page.get_by_role("button", name="Issue the token").click()
    expect(page.get_by_text("Enter 1 to 365 days.").first).to_be_visible()
    expect(page.get_by_label("What it is for")).to_have_value(label)
    expect(page.get_by_label("Approve and reject")).to_be_checked()
    page.get_by_label("Days for which it is good").fill("30")
    page.get_by_label("Code from your authenticator app").fill(desk.code("judge2"))
    page.get_by_role("button", name="Issue the token").click()
    expect(page.get_by_text("it is shown this once")).to_be_visible()
    expect(page.locator("code", has_text="cng_")).to_be_visible()
    if javascript:
        page.context.grant_permissions(["clipboard-write"])
        look(page, "admin-token-shown")
        page.get_by_role("button", name="Copy the token").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
    page.get_by_role("link", name="To the tokens").click()
    page.get_by_role("link", name=f"Revoke {label}").click()
    page.get_by_role("button", name="Revoke the token").click()
    expect(page.get_by_text("The token is revoked.")).to_be_visible()
    page.context.close()


def test_a_connection_is_added_by_phone_and_its_addresses_are_copied(desk: Stage) -> None:
    page = desk.person("operator", "zh", "phone")
    page.goto("/desk/connections/new")
    page.get_by_role("button", name="新增").click()
    look(page, "admin-connection-refused")
    page.get_by_label("简称").fill("city-trunk")
    page.get_by_label("运营商账户标识").fill("AC1")
    page.get_by_label("运营商签名密钥").fill("primary")
    page.get_by_label("运营商访问本系统的地址").fill("https://gw.court.example")
    page.get_by_role("button", name="新增").click()
    expect(page.get_by_text("https://gw.court.example/webhooks/city-trunk/status")).to_be_visible()
    look(page, "admin-connection-added")
    page.context.close()
