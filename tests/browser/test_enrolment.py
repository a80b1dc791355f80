"""The pages of enrolment, notices, cases and lines before Chromium.

How they follow on each other is told by tests/journeys/test_desk_story.py.
"""

import pytest
from playwright.sync_api import Page, expect

from gateway.services.attest_line import attest_line
from gateway.services.enrol_line import Attestation
from tests.browser.enrolling import WORDS
from tests.browser.stage import Stage, look
from tests.gateway.services.crowd import notice_row

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "width", "scripts"), [("en", "desktop", True), ("zh", "phone", False)])
def test_a_notice_is_suspended_from_its_own_page(
    stage: Stage, language: str, width: str, scripts: bool
) -> None:
    notice, words = stage.gateway.notice(), WORDS[language]
    clerk = stage.person("clerk", language, width, javascript=scripts)
    clerk.goto(f"/desk/notices/{notice.id}")
    clerk.get_by_label(words["reason"]).fill("doubt")
    clerk.get_by_role("button", name=words["suspend"], exact=True).click()
    expect(clerk.locator(".govuk-tag").first).to_have_text(words["suspended"])
    assert notice_row(stage.gateway, notice.id).state == "suspended"


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
