"""Enrolling, approving and silencing before Chromium, from the first page to the last."""

import pytest
from playwright.sync_api import Page, expect

from gateway.models import Notice, PhoneLine
from gateway.services.attest_line import attest_line
from gateway.services.enrol_line import Attestation
from tests.browser.stage import Stage, look
from tests.carriers import FakeCarrier
from tests.factories import number
from tests.gateway.services.crowd import notice_row
from tests.gateway.services.test_submit_draft import typed_enrolment

pytestmark = pytest.mark.browser

WORDS = {
    "en": {
        "begin": "Begin",
        "next": "Save and continue",
        "later": "Save and come back later",
        "check": "Check your answers",
        "submit": "Submit the enrolment",
        "approve": "Approve",
        "heard": "I have listened to every recording to its end",
        "no": "No",
        "suspend": "Suspend",
        "reason": "Reason",
        "in_force": "In force",
        "suspended": "Suspended",
        "fallback": "Call the fallback now",
        "set": "The address above is set as the line's fallback at the carrier",
        "reference": "Reference",
        "confirm": "Confirm",
        "close": "Close the case",
    },
    "zh": {
        "begin": "开始",
        "next": "保存并继续",
        "later": "保存，稍后继续",
        "check": "核对填写内容",
        "submit": "提交登记",
        "approve": "批准",
        "heard": "我已完整听取每一段录音",
        "no": "否",
        "suspend": "暂停",
        "reason": "理由",
        "in_force": "生效中",
        "suspended": "已暂停",
        "fallback": "立即呼叫备用地址",
        "set": "已在运营商处将上述地址设为该线路的备用地址",
        "reference": "凭证",
        "confirm": "确认",
        "close": "结案",
    },
}
LAST = iter(range(300, 400))
"""Each story has a case and a line of its own."""


def _typed(stage: Stage) -> dict[str, dict[str, tuple[str, ...]]]:
    recording, last = stage.gateway.recording(), next(LAST)
    with stage.gateway.work() as work:
        typed = typed_enrolment(work.today(), recording.id)
    typed["case"]["case_number"] = (f"(2026)川1302执{last}号",)
    typed["decision"]["decision.number"] = (f"(2026)川1302执{last}号之一",)
    typed["line"] |= {"public_number": (number(last),), "deliver_to": (number(last + 5000),)}
    typed["line"]["connection"] = ("north",)
    return typed


def _fill(page: Page, fields: dict[str, tuple[str, ...]]) -> None:
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


def _enrol(stage: Stage, page: Page, language: str, picture: str | None) -> str:
    """Every step; the new notice's address."""
    words, typed = WORDS[language], _typed(stage)
    page.goto("/desk/enrolments/new")
    if picture:
        look(page, f"{picture}-begin")
    page.get_by_role("button", name=words["begin"], exact=True).click()
    while not page.url.endswith("/check"):
        step = page.url.rpartition("/")[2]
        _fill(page, typed[step])
        if picture:
            look(page, f"{picture}-{step}")
        page.get_by_role("button", name=words["next"]).click()
        expect(page.locator(".govuk-error-summary")).to_have_count(0)
    expect(page.get_by_role("heading", level=1, name=words["check"])).to_be_visible()
    if picture:
        look(page, f"{picture}-check")
    page.get_by_role("button", name=words["submit"]).click()
    expect(page.locator(".govuk-notification-banner")).to_be_visible()
    return page.url


def _activate(page: Page, notice: str, language: str, picture: str | None) -> None:
    """The clerk has the gateway call the line's fallback, and submits the notice."""
    words = WORDS[language]
    page.goto(notice)
    page.locator('dd a[href^="/desk/lines/"]').click()
    if picture:
        look(page, f"{picture}-line")
    page.locator('a[href$="/check-fallback"]').click()
    page.get_by_label(words["set"]).check()
    page.get_by_label(words["reference"]).fill("ticket 7")
    if picture:
        look(page, f"{picture}-fallback")
    page.get_by_role("button", name=words["fallback"]).click()
    expect(page.locator(".govuk-notification-banner")).to_be_visible()
    page.goto(f"{notice}/submit")
    page.get_by_role("button", name=words["confirm"]).click()
    expect(page.locator(".govuk-notification-banner")).to_be_visible()


def _approve(stage: Stage, page: Page, notice: str, who: str, language: str, picture: str | None) -> None:
    words = WORDS[language]
    page.goto(f"{notice}/approve")
    if picture:
        look(page, f"{picture}-approve")
    page.get_by_label(words["heard"]).check()
    page.locator('[name="conflict_of_interest"][value="no"]').check()
    for bar in ("security", "assets_suffice", "later_in_order", "other"):
        page.locator(f'[name="decision_art3_declarations_{bar}_applies"][value="no"]').check()
        page.locator(f'[name="decision_art3_declarations_{bar}_evidence"]').fill("本人已核查")
    page.locator('[name="reason"]').fill("lawful")
    page.locator('[name="code"]').fill(stage.code(who))
    page.get_by_role("button", name=words["approve"], exact=True).click()
    expect(page.locator(".govuk-tag").first).to_have_text(words["in_force"])


STORIES = [
    ("en", "desktop", True),
    ("zh", "phone", True),
    ("zh", "desktop", False),
    ("en", "phone", False),
]


@pytest.mark.parametrize(("language", "width", "scripts"), STORIES)
def test_a_notice_is_enrolled_approved_and_silenced(
    stage: Stage, language: str, width: str, scripts: bool
) -> None:
    picture = f"enrolment-{language}-{width}" if scripts else None
    clerk = stage.person("clerk", language, width, javascript=scripts)
    judge = stage.person("judge", language, width, javascript=scripts)
    notice = _enrol(stage, clerk, language, picture)
    _activate(clerk, notice, language, picture)
    _approve(stage, judge, notice, "judge", language, picture)
    row = notice_row(stage.gateway, notice.rpartition("/")[2])
    assert _plays(stage, row, 8001)
    clerk.goto(notice)
    if picture:
        look(clerk, f"{picture}-notice")
    words = WORDS[language]
    clerk.get_by_label(words["reason"]).fill("doubt")
    clerk.get_by_role("button", name=words["suspend"], exact=True).click()
    expect(clerk.locator(".govuk-tag").first).to_have_text(words["suspended"])
    assert not _plays(stage, row, 8002)
    clerk.goto(f"/desk/cases/{row.case_id}")
    if picture:
        look(clerk, f"{picture}-case")
    clerk.goto(f"/desk/cases/{row.case_id}/close")
    clerk.locator('[name="removal_ground"][value="1"]').check()
    clerk.get_by_label(words["reason"]).fill("paid")
    clerk.get_by_role("button", name=words["close"], exact=True).click()
    expect(clerk.locator(".govuk-notification-banner")).to_be_visible()
    assert notice_row(stage.gateway, row.id).state == "ended"


def _plays(stage: Stage, notice: Notice, last: int) -> bool:
    """Whether a caller hears the notice now."""
    with stage.gateway.work() as work:
        line = work.session.get_one(PhoneLine, notice.line_id)
        dialled = work.vault.open(line.gateway_sealed, "number")
    return bool(FakeCarrier.of(stage.gateway, base=stage.base).voice(dialled, caller=number(last)).plays)


@pytest.mark.parametrize(("language", "width"), [("en", "phone"), ("zh", "desktop")])
def test_every_other_page_is_accessible(stage: Stage, language: str, width: str) -> None:
    gateway = stage.gateway
    waiting, live = gateway.notice(state="submitted"), gateway.notice()
    clerk, judge = stage.person("clerk", language, width), stage.person("judge", language, width)
    visited = {
        "drafts": (clerk, "/desk/enrolments"),
        "suspend": (clerk, f"/desk/notices/{live.id}/suspend"),
        "end": (clerk, f"/desk/notices/{live.id}/end"),
        "amend": (clerk, f"/desk/notices/{waiting.id}/amend"),
        "reject": (judge, f"/desk/notices/{waiting.id}/reject"),
        "review": (judge, f"/desk/notices/{live.id}/review"),
        "object": (clerk, f"/desk/notices/{live.id}/object"),
        "close": (clerk, f"/desk/cases/{live.case_id}/close"),
        "extend": (clerk, f"/desk/cases/{live.case_id}/extend"),
        "delete-early": (clerk, f"/desk/cases/{live.case_id}/delete-early"),
        "attest": (clerk, f"/desk/lines/{live.line_id}/attest"),
        "propose": (clerk, f"/desk/lines/{live.line_id}/deliver-elsewhere"),
        "approve-delivery": (judge, f"/desk/lines/{live.line_id}/approve-delivery"),
        "release": (clerk, f"/desk/lines/{live.line_id}/release"),
    }
    for name, (page, address) in visited.items():
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        look(page, f"{name}-{language}-{width}")
    _objection(clerk, live.id)
    look(clerk, f"objection-{language}-{width}")
    clerk.locator('a[href$="/uphold"]').click()
    look(clerk, f"uphold-{language}-{width}")


def _objection(page: Page, notice_id: str) -> None:
    page.goto(f"/desk/notices/{notice_id}/object")
    page.locator('[name="kind"][value="wrong_number"]').check()
    page.locator('[name="reason"]').fill("我不认识此人")
    page.locator("main button[type=submit], main .govuk-button").last.click()
    expect(page.locator(".govuk-notification-banner")).to_be_visible()


def test_a_wrong_answer_is_found_by_the_keyboard_from_the_summary(stage: Stage) -> None:
    page = stage.person("clerk")
    page.goto("/desk/enrolments/new")
    page.get_by_role("button", name="Begin", exact=True).click()
    page.get_by_role("button", name="Save and continue").click()
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    look(page, "enrolment-errors")
    summary.get_by_role("link").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#case_number")).to_be_focused()


def test_a_number_is_unmasked_on_demand_and_the_record_says_so(stage: Stage) -> None:
    line = stage.gateway.line()
    page = stage.person("clerk")
    page.goto(f"/desk/lines/{line.id}")
    expect(page.get_by_text(stage.gateway.dialled(line))).to_have_count(0)
    page.locator("form[action$='/number/public_number'] button").click()
    expect(page.get_by_text(stage.gateway.dialled(line))).to_be_visible()
    look(page, "line-unmasked")


def test_a_judge_who_is_too_late_sees_what_changed(stage: Stage) -> None:
    notice = stage.gateway.notice(state="submitted")
    page = stage.person("judge2")
    page.goto(f"/desk/notices/{notice.id}/approve")
    with stage.gateway.work() as work:
        attest_line(work, notice.line_id, Attestation("carrier-api", "a newer letter", work.today()))
    page.get_by_label("I have listened to every recording to its end").check()
    page.locator('[name="conflict_of_interest"][value="no"]').check()
    page.locator('[name="reason"]').fill("lawful")
    page.locator('[name="code"]').fill(stage.code("judge2"))
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator("#changes")).to_contain_text("a newer letter")
    look(page, "approve-changed")


def test_the_judge_hears_the_very_bytes_that_callers_hear(stage: Stage) -> None:
    recording = stage.gateway.recording()
    notice = stage.gateway.notice(state="submitted", recording=recording)
    page = stage.person("judge")
    page.goto(f"/desk/notices/{notice.id}/approve")
    source = page.locator("audio").first.get_attribute("src") or ""
    heard = page.request.get(source)
    assert heard.body() == stage.gateway.runtime.recordings.read(recording.sha256)
    loaded = """each => new Promise(told => {
        each.onloadedmetadata = () => told(each.duration);
        each.onerror = () => told(-1);
        each.preload = "metadata";
        each.load();
    })"""
    assert page.locator("audio").first.evaluate(loaded) == pytest.approx(2.0, abs=0.01)
