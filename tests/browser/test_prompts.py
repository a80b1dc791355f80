"""Recordings before Chromium: recorded by its own microphone, heard, judged; and tried in a draft voice."""

import re

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.models import Prompt, Recording
from gateway.services.change_connection import call_from
from prompts.catalogue import CATALOGUE_FILE
from prompts.draft import is_installed
from prompts.pcm import samples_of
from tests.browser.recordings import TEXT, WORDS, button, check, fill, sound, speak, speaking
from tests.browser.stage import Stage, look
from tests.factories import number

pytestmark = pytest.mark.browser
MASTERS = CATALOGUE_FILE.parent / "masters"


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
        speak(page, words, r"1\d\.\d")
        look(page, f"prompts-recorded-{language}-{width}")
        check(page, words)
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
    check(page, words)


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [("en", "desktop", True), ("zh", "phone", True), ("zh", "desktop", False)],
)
def test_a_recording_that_is_too_long_is_refused(
    stage: Stage, language: str, width: str, *, javascript: bool
) -> None:
    words = WORDS[language]
    clerk = stage.person("clerk", language, width, javascript=javascript)
    clerk.goto("/prompts/new")
    expect(clerk.locator(".desk-recorder")).to_be_visible(visible=javascript)
    fill(clerk, words, language, f"too long {language} {javascript}")
    clerk.get_by_label(words["file"], exact=True).set_input_files([sound(16)])
    button(clerk, words["check"])
    expect(clerk.get_by_role("alert").get_by_text(words["too long"])).to_be_visible()
    expect(clerk.get_by_text(words["not kept"])).to_be_visible()
    look(clerk, f"prompts-refused-{language}-{width}")


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [("en", "desktop", True), ("zh", "phone", True), ("zh", "desktop", False)],
)
def test_an_approved_recording_is_withdrawn(
    stage: Stage, language: str, width: str, *, javascript: bool
) -> None:
    words, recording = WORDS[language], stage.gateway.recording()
    clerk = stage.person("clerk", language, width, javascript=javascript)
    clerk.goto(f"/prompts/{recording.id}")
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
