"""The notice page and its approval at the desk, as a browser without JavaScript uses them."""

import re
from datetime import timedelta

import pytest

from gateway.models import AuditEntry
from gateway.services.attest_line import attest_line
from gateway.services.enrol_line import Attestation
from tests.carriers import FakeCarrier, sid
from tests.gateway.desk import code_at
from tests.gateway.records import actions, rows
from tests.gateway.services.crowd import notice_row
from tests.gateway.web.desk.people import Office, errors
from tests.gateway.web.desk.signing import signed


def test_the_page_tells_all_of_a_notice_and_no_whole_number(office: Office) -> None:
    line = office.gateway.line()
    notice = office.gateway.notice(line=line)
    call, carrier = sid(), FakeCarrier.of(office.gateway)
    carrier.voice(office.gateway.dialled(line), call=call)
    carrier.dialled(office.gateway.dialled(line), call, "completed")
    page = office.person("clerk").page(f"/desk/notices/{notice.id}")
    for told in ("In force", "虚构人甲", "Notice: approved", "“lawful”", "虚构人4", "1 call in 90 days"):
        assert told in page, told
    for number in (office.gateway.dialled(line), office.gateway.delivered(line)):
        assert number not in page
        assert number[3:] not in page


def test_who_may_not_read_names_sees_none(office: Office) -> None:
    notice = office.gateway.notice()
    page = office.person("auditor").page(f"/desk/notices/{notice.id}")
    assert "虚构人甲" not in page
    assert "“lawful”" not in page


def test_what_is_not_possible_is_greyed_with_its_reason(office: Office) -> None:
    notice = office.gateway.notice(state="submitted")
    page = office.person("clerk").page(f"/desk/notices/{notice.id}")
    refused = page.partition("What you can do")[2]
    assert f'href="/desk/notices/{notice.id}/approve"' not in refused
    assert "Your role does not include this." in refused
    assert "The notice is waiting for approval; this cannot be done now." in refused


def test_suspending_is_one_click_and_a_reason(office: Office) -> None:
    notice = office.gateway.notice()
    clerk, address = office.person("clerk"), f"/desk/notices/{notice.id}"
    answer = clerk.post(f"{address}/suspend", {"reason": ""}, form=address)
    assert errors(answer) == ["Give a reason of 1 to 2000 characters."]
    answer = clerk.post(f"{address}/suspend", {"reason": "doubt"}, form=address)
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert notice_row(office.gateway, notice.id).state == "suspended"
    assert "Suspend at once" not in clerk.page(address)


def test_a_notice_goes_its_whole_way_at_the_desk(office: Office) -> None:
    notice = office.gateway.notice(state="draft")
    clerk, judge, address = office.person("clerk"), office.person("judge"), f"/desk/notices/{notice.id}"
    clerk.post(f"{address}/submit", {"reason": "please"})
    judge.post(f"{address}/reject", {"reason": "only by day"})
    filled = {"prompts": notice.recording_id, "hours_from": "09:00", "hours_to": "20:00", "skip_key": "no"}
    review_on = str(notice.review_on)
    assert errors(clerk.post(f"{address}/amend", {**filled, "review_on": "soon"})) == [
        "Write the date as 2026-11-25."
    ]
    assert clerk.post(f"{address}/amend", {**filled, "review_on": review_on}).status_code == 303
    clerk.post(f"{address}/submit", {})
    judge.post(f"{address}/approve", signed(office, judge.page(f"{address}/approve")))
    row = notice_row(office.gateway, notice.id)
    assert (row.state, row.hours_from, row.skip_key) == ("approved", "09:00", False)
    next_review = (row.review_on or row.created_at.date()) - timedelta(days=10)
    judge.post(f"{address}/review", {"review_on": next_review.isoformat(), "reason": "still due"})
    clerk.post(f"{address}/suspend", {"reason": "doubt"})
    judge.post(f"{address}/resume", {"reason": "clear"})
    clerk.post(f"{address}/end", {"reason": "over"})
    assert actions(office.gateway, notice.id) == [
        "drafted", "submitted", "rejected", "amended", "submitted", "approved", "reviewed", "suspended",
        "resumed", "ended",
    ]  # fmt: skip


# Approval.


def test_the_judge_sees_what_he_signs_and_hears_that_very_recording(office: Office) -> None:
    recording = office.gateway.recording()
    notice = office.gateway.notice(state="submitted", recording=recording)
    judge = office.person("judge")
    page = judge.page(f"/desk/notices/{notice.id}/approve")
    assert f'src="/prompts/{recording.id}/sound.wav"' in page
    for told in (recording.sha256, "虚构办法第一条", "虚构人甲", "院长甲", "1. Able to perform but refuses"):
        assert told in page, told
    sound = judge.get(f"/prompts/{recording.id}/sound.wav")
    assert sound.mimetype == "audio/wav"
    assert sound.data == office.gateway.runtime.recordings.read(recording.sha256)
    assert sound.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"heard": ""}, "Listen to every recording first."),
        ({"code": "000000"}, "The code or key was not accepted."),
        ({"conflict_of_interest": ""}, "Declare whether you have an interest in this case."),
        (
            {"conflict_of_interest": "yes"},
            "Who has an interest in the case does not approve; leave it to another judge.",
        ),
        ({"decision_art3_declarations_other_applies": "yes"}, "The debtor may not be listed under ground 1"),
        ({"reason": " "}, "Give a reason of 1 to 2000 characters."),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_approved(
    office: Office, changes: dict[str, str], told: str
) -> None:
    notice, judge = office.gateway.notice(state="submitted"), office.person("judge")
    address = f"/desk/notices/{notice.id}/approve"
    answer = judge.post(address, signed(office, judge.page(address), **changes))
    assert answer.status_code == 200
    assert any(told in each for each in errors(answer)), errors(answer)
    assert notice_row(office.gateway, notice.id).state == "submitted"


def test_a_code_that_was_right_need_not_be_typed_again_when_another_answer_was_missing(
    office: Office,
) -> None:
    notice, judge = office.gateway.notice(state="submitted"), office.person("judge")
    address = f"/desk/notices/{notice.id}/approve"
    judge.post(address, signed(office, judge.page(address), reason=""))
    again = signed(office, judge.page(address), code="")
    assert judge.post(address, again).status_code == 303
    assert notice_row(office.gateway, notice.id).state == "approved"


def test_what_changed_since_it_was_seen_is_named_and_shown_as_it_is_now(office: Office) -> None:
    notice, judge = office.gateway.notice(state="submitted"), office.person("judge")
    address = f"/desk/notices/{notice.id}/approve"
    filled = signed(office, judge.page(address))
    with office.gateway.work() as work:
        attest_line(work, notice.line_id, Attestation("carrier-api", "a newer letter", work.today()))
    answer = judge.post(address, filled)
    text = answer.get_data(as_text=True).partition('id="changes"')[2].partition("Below is how it is now")[0]
    assert "Proof that the number is the debtor&#39;s" in text
    assert "carrier-api a newer letter" in text
    assert judge.post(address, signed(office, judge.page(address))).status_code == 303


def test_a_second_judge_is_told_that_it_is_approved(office: Office) -> None:
    notice = office.gateway.notice(state="submitted")
    first, second, address = (
        office.person("judge"),
        office.person("judge2"),
        f"/desk/notices/{notice.id}/approve",
    )
    late = signed(office, second.page(address))
    assert first.post(address, signed(office, first.page(address))).status_code == 303
    office.gateway.clock.forward(seconds=30)
    answer = second.post(address, {**late, "code": code_at(office.gateway)})
    assert errors(answer) == ["The notice is approved; this cannot be done now."]


@pytest.mark.parametrize("who", ["clerk", "auditor", "administrator", "operator"])
def test_only_judges_open_the_approval(office: Office, who: str) -> None:
    notice = office.gateway.notice(state="submitted")
    assert office.person(who).get(f"/desk/notices/{notice.id}/approve").status_code == 403


# What is another court's is not there.


def test_another_courts_pages_are_exactly_like_those_of_nothing(office: Office) -> None:
    notice = office.gateway.notice(state="submitted")
    nothing = "0" * 26
    judge, clerk = office.person("b_judge"), office.person("b_clerk")
    for who, address, real in (
        (judge, "/desk/notices/{}", notice.id),
        (judge, "/desk/notices/{}/approve", notice.id),
        (judge, "/desk/notices/{}/reject", notice.id),
        (clerk, "/desk/notices/{}/amend", notice.id),
        (clerk, "/desk/notices/{}/object", notice.id),
        (clerk, "/desk/cases/{}", notice.case_id),
        (clerk, "/desk/cases/{}/close", notice.case_id),
        (clerk, "/desk/cases/{}/extend", notice.case_id),
        (clerk, "/desk/cases/{}/delete-early", notice.case_id),
        (clerk, "/desk/lines/{}", notice.line_id),
        (clerk, "/desk/lines/{}/attest", notice.line_id),
        (clerk, "/desk/lines/{}/check-fallback", notice.line_id),
        (clerk, "/desk/lines/{}/deliver-elsewhere", notice.line_id),
        (judge, "/desk/lines/{}/approve-delivery", notice.line_id),
        (clerk, "/desk/lines/{}/release", notice.line_id),
        (clerk, "/desk/lines/{}/object", notice.line_id),
    ):
        theirs, none = (who.get(address.format(each)) for each in (real, nothing))
        assert (theirs.status_code, none.status_code) == (404, 404), address
        assert _plain(theirs.get_data(as_text=True), real) == _plain(none.get_data(as_text=True), nothing)


def _plain(page: str, row_id: str) -> str:
    """A page without what differs at each request and without the address itself."""
    page = re.sub(r'(csrf_token" value=|nonce=)"[^"]+"', "", page)
    return page.replace(row_id, "")


def test_unknown_verbs_are_not_found_and_nothing_is_written(office: Office) -> None:
    notice = office.gateway.notice()
    clerk = office.person("clerk")
    before = rows(office.gateway, AuditEntry)
    for verb in ("nonsense", "close-case", "object-to"):
        assert clerk.get(f"/desk/notices/{notice.id}/{verb}").status_code == 404
    assert rows(office.gateway, AuditEntry) == before
