"""The whole story at the desk: from a clerk's invitation to the silence after the case, before Chromium."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import enrolling, joining, recordings
from tests.browser.stage import Stage, look, picture
from tests.carriers import Answer, FakeCarrier, Followed, sid
from tests.hearing import first_heard
from tests.prompts.sounds import speech, wav

pytestmark = pytest.mark.browser
TITLES = {"en": "Notice before the call", "zh": "接通前提示音"}


@contextmanager
def _desk_of_the_clerk(stage: Stage, chromium: Browser, tmp_path: Path, scripts: bool) -> Iterator[Stage]:
    """With scripts the clerk has a browser with a microphone, before which somebody speaks."""
    if not scripts:
        yield stage
        return
    spoken = tmp_path / "spoken.wav"
    spoken.write_bytes(wav(speech(5)))
    with recordings.speaking(chromium, spoken) as browser:
        yield Stage(stage.gateway, stage.desk, stage.base, browser)


def _join(stage: Stage, clerk: Page, administrator: Page, language: str, seen: str | None) -> None:
    username = next(joining.NAMES)
    link = joining.invited(stage, administrator, username, language, seen and f"{seen}-invite")
    joining.choose_password(clerk, link, language, seen and f"{seen}-invitation")
    app = joining.set_up_app(clerk, language, seen and f"{seen}-invitation")
    joining.sign_in(clerk, username, app, language)


def _record(clerk: Page, judge: Page, language: str, seen: str | None) -> str:
    """A recording is spoken (without scripts: uploaded) and approved; its address."""
    words = recordings.WORDS[language]
    clerk.goto("/prompts/new")
    recordings.fill(clerk, words, language, TITLES[language])
    if seen:
        recordings.speak(clerk, words, r"[45]\.\d")
    else:
        clerk.get_by_label(words["file"], exact=True).set_input_files([recordings.sound(4)])
    recordings.check(clerk, words)
    if seen:
        picture(clerk, "recording")
    address = clerk.url
    recordings.submit(clerk, words, seen)
    judge.goto(address)
    recordings.approve(judge, words, seen)
    return address


@dataclass
class _Telephone:
    """Calls to the debtor's number, by somebody new each time, through the carrier and over the network."""

    carrier: FakeCarrier
    dialled: str
    reached: str
    calls: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, stage: Stage, answers: enrolling.Answers) -> "_Telephone":
        dialled, reached = answers["line"]["public_number"][0], answers["line"]["deliver_to"][0]
        return cls(FakeCarrier.over_the_network(stage.base), dialled, reached)

    def ring(self) -> Answer:
        self.calls.append(sid())
        return self.carrier.voice(self.dialled, call=self.calls[-1])

    def hears(self) -> Followed:
        """What the first caller hears who hears something, and whom he reaches."""
        answer = first_heard(self.ring)
        assert answer, "nobody hears the notice"
        return self.carrier.follow(answer, self.dialled, self.calls[-1])


@pytest.mark.parametrize(
    ("language", "width", "scripts"),
    [("en", "desktop", True), ("zh", "phone", True), ("en", "phone", False), ("zh", "desktop", False)],
)
def test_a_debtor_is_enrolled_and_heard_of_until_the_case_is_closed(
    stage: Stage, chromium: Browser, tmp_path: Path, language: str, width: str, scripts: bool
) -> None:
    seen = f"story-{language}-{width}" if scripts else None
    administrator = stage.person("administrator", language, width, javascript=scripts)
    judge = stage.person("judge", language, width, javascript=scripts)
    with _desk_of_the_clerk(stage, chromium, tmp_path, scripts) as there:
        allowed = ["microphone"] if scripts else []
        clerk = there.stranger(language, width, javascript=scripts, permissions=allowed)
        _join(stage, clerk, administrator, language, seen)
        recording = _record(clerk, judge, language, seen)
        answers = enrolling.typed(stage, recording.rpartition("/")[2])
        address = enrolling.enrol(clerk, answers, language, seen)
        if seen:
            clerk.goto("/desk")
            picture(clerk, "work-list")
        enrolling.activate(clerk, address, language, seen)
        enrolling.approve(stage, judge, address, "judge", language, seen)
        approved = judge.request.get(judge.locator("audio").first.get_attribute("src") or "").body()
        phone = _Telephone.of(stage, answers)
        assert phone.hears() == Followed((approved,), phone.reached)
        clerk.goto(address)
        if seen:
            look(clerk, f"{seen}-notice")
            picture(clerk, "notice")
        enrolling.close_case(clerk, language, seen)
        afterwards = [phone.ring() for _ in range(3)]
        assert {(each.status, each.plays, each.dials) for each in afterwards} == {(200, (), phone.reached)}
        clerk.goto(address)
        expect(clerk.locator(".govuk-tag").first).to_have_text(enrolling.WORDS[language]["ended"])
