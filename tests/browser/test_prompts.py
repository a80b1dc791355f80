"""Recordings before Chromium: recorded by its own microphone, heard, judged; and tried in a draft voice."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from gateway.models import Prompt, Recording
from gateway.services.change_connection import call_from
from prompts.catalogue import CATALOGUE_FILE
from prompts.draft import is_installed
from prompts.telephone import samples_of
from tests.browser.stage import CHROMIUM, FLAGS, Stage, look
from tests.factories import number
from tests.prompts.sounds import speech, wav

pytestmark = pytest.mark.browser
MASTERS = CATALOGUE_FILE.parent / "masters"
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
        "withdrawn": "录音已撤回", "too long": "通知连同前导静音超过 15 秒",
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


def stored(stage: Stage, sha256: str) -> np.ndarray:
    return samples_of(stage.gateway.runtime.recordings.read(sha256))


def recording_of(stage: Stage, name: str) -> Recording:
    """The one recording of the text with this name."""
    with stage.gateway.read() as session:
        query = session.query(Recording).join(Prompt, Prompt.id == Recording.prompt_id)
        return query.filter(Prompt.name == name).one()


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """The highest normalised correlation of two sounds at any shift: 1.0 for the same sound."""
    size = len(one) + len(other)
    product = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)
    return float(product.max() / np.sqrt(np.sum(one**2) * np.sum(other**2)))


@pytest.mark.parametrize(
    ("language", "width", "master"),
    [("en", "desktop", "demo-notice.en.wav"), ("zh", "phone", "demo-notice.zh-CN.wav")],
)
def test_what_is_spoken_into_the_browser_is_what_is_stored(
    stage: Stage, chromium: Browser, language: str, width: str, master: str
) -> None:
    words = WORDS[language]
    with speaking(chromium, MASTERS / master) as browser:
        there = Stage(stage.gateway, stage.desk, stage.base, browser)
        page = there.person("clerk", language, width, permissions=["microphone"])
        page.goto("/prompts")
        look(page, f"prompts-library-{language}-{width}")
        button(page, words["new"])
        fill(page, words, language, f"spoken {language}")
        look(page, f"prompts-new-{language}-{width}")
        button(page, words["record"])
        expect(page.get_by_role("button", name=words["stop"], exact=True)).to_be_focused()
        expect(page.locator("[data-time]")).to_have_text(re.compile(r"1\d\.\d"), timeout=40_000)
        button(page, words["stop"])
        expect(page.locator("[data-heard]")).to_be_visible()
        look(page, f"prompts-recorded-{language}-{width}")
        button(page, words["check"])
        expect(page.get_by_text(words["kept"])).to_be_visible()
        look(page, f"prompts-recording-{language}-{width}")
    recording = recording_of(stage, f"spoken {language}")
    fed = samples_of((MASTERS / master).read_bytes())
    # Opus smears the ends of words by a little, so a few windows of 20 ms more may count as speech.
    assert abs(recording.duration_ms - len(fed) / 8) <= 150
    assert likeness(stored(stage, recording.sha256), fed) > 0.95


def test_a_browser_that_may_not_listen_says_so_and_a_file_still_goes(stage: Stage) -> None:
    """This Chromium has no microphone: asking for one fails as it does where the person says no."""
    words, page = WORDS["en"], stage.person("clerk")
    page.goto("/prompts/new")
    button(page, words["record"])
    expect(page.get_by_text(words["refused"])).to_be_visible()
    look(page)
    fill(page, words, "en", "from a file")
    page.get_by_label(words["file"], exact=True).set_input_files([sound(4)])
    button(page, words["check"])
    expect(page.get_by_text(words["kept"])).to_be_visible()


def sound(seconds: float) -> FilePayload:
    return {"name": "spoken.wav", "mimeType": "audio/wav", "buffer": wav(speech(seconds))}


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize(("language", "width"), [("en", "desktop"), ("zh", "phone")])
def test_a_recording_goes_from_upload_to_withdrawal(
    stage: Stage, language: str, width: str, *, javascript: bool
) -> None:
    words = WORDS[language]
    clerk = stage.person("clerk", language, width, javascript=javascript)
    clerk.goto("/prompts/new")
    expect(clerk.locator(".desk-recorder")).to_be_visible(visible=javascript)
    fill(clerk, words, language, f"uploaded {language} {javascript}")
    clerk.get_by_label(words["file"], exact=True).set_input_files([sound(16)])
    button(clerk, words["check"])
    expect(clerk.get_by_role("alert").get_by_text(words["too long"])).to_be_visible()
    expect(clerk.get_by_text(words["not kept"])).to_be_visible()
    look(clerk, f"prompts-refused-{language}-{width}")
    clerk.get_by_label(words["file"], exact=True).set_input_files([sound(4)])
    button(clerk, words["check"])
    expect(clerk.get_by_text(words["good"], exact=True).first).to_be_visible()
    address = clerk.url
    button(clerk, words["submit"])
    look(clerk, f"prompts-submit-{language}-{width}")
    button(clerk, words["submit"])
    judge = stage.person("judge", language, width, javascript=javascript)
    judge.goto(address)
    button(judge, words["approve"])
    look(judge, f"prompts-approve-{language}-{width}")
    judge.get_by_label(words["heard"]).check()
    button(judge, words["grant"])
    expect(judge.get_by_text(words["approved"])).to_be_visible()
    clerk.goto(address)
    button(clerk, words["withdraw"])
    look(clerk, f"prompts-withdraw-{language}-{width}")
    clerk.get_by_label(words["reason"], exact=True).fill("wrong words")
    button(clerk, words["away"])
    expect(clerk.get_by_text(words["withdrawn"])).to_be_visible()
    look(clerk, f"prompts-withdrawn-{language}-{width}")


def test_the_sound_plays_and_a_line_follows_it_in_the_picture(stage: Stage) -> None:
    recording = stage.gateway.recording(approved=False)
    page = stage.person("judge")
    page.goto(f"/prompts/{recording.id}")
    line, player = page.locator(".desk-wave__now"), page.locator("audio")
    assert length_of(page) == 2.0
    player.evaluate("sound => { sound.muted = true; return sound.play() }")
    expect(line).to_have_attribute("x1", re.compile(r"[1-9]\d\d.*"))
    expect(player).to_have_js_property("ended", True)
    page.locator("svg.desk-wave").click(position={"x": 4, "y": 10})
    expect(line).to_have_attribute("x1", re.compile(r"\d(\.\d+)?"))
    assert player.evaluate("sound => sound.currentTime") < 0.1


def length_of(page: Page) -> float:
    """How long the browser finds the sound on the page to be, in seconds."""
    told = "new Promise(known => { sound.onloadedmetadata = () => known(sound.duration) })"
    return float(page.locator("audio").evaluate(f"sound => sound.readyState ? sound.duration : {told}"))


@pytest.mark.skipif(not is_installed(), reason="the draft voice is an extra: [draft-voice]")
@pytest.mark.parametrize(("language", "width"), [("en", "desktop"), ("zh", "phone")])
def test_a_text_is_tried_with_the_draft_voice(stage: Stage, language: str, width: str) -> None:
    words, page = WORDS[language], stage.person("clerk", language, width)
    page.goto("/prompts")
    button(page, words["try"])
    page.get_by_label(words["text"], exact=True).fill(TEXT[language])
    page.get_by_label(words["spoken"], exact=True).check()
    button(page, words["hear"])
    expect(page.get_by_text(words["draft"])).to_be_visible()
    assert 4 < length_of(page) < 20
    look(page, f"prompts-draft-{language}-{width}")


@pytest.mark.parametrize(("language", "width"), [("en", "desktop"), ("zh", "phone")])
def test_a_notice_is_heard_by_a_carrier_in_a_box(stage: Stage, language: str, width: str) -> None:
    with stage.gateway.work("operator") as work:
        call_from(work, "north", number(9))
    notice = stage.gateway.notice()
    words, page = WORDS[language], stage.person("clerk", language, width)
    page.goto(f"/notices/{notice.id}/test-call")
    page.get_by_label(words["phone"]).fill(number(1))
    page.get_by_label(words["own"]).check()
    look(page, f"test-call-{language}-{width}")
    button(page, words["call"])
    expect(page.get_by_text(words["box"])).to_be_visible()
    look(page, f"test-call-result-{language}-{width}")
