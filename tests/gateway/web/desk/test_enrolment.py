"""Enrolling at the desk, as a browser without JavaScript does it."""

import re

import pytest

from gateway.models import EnforcementCase, EnrolmentDraft, Notice, PhoneLine
from tests.gateway.records import rows
from tests.gateway.services.test_submit_draft import typed_enrolment
from tests.gateway.web.desk.people import Office, Person, errors

Typed = dict[str, dict[str, tuple[str, ...]]]


def _typed(office: Office) -> Typed:
    recording = office.gateway.recording()
    with office.gateway.work() as work:
        return typed_enrolment(work.today(), recording.id)


def _sent(fields: dict[str, tuple[str, ...]]) -> dict[str, object]:
    return {field.replace(".", "_"): list(values) for field, values in fields.items()}


def _begin(clerk: Person, **looked: str) -> str:
    """The address of a new draft, without its step."""
    answer = clerk.post("/desk/enrolments/new", looked)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"].rpartition("/")[0]


def _fill(clerk: Person, draft: str, typed: Typed) -> str:
    """Every step as the pages ask for it; the address of the last page."""
    address = f"{draft}/case"
    while not address.endswith("/check"):
        step = address.rpartition("/")[2]
        answer = clerk.post(address, _sent(typed[step]))
        assert answer.status_code == 303, (step, errors(answer))
        address = answer.headers["Location"]
    return address


def test_an_enrolment_is_typed_page_by_page_and_submitted(office: Office) -> None:
    clerk, typed = office.person("clerk"), _typed(office)
    check = _fill(clerk, _begin(clerk), typed)
    page = clerk.page(check)
    for told in (
        "虚构人甲",
        "(2026)川1302执4321号",
        "The number that callers dial",
        "any key skips it",
        "2.0 s",
    ):
        assert told in page, told
    answer = clerk.post(check, {"version": _version(page)})
    assert answer.status_code == 303
    shown = clerk.page(answer.headers["Location"])
    assert "The line&#39;s fallback has not been checked." in shown
    assert "Notice for case (2026)川1302执4321号" in shown
    gateway = office.gateway
    assert (rows(gateway, EnforcementCase), rows(gateway, PhoneLine), rows(gateway, Notice)) == (1, 1, 1)


def _version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found.group(1)


def test_a_wrong_answer_is_told_at_its_field_with_its_article_and_is_kept(office: Office) -> None:
    clerk, typed = office.person("clerk"), _typed(office)
    draft = _begin(clerk)
    clerk.post(f"{draft}/case", _sent(typed["case"]))
    answer = clerk.post(f"{draft}/debtor", _sent({**typed["debtor"], "debtor.birth_date": ("2020-13-40",)}))
    assert "Write the date as 2026-11-25." in errors(answer)
    assert 'href="#debtor_birth_date"' in answer.get_data(as_text=True)
    assert 'value="2020-13-40"' in clerk.page(f"{draft}/debtor")
    minor = {**typed["decision"], "decision.grounds": ("4",)}
    answer = clerk.post(f"{draft}/decision", _sent(minor))
    assert errors(answer) == ["A listing on any of grounds 2 to 6 needs a term. (法释〔2017〕7号 Art. 2)"]


def test_what_is_saved_for_later_is_kept_wrong_as_it_is_and_found_again(office: Office) -> None:
    clerk = office.person("clerk")
    draft = _begin(clerk)
    answer = clerk.post(
        f"{draft}/case", {"case_number": "(2026)川1302执7号", "obligation_amount": "a lot", "later": "1"}
    )
    assert answer.headers["Location"] == "/desk/enrolments"
    page = office.person("clerk2").page("/desk/enrolments")
    assert "(2026)川1302执7号" in page
    assert draft in page
    assert 'value="a lot"' in clerk.page(f"{draft}/case")


def test_a_case_and_a_line_that_are_there_are_found_before_anything_is_typed(office: Office) -> None:
    clerk, notice = office.person("clerk"), office.gateway.notice()
    with office.gateway.read() as session:
        case_number = session.get_one(EnforcementCase, notice.case_id).case_number
        line = session.get_one(PhoneLine, notice.line_id)
        session.expunge(line)
    looked = {"case_number": case_number, "public_number": office.gateway.dialled(line)}
    page = clerk.post("/desk/enrolments/new", looked).get_data(as_text=True)
    for address in (
        f"/desk/cases/{notice.case_id}",
        f"/desk/lines/{notice.line_id}",
        f"/desk/notices/{notice.id}",
    ):
        assert address in page
    assert rows(office.gateway, EnrolmentDraft) == 0
    draft = _begin(clerk, **looked, use_case=notice.case_id, use_line=notice.line_id)
    assert "A case that is enrolled already is used." in clerk.page(f"{draft}/case")
    recording = office.gateway.recording()
    typed: Typed = {
        **_typed(office),
        "case": {"use_case": (notice.case_id,)},
        "line": {"use_line": (notice.line_id,)},
    }
    typed["recordings"] = {"prompts": (recording.id,)}
    check = _fill(clerk, draft, typed)
    assert "/desk/notices/" in clerk.post(check, {"version": _version(clerk.page(check))}).headers["Location"]


def test_another_courts_number_is_told_in_the_neutral_sentence(office: Office) -> None:
    line = office.gateway.line(who="b_clerk")
    answer = office.person("clerk").post(
        "/desk/enrolments/new", {"public_number": office.gateway.dialled(line)}
    )
    assert errors(answer) == ["This number cannot be enrolled here; ask the platform operator."]
    assert line.id not in answer.get_data(as_text=True)


def test_a_duplicate_met_on_the_way_is_offered_for_use(office: Office) -> None:
    clerk, case = office.person("clerk"), office.gateway.case()
    draft = _begin(clerk)
    answer = clerk.post(
        f"{draft}/case",
        {"case_number": case.case_number, "obligation_kind": "act"},
    )
    assert f'name="use_case" value="{case.id}"' in answer.get_data(as_text=True)
    answer = clerk.post(f"{draft}/case", {"use_case": case.id})
    assert answer.headers["Location"] == f"{draft}/line"
    assert clerk.post(f"{draft}/case", {"forget": "1"}).status_code == 200
    assert "Case number" in clerk.page(f"{draft}/case")


def test_two_recordings_play_in_the_order_in_which_they_were_chosen(office: Office) -> None:
    clerk, typed = office.person("clerk"), _typed(office)
    first, second = (office.gateway.recording() for _ in range(2))
    draft = _begin(clerk)
    clerk.post(f"{draft}/recordings", {"prompts": second.id, "prompts_second": first.id})
    typed["recordings"] = {"prompts": (second.id,), "prompts_second": (first.id,)}
    check = _fill(clerk, draft, typed)
    answer = clerk.post(check, {"version": _version(clerk.page(check))})
    with office.gateway.read() as session:
        notice = session.get_one(Notice, answer.headers["Location"].rpartition("/")[2])
    assert (notice.recording_id, notice.second_recording_id) == (second.id, first.id)


def test_what_was_wrong_is_listed_on_the_last_page_with_the_way_to_it(office: Office) -> None:
    clerk, typed = office.person("clerk"), _typed(office)
    draft = _begin(clerk)
    check = _fill(clerk, draft, typed)
    clerk.post(f"{draft}/times?back=check", {"later": "1"})
    page = clerk.page(check)
    assert "A listing without a term needs a review date. (court policy)" in page
    assert f"{draft}/times?back=check#review_on" in page
    answer = clerk.post(check, {"version": _version(page)})
    assert answer.status_code == 200
    assert rows(office.gateway, Notice) == 0
    answer = clerk.post(f"{draft}/times?back=check", _sent(typed["times"]))
    assert answer.headers["Location"] == check


def test_answers_that_another_clerk_changed_meanwhile_are_not_submitted(office: Office) -> None:
    clerk, typed = office.person("clerk"), _typed(office)
    draft = _begin(clerk)
    check = _fill(clerk, draft, typed)
    seen = _version(clerk.page(check))
    office.person("clerk2").post(f"{draft}/case", _sent(typed["case"]))
    answer = clerk.post(check, {"version": seen})
    assert errors(answer) == ["This has changed since you opened the page. Look again, then repeat."]


def test_a_draft_that_is_given_up_is_gone(office: Office) -> None:
    clerk = office.person("clerk")
    draft = _begin(clerk)
    clerk.post(f"{draft}/discard", form=f"{draft}/case")
    assert clerk.get(f"{draft}/case").status_code == 404


@pytest.mark.parametrize(
    ("who", "status"), [("b_clerk", 404), ("judge", 403), ("auditor", 403), ("operator", 403)]
)
def test_a_draft_is_the_courts_clerks_alone(office: Office, who: str, status: int) -> None:
    draft = _begin(office.person("clerk"))
    for step in ("case", "check"):
        assert office.person(who).get(f"{draft}/{step}").status_code == status


def test_a_step_that_is_none_is_not_found(office: Office) -> None:
    draft = _begin(office.person("clerk"))
    assert office.person("clerk").get(f"{draft}/nonsense").status_code == 404


def test_every_page_speaks_chinese(office: Office) -> None:
    clerk, typed = office.person("clerk"), _typed(office)
    clerk.language = "zh-CN"
    draft = _begin(clerk)
    check = _fill(clerk, draft, typed)
    assert "有履行能力而拒不履行生效法律文书确定义务" in clerk.page(f"{draft}/decision")
    assert "已提供充分有效担保" in clerk.page(f"{draft}/declarations")
    assert "核对填写内容" in clerk.page(check)
