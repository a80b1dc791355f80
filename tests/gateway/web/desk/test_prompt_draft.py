"""The draft voice at the desk: heard by whoever tries the text, for a while, and by nobody else."""

import re

import pytest
from sqlalchemy import func, select

from gateway.models import AuditEntry, Recording
from prompts.draft import is_installed
from prompts.pipeline import AudioRefused, telephone_audio
from tests.gateway.web.desk.people import Office, errors

pytestmark = pytest.mark.skipif(not is_installed(), reason="the draft voice is an extra: [draft-voice]")
WORDS = "您所拨打的号码，其机主已被人民法院依法纳入失信被执行人名单。"


def tried(office: Office, words: str = WORDS, language: str = "zh-CN") -> str:
    """The page that follows on a text."""
    answer = office.person("clerk").post("/prompts/draft", {"words": words, "language": language})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def address(page: str) -> str:
    found = re.search(r'src="(/prompts/draft/[A-Za-z0-9_-]+\.wav)"', page)
    assert found
    return found.group(1)


def test_a_text_is_heard_and_nothing_of_it_is_kept(office: Office) -> None:
    def rows() -> list[int]:
        with office.gateway.read() as session:
            tables = (Recording, AuditEntry)
            return [session.scalars(select(func.count()).select_from(each)).one() for each in tables]

    office.person("clerk")
    before, files = rows(), sorted(office.gateway.runtime.settings.recordings_path.iterdir())
    page = tried(office)
    assert "Draft, never played to callers" in page
    sound = office.person("clerk").get(address(page))
    assert (sound.status_code, sound.mimetype) == (200, "audio/wav")
    assert sound.headers["Cache-Control"] == "private, no-store"
    assert "DRAFT-not-a-recording.wav" in sound.headers["Content-Disposition"]
    assert rows() == before
    assert sorted(office.gateway.runtime.settings.recordings_path.iterdir()) == files


def test_what_is_heard_is_refused_as_an_upload_and_not_served_to_carriers(office: Office) -> None:
    sound = office.person("clerk").get(address(tried(office))).data
    with pytest.raises(AudioRefused) as refused:
        telephone_audio(sound)
    assert [each.rule for each in refused.value.refusals] == ["audio-draft"]


def test_the_player_may_ask_for_a_part(office: Office) -> None:
    path = address(tried(office))
    client = office.person("clerk").client
    part = client.get(path, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, b"RIFF")


def test_nobody_else_hears_it_and_after_a_quarter_of_an_hour_nobody_does(office: Office) -> None:
    path = address(tried(office))
    for who, status in (("clerk2", 404), ("b_clerk", 404), ("judge", 403), ("operator", 403)):
        assert office.person(who).get(path).status_code == status
    assert office.stranger().get(path).status_code == 302
    assert office.person("clerk").get(path[:-9] + "AAAAA.wav").status_code == 404
    assert office.person("clerk").get("/prompts/draft/AAAA.wav").status_code == 404
    office.gateway.clock.forward(minutes=16)
    assert office.person("clerk").get(path).status_code == 404


def test_the_wording_check_speaks_too(office: Office) -> None:
    page = tried(office, "欠款5000元。")
    assert "govuk-tag--red" in page
    assert "5000元" in page


def test_a_text_that_is_too_long_to_be_a_notice_is_said_to_be(office: Office) -> None:
    assert "That is too long." in tried(office, WORDS * 4)
    assert "That is too long." not in tried(office, "您好。")


@pytest.mark.parametrize(
    ("words", "language", "told"),
    [
        ("", "zh-CN", ["Enter 1 to 400 characters."]),
        ("字" * 401, "zh-CN", ["Enter 1 to 400 characters."]),
        (WORDS, "", ["Choose the language."]),
        ("……", "zh-CN", ["The draft voice cannot speak this text."]),
    ],
)
def test_what_cannot_be_spoken_is_refused_at_its_field(
    office: Office, words: str, language: str, told: list[str]
) -> None:
    answer = office.person("clerk").post("/prompts/draft", {"words": words, "language": language})
    assert errors(answer) == told
