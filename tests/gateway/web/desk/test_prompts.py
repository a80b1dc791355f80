"""The library of recordings at the desk: uploaded, looked at, heard, judged, withdrawn."""

import io
import re
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from gateway.models import Recording
from gateway.services.judge_prompt import withdraw_prompt
from prompts import catalogue
from prompts.draft import is_installed
from prompts.draft_voice import speak_draft
from tests.factories import Gateway
from tests.gateway.web.desk.people import Office, errors
from tests.prompts.sounds import encoded, hush, recorded_live, speech, wav

WORDS = "您所拨打的号码，其机主已被人民法院依法纳入失信被执行人名单。您的电话即将接通。"


def sent(office: Office, sound: bytes | None, path: str = "/prompts/new", **changes: Any) -> TestResponse:
    fields: dict[str, Any] = {"name": "first notice", "language": "zh-CN", "transcript": WORDS} | changes
    if sound is not None:
        fields["recording"] = FileStorage(io.BytesIO(sound), "spoken.webm")
    return office.person("clerk").post(path, fields)


def kept(gateway: Gateway) -> list[Recording]:
    with gateway.read() as session:
        return session.query(Recording).order_by(Recording.number).all()


def uploaded(office: Office) -> Recording:
    """A recording that a clerk has uploaded at the desk."""
    answer = sent(office, wav(speech(4)))
    assert answer.status_code == 303, errors(answer)
    return kept(office.gateway)[-1]


@pytest.mark.parametrize(
    "sound",
    [
        wav(speech(4)),
        encoded("mp3", speech(4, 48_000)),
        recorded_live("webm", speech(4, 48_000)),
        recorded_live("mp4-aac", speech(4, 48_000)),
    ],
    ids=["wav", "mp3", "Chromium's", "Safari's"],
)
def test_a_clerk_uploads_and_reads_what_was_found(office: Office, sound: bytes) -> None:
    answer = sent(office, sound)
    assert answer.status_code == 303
    page = office.person("clerk").page(answer.headers["Location"])
    assert "The recording was checked and is kept as a draft." in page
    assert WORDS in page
    assert "−19.0 LUFS" in page
    assert "allowed: 1.0 – 15.0 s" in page
    assert re.search(r'<path class="desk-wave__sound" d="M[0-9. L]+Z">', page)
    assert "Submit for approval" in page


def test_the_page_is_in_the_readers_language(office: Office) -> None:
    row = uploaded(office)
    browser = office.person("judge")
    browser.language = "zh-CN"
    page = browser.page(f"/prompts/{row.id}")
    assert "电话中的响度" in page
    assert "检查结果" in page
    assert "允许：1.0 – 15.0 s" in page


def test_nothing_on_the_page_needs_a_style_or_a_script_of_its_own(office: Office) -> None:
    page = office.person("clerk").page(f"/prompts/{uploaded(office).id}")
    assert 'style="' not in page
    picture = page.partition('<svg class="desk-wave"')[2].partition("</svg>")[0]
    assert 'role="img" aria-labelledby="wave-title wave-about"' in picture
    assert "“first notice”, version 1" in picture
    assert len(picture) < 40_000


def test_what_is_refused_is_shown_with_what_was_measured_and_nothing_is_kept(office: Office) -> None:
    answer = sent(office, wav(speech(16, 8_000), 8_000))
    assert answer.status_code == 200
    assert errors(answer) == ["The notice lasts more than 15 seconds with its lead-in."]
    page = answer.get_data(as_text=True)
    assert "16.5 s" in page
    assert "It was not kept." in page
    assert '<path class="desk-wave__sound"' in page
    assert kept(office.gateway) == []
    assert 'value="first notice"' in page


def test_overdriven_places_are_marked_in_the_picture(office: Office) -> None:
    samples = speech(4)
    samples[32_000:32_400] = 0.9
    page = sent(office, wav(samples)).get_data(as_text=True)
    assert page.count('class="desk-wave__clipped"') == 1
    assert "Overdriven in the upload" in page


@pytest.mark.parametrize(
    ("sound", "changes", "told"),
    [
        (None, {}, ["Choose a file, or record the text here."]),
        (b"", {}, ["Choose a file, or record the text here."]),
        (b"not sound", {}, ["This is not a WAV, MP3, Ogg, WebM or M4A recording."]),
        (wav(hush(3)), {}, 2),
        (wav(speech(4)), {"transcript": ""}, ["Enter the words that are spoken."]),
        (wav(speech(4)), {"transcript": "欠款5000元。"}, 1),
        (wav(speech(4)), {"language": ""}, ["Choose one of: zh-CN, en."]),
        (wav(speech(4)), {"name": ""}, ["Enter 1 to 100 characters."]),
    ],
    ids=["no file", "empty file", "no sound", "silence", "no words", "a sum", "no language", "no name"],
)
def test_every_refusal_stands_at_its_field(
    office: Office, sound: bytes | None, changes: dict[str, str], told: list[str] | int
) -> None:
    found = errors(sent(office, sound, **changes))
    assert found == told or len(found) == told
    assert kept(office.gateway) == []


def test_the_demonstration_is_refused_at_a_real_court(office: Office) -> None:
    shipped = next(each for each in catalogue.load() if each.demo_only)
    found = errors(sent(office, catalogue.wav_of(shipped)))
    assert found == ["The demonstration recording can be used by a demonstration court only."]


@pytest.mark.skipif(not is_installed(), reason="the draft voice is an extra: [draft-voice]")
def test_a_draft_voice_that_is_uploaded_is_refused(office: Office) -> None:
    (told,) = errors(sent(office, speak_draft(WORDS, "zh-CN").wav))
    assert told.startswith("This is a draft voice")
    assert kept(office.gateway) == []


def test_a_second_upload_is_one_more_version_and_the_first_stays(office: Office) -> None:
    first = uploaded(office)
    path = f"/prompts/{first.id}/version"
    page = office.person("clerk").page(path)
    assert "New version of “first notice”" in page
    assert WORDS in page
    answer = sent(office, wav(speech(5)), path, transcript=WORDS + "谢谢。", name="another")
    assert answer.status_code == 303
    first_row, second_row = kept(office.gateway)
    assert (first_row.number, second_row.number) == (1, 2)
    assert first_row.prompt_id == second_row.prompt_id
    shown = office.person("clerk").page(answer.headers["Location"])
    assert "All versions of this text" in shown
    assert f'href="/prompts/{first.id}"' in shown


def test_the_whole_way_from_draft_to_withdrawn(office_on_each: Office) -> None:
    office = office_on_each
    row = uploaded(office)
    clerk, judge, path = office.person("clerk"), office.person("judge"), f"/prompts/{row.id}"
    assert clerk.post(f"{path}/submit", seen(clerk.page(f"{path}/submit"))).status_code == 303
    page = judge.page(f"{path}/approve")
    assert WORDS in page
    assert row.sha256 in page
    assert "What the checks found" in page
    unheard = judge.post(f"{path}/approve", seen(page))
    assert errors(unheard) == ["Listen to the recording first, then confirm that you have."]
    assert judge.post(f"{path}/approve", seen(page) | {"heard": "y"}).status_code == 303
    assert "Approved" in clerk.page(path)
    withdrawn = clerk.post(f"{path}/withdraw", {"reason": "wrong court named"})
    assert withdrawn.status_code == 303
    assert "wrong court named" in judge.page(path)
    assert [each.state for each in kept(office.gateway)] == ["withdrawn"]


def seen(page: str) -> dict[str, str]:
    """The hidden fields of a step's form."""
    found = re.findall(r'<input[^>]*name="(version|sha256)"[^>]*value="([^"]*)"', page)
    assert found
    return dict(found)


def test_the_judge_approves_what_he_saw_and_nothing_else(office: Office) -> None:
    row = office.gateway.recording(approved=False)
    judge, path = office.person("judge"), f"/prompts/{row.id}/approve"
    page = judge.page(path)
    other = judge.post(path, seen(page) | {"heard": "y", "sha256": "0" * 64})
    assert errors(other)[0] == "The recording is not the one that you heard."
    stale = judge.post(path, seen(page) | {"heard": "y", "version": "1"})
    assert errors(stale) == ["This has changed since you opened the page. Look again, then repeat."]
    # The refused page shows what is there now, and its form is bound to that.
    assert seen(stale.get_data(as_text=True))["version"] == str(row.version)
    assert kept(office.gateway)[0].state == "submitted"


def test_a_recording_is_sent_back_with_a_reason(office: Office) -> None:
    row = office.gateway.recording(approved=False)
    judge, path = office.person("judge"), f"/prompts/{row.id}/reject"
    assert errors(judge.post(path, seen(judge.page(path)))) == ["Give a reason of 1 to 2000 characters."]
    assert judge.post(path, seen(judge.page(path)) | {"reason": "too fast"}).status_code == 303
    page = office.person("clerk").page(f"/prompts/{row.id}")
    assert "too fast" in page
    assert "Submit for approval" in page


def test_withdrawing_says_how_many_notices_fall_silent(office: Office) -> None:
    row = office.gateway.recording()
    path = f"/prompts/{row.id}/withdraw"
    assert "No notice plays it at the moment." in office.person("clerk").page(path)
    office.gateway.notice(recording=row)
    assert "1 notice that plays it falls silent" in office.person("clerk").page(path)


@pytest.mark.parametrize(
    ("who", "buttons"),
    [
        ("clerk", ["New version", "Withdraw"]),
        ("judge", ["Approve a recording", "Send back", "Withdraw"]),
        ("administrator", ["Withdraw"]),
        ("auditor", []),
    ],
)
def test_each_role_is_offered_what_it_may_do(office: Office, who: str, buttons: list[str]) -> None:
    row = office.gateway.recording(approved=False)
    page = office.person(who).page(f"/prompts/{row.id}")
    found = re.findall(r'class="govuk-button [^"]*" role="button"[^>]*>([^<]+)<', page)
    assert found == buttons


def test_the_sound_is_for_the_courts_people_in_whole_or_in_part(office: Office) -> None:
    row = office.gateway.recording(approved=False)
    path = f"/prompts/{row.id}/sound.wav"
    whole = office.person("auditor").get(path)
    assert whole.data == office.gateway.runtime.recordings.read(row.sha256)
    assert (whole.mimetype, whole.headers["Cache-Control"]) == ("audio/wav", "private, no-store")
    part = office.person("auditor").client.get(path, headers={"Range": "bytes=44-143"})
    assert (part.status_code, part.data) == (206, whole.data[44:144])
    assert part.headers["Content-Range"] == f"bytes 44-143/{len(whole.data)}"
    for who in ("b_clerk", "b_judge"):
        assert office.person(who).get(path).status_code == 404
    assert office.person("operator").get(path).status_code == 403
    assert office.stranger().get(path).status_code == 302


def test_a_withdrawn_one_can_still_be_heard_by_the_court_but_not_a_missing_one(office: Office) -> None:
    row = office.gateway.recording()
    with office.gateway.work() as work:
        withdraw_prompt(work, row.id, "wrong words")
    path = f"/prompts/{row.id}"
    assert office.person("judge").get(f"{path}/sound.wav").status_code == 200
    (office.gateway.runtime.settings.recordings_path / f"{row.sha256}.wav").unlink()
    assert office.person("judge").get(f"{path}/sound.wav").status_code == 404
    assert "The sound is not there, or it is damaged." in office.person("judge").page(path)


def test_the_library_is_of_this_court_and_can_be_narrowed(office_on_each: Office) -> None:
    office = office_on_each
    approved, waiting = office.gateway.recording(), office.gateway.recording(approved=False)
    other = office.gateway.recording(who="b_clerk")
    page = office.person("clerk").page("/prompts")
    assert f"/prompts/{approved.id}" in page
    assert f"/prompts/{waiting.id}" in page
    assert other.id not in page
    narrow = office.person("clerk").page("/prompts?state=submitted")
    assert approved.id not in narrow
    assert waiting.id in narrow
    assert "New recording" not in office.person("judge").page("/prompts?state=nonsense")


def test_another_courts_recording_is_like_none(office: Office) -> None:
    row = office.gateway.recording(approved=False)
    for path in ("", "/sound.wav", "/approve", "/reject", "/withdraw"):
        theirs = office.person("b_judge").get(f"/prompts/{row.id}{path}")
        none = office.person("b_judge").get(f"/prompts/{'0' * 26}{path}")
        assert theirs.status_code == none.status_code == 404
        assert theirs.get_data(as_text=True).replace(row.id, "0" * 26) == none.get_data(as_text=True) or (
            nonceless(theirs) == nonceless(none).replace("0" * 26, row.id)
        )


def nonceless(answer: TestResponse) -> str:
    """The page without what differs between any two answers."""
    return re.sub(r'nonce="[^"]+"|value="[^"]+"', "", answer.get_data(as_text=True))
