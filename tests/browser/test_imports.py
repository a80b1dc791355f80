"""Importing before Chromium: a file is uploaded, watched, confirmed, and approved after a sample."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import Stage, look, picture
from tests.gateway.import_files import Desk
from tests.gateway.uploads import EVIDENCE, csv_of, xlsx_of

pytestmark = pytest.mark.browser
WAIT = 60_000
WORDS = {
    "en": {
        "imports": "Imports",
        "upload": "Upload enrolments",
        "file": "File",
        "rows": "How many rows has the file?",
        "evidence": "None of the bars of Art. 3 applies to any row: on what does this rest?",
        "send": "Upload and check",
        "checked": "The file was checked",
        "refused": "The file cannot be imported",
        "heard": "I have heard the recordings and looked at the sample",
        "no_conflict": "I have no conflict of interest in any of these cases",
        "reason": "Reason",
        "code": "Code from your authenticator app",
        "approve": "Approve the whole import",
        "approved": "The import is approved",
    },
    "zh": {
        "imports": "导入",
        "upload": "上传登记文件",
        "file": "文件",
        "rows": "文件有多少行数据？",
        "evidence": "各行均不存在第三条所列情形，依据是什么？",
        "send": "上传并核对",
        "checked": "文件已核对",
        "refused": "文件无法导入",
        "heard": "我已听取录音并查看抽样",
        "no_conflict": "我与其中任何案件均无应当回避的情形",
        "reason": "理由",
        "code": "身份验证器中的验证码",
        "approve": "批准整个批次",
        "approved": "该批次已批准",
    },
}

CONFIRM = {"en": re.compile("Import these"), "zh": re.compile("导入这")}


@pytest.fixture(scope="module")
def desk(stage: Stage) -> Desk:
    return Desk.of(stage.gateway)


def _send(page: Page, language: str, file: Path, rows: int) -> None:
    words = WORDS[language]
    page.goto("/desk/imports")
    look(page, f"imports-{language}")
    page.get_by_role("button", name=words["upload"]).click()
    look(page, f"imports-new-{language}")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_label(words["rows"]).fill(str(rows))
    page.get_by_label(words["evidence"]).fill(EVIDENCE)
    page.get_by_role("button", name=words["send"]).click()


@pytest.mark.parametrize(
    ("language", "width", "javascript", "first", "ending"),
    [
        ("en", "desktop", True, 100, "csv"),
        ("zh", "phone", True, 200, "xlsx"),
        ("zh", "desktop", False, 300, "csv"),
        ("en", "phone", False, 400, "xlsx"),
    ],
)
def test_a_file_becomes_an_approved_import(
    stage: Stage,
    desk: Desk,
    tmp_path: Path,
    language: str,
    width: str,
    javascript: bool,
    first: int,
    ending: str,
) -> None:
    words, file = WORDS[language], tmp_path / f"rows.{ending}"
    rows = [desk.row(last) for last in range(first, first + 30)]
    file.write_bytes({"csv": csv_of, "xlsx": xlsx_of}[ending](*rows))
    clerk = stage.person("clerk", language, width, javascript=javascript)
    _send(clerk, language, file, 30)
    heading = clerk.get_by_role("heading", level=1)
    expect(heading).to_have_text(words["checked"], timeout=WAIT)
    look(clerk, f"imports-checked-{language}-{width}")
    if javascript:
        picture(clerk, "import")
    clerk.get_by_role("button", name=CONFIRM[language]).click()
    clerk.wait_for_url(re.compile(r"/desk/imports/[0-9a-z]{26}$"), timeout=WAIT)
    look(clerk, f"imports-batch-{language}-{width}")
    judge = stage.person("judge", language, width, javascript=javascript)
    judge.goto(clerk.url)
    assert judge.locator("audio").count() >= 1
    judge.get_by_label(words["heard"]).check()
    judge.get_by_label(words["no_conflict"]).check()
    judge.get_by_label(words["reason"]).fill("合法")
    judge.get_by_label(words["code"]).fill(stage.code("judge"))
    look(judge, f"imports-approve-{language}-{width}")
    judge.get_by_role("button", name=words["approve"]).click()
    expect(judge.get_by_text(words["approved"]).first).to_be_visible(timeout=WAIT)


@pytest.mark.parametrize(("language", "width"), [("en", "phone"), ("zh", "desktop")])
def test_errors_are_seen_at_their_cells(
    stage: Stage, desk: Desk, tmp_path: Path, language: str, width: str
) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(csv_of(desk.row(1), desk.row(2, deliver_to="110"), desk.row(3, made_on="1/5/26")))
    page = stage.person("clerk", language, width)
    _send(page, language, file, 3)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(WORDS[language]["refused"], timeout=WAIT)
    assert page.locator("td.desk-wrong").count() >= 2
    look(page, f"imports-errors-{language}-{width}")
    with page.expect_download() as download:
        page.locator("a[href$='errors.csv']").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\xef\xbb\xbfline,")


def test_the_bar_is_there_again_after_a_reload_and_is_told_to_screen_readers(
    stage: Stage, desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "many.csv"
    file.write_bytes(csv_of(*[desk.row(last) for last in range(1000, 4500)]))
    page = stage.person("clerk")
    _send(page, "en", file, 3500)
    bar = page.get_by_role("progressbar")
    expect(bar).to_be_visible()
    page.reload()
    expect(bar).to_be_visible()
    expect(page.get_by_role("status")).to_have_count(1)
    look(page, "imports-progress-en")
    expect(page.get_by_role("heading", level=1)).to_have_text("The file was checked", timeout=WAIT)


def test_the_export_page_gives_a_workbook(stage: Stage) -> None:
    page = stage.person("clerk", "zh", "phone")
    page.goto("/desk/imports/export")
    look(page, "imports-export-zh-phone")
    page.locator("input[value=xlsx]").check()
    with page.expect_download(timeout=WAIT) as download:
        page.get_by_role("button", name="导出").click()
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"


@pytest.mark.parametrize("path", ["/desk/imports/closures", "/desk/imports/new"])
def test_every_page_can_be_used_with_the_keyboard(stage: Stage, path: str) -> None:
    page = stage.person("clerk")
    page.goto(path)
    page.get_by_label(WORDS["en"]["rows"]).focus()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    look(page)
