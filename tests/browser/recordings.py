"""How a recording is made: spoken into the browser or uploaded, submitted, heard and approved."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.stage import CHROMIUM, FLAGS, look
from tests.prompts.sounds import speech, wav

TEXT = {
    "zh": "您所拨打的号码，其机主已被人民法院依法纳入失信被执行人名单。您的电话即将接通。",
    "en": "The holder of this number was listed by a court. Your call is now being connected.",
}
# What stands on the pages, in both languages.
WORDS = {
    "en": {
        "new": "New recording", "name": "Name of the text", "spoken": "English",
        "words": "Words that are spoken", "file": "Recording", "record": "Start recording",
        "stop": "Stop", "check": "Check and keep as a draft",
        "kept": "The recording was checked and is kept as a draft.", "submit": "Submit for approval",
        "approve": "Approve a recording", "heard": "I have heard the whole recording",
        "grant": "Approve this recording", "approved": "The recording is approved", "good": "Good",
        "withdraw": "Withdraw", "reason": "Reason", "away": "Withdraw this recording",
        "withdrawn": "The recording is withdrawn", "too long": "The notice lasts more than 15 seconds",
        "not kept": "It was not kept.", "refused": "The browser did not give us the microphone.",
        "try": "Try a text with the draft voice", "text": "Text", "hear": "Let me hear it",
        "draft": "Draft, never played to callers", "test": "Test call", "phone": "Your phone number",
        "own": "This phone is my own", "call": "Call me", "box": "A carrier in a box picked up",
    },
    "zh": {
        "new": "新录音", "name": "文本名称", "spoken": "普通话", "words": "录音文字",
        "file": "录音文件", "record": "开始录音", "stop": "停止", "check": "检查并存为草稿",
        "kept": "录音已通过检查并存为草稿。", "submit": "提交审批",
        "approve": "审批录音", "heard": "我已听完全部录音",
        "grant": "批准该录音", "approved": "录音已批准", "good": "合格",
        "withdraw": "撤回", "reason": "理由", "away": "撤回该录音",
        "withdrawn": "录音已撤回", "too long": "提示音连同前导静音超过 15 秒",
        "not kept": "该录音未予保存。", "refused": "浏览器未允许使用麦克风。",
        "try": "用草稿语音试听文字", "text": "文字", "hear": "试听",
        "draft": "草稿，绝不向来电人播放", "test": "试拨", "phone": "您的电话号码",
        "own": "该电话为我本人所有", "call": "呼叫我", "box": "内置的模拟运营商已接听",
    },
}  # fmt: skip


@contextmanager
def speaking(chromium: Browser, sound: Path) -> Iterator[Browser]:
    """A second Chromium before whose microphone this sound is played, once."""
    browser = chromium.browser_type.launch(
        executable_path=CHROMIUM,
        args=[
            *FLAGS,
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-audio-capture={sound}%noloop",
        ],
    )
    try:
        yield browser
    finally:
        browser.close()


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def fill(page: Page, words: dict[str, str], language: str, name: str) -> None:
    page.get_by_label(words["name"], exact=True).fill(name)
    page.get_by_label(words["spoken"], exact=True).check()
    page.get_by_label(words["words"], exact=True).fill(TEXT[language])


def sound(seconds: float) -> FilePayload:
    return {"name": "spoken.wav", "mimeType": "audio/wav", "buffer": wav(speech(seconds))}


def speak(page: Page, words: dict[str, str], until: str) -> None:
    """Let the browser listen until its clock shows a time that begins like this."""
    button(page, words["record"])
    expect(page.get_by_role("button", name=words["stop"], exact=True)).to_be_focused()
    expect(page.locator("[data-time]")).to_have_text(re.compile(until), timeout=40_000)
    button(page, words["stop"])
    expect(page.locator("[data-heard]")).to_be_visible()


def check(page: Page, words: dict[str, str]) -> None:
    """Have the gateway check what was spoken or uploaded; it is kept."""
    button(page, words["check"])
    expect(page.get_by_text(words["kept"])).to_be_visible()


def submit(page: Page, words: dict[str, str], seen: str | None) -> None:
    button(page, words["submit"])
    if seen:
        look(page, f"{seen}-recording-submit")
    button(page, words["submit"])


def approve(page: Page, words: dict[str, str], seen: str | None) -> None:
    """A judge who is on the recording's page has heard it, and approves it."""
    button(page, words["approve"])
    if seen:
        look(page, f"{seen}-recording-approve")
    page.get_by_label(words["heard"]).check()
    button(page, words["grant"])
    expect(page.get_by_text(words["approved"])).to_be_visible()
