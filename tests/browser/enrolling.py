"""How a debtor is enrolled, a line checked, a notice approved and a case closed, page by page."""

from playwright.sync_api import Page, expect

from tests.browser.stage import Stage, look, picture
from tests.factories import number
from tests.gateway.services.test_submit_draft import typed_enrolment

Answers = dict[str, dict[str, tuple[str, ...]]]
"""What is typed: step -> field -> values."""
WORDS = {
    "en": {
        "begin": "Begin",
        "next": "Save and continue",
        "check": "Check your answers",
        "submit": "Submit the enrolment",
        "approve": "Approve",
        "heard": "I have listened to every recording to its end",
        "suspend": "Suspend",
        "reason": "Reason",
        "in_force": "In force",
        "suspended": "Suspended",
        "ended": "Ended",
        "fallback": "Call the fallback now",
        "set": "The address above is set as the line's fallback at the carrier",
        "reference": "Reference",
        "confirm": "Confirm",
        "close": "Close the case",
    },
    "zh": {
        "begin": "开始",
        "next": "保存并继续",
        "check": "核对填写内容",
        "submit": "提交登记",
        "approve": "批准",
        "heard": "我已完整听取每一段录音",
        "suspend": "暂停",
        "reason": "理由",
        "in_force": "生效中",
        "suspended": "已暂停",
        "ended": "已终止",
        "fallback": "立即呼叫备用地址",
        "set": "已在运营商处将上述地址设为该线路的备用地址",
        "reference": "凭证",
        "confirm": "确认",
        "close": "结案",
    },
}
LAST = iter(range(300, 400))
"""Each story has a case and a line of its own."""


def typed(stage: Stage, recording: str) -> Answers:
    """What a clerk types at each step: a case and a line that nobody has typed before, heard at any hour."""
    last = next(LAST)
    with stage.gateway.work() as work:
        answers = typed_enrolment(work.today(), recording)
    answers["case"]["case_number"] = (f"(2026)川1302执{last}号",)
    answers["decision"]["decision.number"] = (f"(2026)川1302执{last}号之一",)
    answers["line"] |= {"public_number": (number(last),), "deliver_to": (number(last + 5000),)}
    answers["line"]["connection"] = ("north",)
    answers["times"] |= {"hours.from": ("",), "hours.to": ("",)}
    return answers


def fill(page: Page, fields: dict[str, tuple[str, ...]]) -> None:
    """Type and choose what a step asks for, as a person does."""
    for field, values in fields.items():
        name = field.replace(".", "_")
        found = page.locator(f'[name="{name}"]')
        kind = found.first.evaluate("each => each.tagName + ' ' + each.type")
        if kind in {"INPUT radio", "INPUT checkbox"}:
            for value in values:
                page.locator(f'[name="{name}"][value="{value}"]').check()
        elif kind.startswith("SELECT"):
            found.select_option(values[0])
        else:
            found.fill(values[0])


def enrol(page: Page, answers: Answers, language: str, seen: str | None) -> str:
    """Every step; the new notice's address."""
    words = WORDS[language]
    page.goto("/desk/enrolments/new")
    _look(page, seen, "begin")
    page.get_by_role("button", name=words["begin"], exact=True).click()
    while not page.url.endswith("/check"):
        step = page.url.rpartition("/")[2]
        fill(page, answers[step])
        _look(page, seen, step)
        page.get_by_role("button", name=words["next"]).click()
        expect(page.locator(".govuk-error-summary")).to_have_count(0)
    expect(page.get_by_role("heading", level=1, name=words["check"])).to_be_visible()
    _look(page, seen, "check")
    if seen:
        picture(page, "enrolment")
    page.get_by_role("button", name=words["submit"]).click()
    expect(page.locator(".govuk-notification-banner")).to_be_visible()
    return page.url


def activate(page: Page, notice: str, language: str, seen: str | None) -> None:
    """The clerk has the gateway call the line's fallback, and submits the notice."""
    words = WORDS[language]
    page.goto(notice)
    page.locator('dd a[href^="/desk/lines/"]').click()
    _look(page, seen, "line")
    page.locator('a[href$="/check-fallback"]').click()
    page.get_by_label(words["set"]).check()
    page.get_by_label(words["reference"]).fill("ticket 7")
    _look(page, seen, "fallback")
    page.get_by_role("button", name=words["fallback"]).click()
    expect(page.locator(".govuk-notification-banner")).to_be_visible()
    page.goto(f"{notice}/submit")
    _look(page, seen, "submit")
    page.get_by_role("button", name=words["confirm"]).click()
    expect(page.locator(".govuk-notification-banner")).to_be_visible()


def approve(stage: Stage, page: Page, notice: str, who: str, language: str, seen: str | None) -> None:
    words = WORDS[language]
    page.goto(f"{notice}/approve")
    _look(page, seen, "approve")
    if seen:
        picture(page, "approval")
    page.get_by_label(words["heard"]).check()
    page.locator('[name="conflict_of_interest"][value="no"]').check()
    for bar in ("security", "assets_suffice", "later_in_order", "other"):
        page.locator(f'[name="decision_art3_declarations_{bar}_applies"][value="no"]').check()
        page.locator(f'[name="decision_art3_declarations_{bar}_evidence"]').fill("本人已核查")
    page.locator('[name="reason"]').fill("lawful")
    page.locator('[name="code"]').fill(stage.code(who))
    page.get_by_role("button", name=words["approve"], exact=True).click()
    expect(page.locator(".govuk-tag").first).to_have_text(words["in_force"])


def close_case(page: Page, language: str, seen: str | None) -> None:
    """From the notice to its case, and close it on the ground that the debtor has performed."""
    words = WORDS[language]
    page.locator('dd a[href^="/desk/cases/"]').click()
    _look(page, seen, "case")
    page.locator('a[href$="/close"]').click()
    page.locator('[name="removal_ground"][value="1"]').check()
    page.get_by_label(words["reason"]).fill("paid")
    _look(page, seen, "close")
    page.get_by_role("button", name=words["close"], exact=True).click()
    expect(page.locator(".govuk-notification-banner")).to_be_visible()


def _look(page: Page, seen: str | None, name: str) -> None:
    if seen:
        look(page, f"{seen}-{name}")
