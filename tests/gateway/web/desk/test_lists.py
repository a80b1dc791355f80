"""Work list, lists, searches, alerts, dashboard, record, settings, as a browser without scripts sees them."""

import json
import re
from datetime import timedelta

import pytest

from gateway.database import writing
from gateway.models import Alert, Notice
from gateway.services.alerts import open_alert
from gateway.services.tally_calls import tally_calls
from gateway.services.tally_notices import tally_notices
from gateway.sight import EVERY_COURT
from tests.carriers import FakeCarrier
from tests.gateway.records import actions, change
from tests.gateway.services.crowd import transactions
from tests.gateway.web.desk.people import Office, errors


def _main(text: str) -> str:
    return text.partition("<main")[2].partition("</main>")[0]


def _alert(office: Office, kind: str, court_id: str | None) -> str:
    gateway = office.gateway
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        open_alert(session, kind, "subject", gateway.clock.now(), court_id)
        return str(session.query(Alert.id).filter_by(kind=kind).one()[0])


def test_the_work_list_begins_with_what_waits(office_on_each: Office) -> None:
    office = office_on_each
    notice = office.gateway.notice(state="submitted")
    page = _main(office.person("judge").page("/desk"))
    assert f'href="/desk/notices/{notice.id}"' in page
    assert "Notices to approve" in page
    assert "Drafts" not in page
    assert "Drafts" in _main(office.person("clerk").page("/desk"))


def test_an_empty_work_list_says_so_in_chinese(office: Office) -> None:
    clerk = office.person("clerk")
    clerk.language = "zh"
    assert "没有待办事项" in clerk.page("/desk")


def test_filters_stay_in_the_address_and_in_the_form(office: Office) -> None:
    gateway = office.gateway
    case, line, recording = gateway.case(), gateway.line(), gateway.recording()
    for _ in range(26):
        gateway.notice(state="draft", case=case, line=line, recording=recording)
    page = office.person("clerk").page("/desk?section=drafts&within=7&connection=north")
    assert '<option value="7" selected>' in page
    following = re.search(r'href="([^"]+)" rel="next"', page)
    assert following is not None
    address = following.group(1).replace("&amp;", "&")
    assert {"section=drafts", "within=7", "connection=north"} <= set(address.partition("?")[2].split("&"))
    assert _main(office.person("clerk").page(address)).count('scope="row"') == 1


def test_a_filter_that_is_wrong_is_told_at_its_field(office: Office) -> None:
    clerk = office.person("clerk")
    for address, message in (
        ("/desk?within=x", "Enter a whole number."),
        ("/desk?connection=south", "There is no such connection."),
        ("/desk/notices?state=nonsense", "Choose one of"),
        ("/desk/calls?since=2026-02-30", "Enter a real date"),
        ("/desk/cases?cursor=~~", "No list gave this cursor."),
    ):
        answer = clerk.get(address)
        assert answer.status_code == 422
        assert message in errors(answer)[0]


def test_another_roles_section_is_not_there(office: Office) -> None:
    assert office.person("clerk").get("/desk?section=notices_to_approve").status_code == 404


def test_an_operator_begins_with_alerts(office: Office) -> None:
    alert_id = _alert(office, "unknown_line", None)
    answer = office.person("operator").get("/desk")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/alerts")
    assert alert_id in office.person("operator").page("/desk/alerts")


@pytest.mark.parametrize("path", ["notices", "cases", "lines", "objections", "calls", "search"])
def test_an_operator_sees_no_cases(office: Office, path: str) -> None:
    assert office.person("operator").get(f"/desk/{path}").status_code == 403


def test_lists_show_the_courts_own_and_link_to_their_pages(office: Office) -> None:
    gateway = office.gateway
    notice = gateway.notice()
    with gateway.read() as session:
        row = session.get_one(Notice, notice.id)
    clerk, other = office.person("clerk"), office.person("b_clerk")
    for name, subject in (("notices", row.id), ("cases", row.case_id), ("lines", row.line_id)):
        assert f'href="/desk/{name}/{subject}"' in clerk.page(f"/desk/{name}")
        assert subject not in other.page(f"/desk/{name}")
    assert row.id in clerk.page("/desk/notices?state=in_force")
    assert row.id not in clerk.page("/desk/notices?state=draft")


def test_calls_are_listed_without_who_called(office: Office) -> None:
    gateway = office.gateway
    line = gateway.line()
    gateway.notice(line=line)
    FakeCarrier.of(gateway).voice(gateway.dialled(line), "+8617100007777")
    page = office.person("auditor").page("/desk/calls?state=played")
    assert "Notice played" in page
    assert "7777" not in page
    assert "There are none." in office.person("auditor").page("/desk/calls?state=silent")


def test_a_case_is_searched_for_by_address_and_a_number_by_form(office: Office) -> None:
    gateway, clerk = office.gateway, office.person("clerk")
    case, line = gateway.case(), gateway.line()
    assert case.id in clerk.page("/desk/search?case_number=（2026）川1302")
    number = gateway.dialled(line)
    answer = clerk.post("/desk/search/number", {"number": number})
    text = answer.get_data(as_text=True)
    assert (answer.status_code, line.id in text) == (200, True)
    assert number not in text
    assert "found_by_number" in actions(gateway, line.id)


def test_a_number_in_an_address_finds_nothing(office: Office) -> None:
    line = office.gateway.line()
    number = office.gateway.dialled(line)
    page = office.person("clerk").page(f"/desk/search/number?number={number}")
    assert line.id not in page
    assert number not in page


def test_what_is_no_number_is_refused_without_repeating_it(office: Office) -> None:
    answer = office.person("clerk").post("/desk/search/number", {"number": "12secret"})
    assert answer.status_code == 422
    assert errors(answer)
    assert "12secret" not in answer.get_data(as_text=True)


def test_an_alert_is_seen_and_closed_with_a_reason(office: Office) -> None:
    alert_id = _alert(office, "loop", office.gateway.court_a)
    clerk, address = office.person("clerk"), f"/desk/alerts/{alert_id}"
    assert clerk.post(f"{address}/seen", form=address).status_code == 303
    assert "Seen" in clerk.page("/desk/alerts")
    assert clerk.post(address, {"reason": ""}).status_code == 422
    assert clerk.post(address, {"reason": "carrier told"}).status_code == 303
    assert alert_id not in clerk.page("/desk/alerts")
    assert "carrier told" in clerk.page(address)
    assert clerk.post(address, {"reason": "again"}).status_code in {400, 409, 422}


def test_an_auditor_reads_alerts_and_closes_none(office: Office) -> None:
    alert_id = _alert(office, "loop", office.gateway.court_a)
    address = f"/desk/alerts/{alert_id}"
    assert "<textarea" not in office.person("auditor").page(address)
    assert office.person("auditor").post(address, {"reason": "x"}, form="/desk").status_code == 403
    assert office.person("b_clerk").get(address).status_code == 404


def test_the_dashboard_draws_what_was_counted(office_on_each: Office) -> None:
    office = office_on_each
    gateway = office.gateway
    line = gateway.line()
    gateway.notice(line=line)
    FakeCarrier.of(gateway).voice(gateway.dialled(line))
    judge = office.person("judge")
    assert "Calls have not been counted yet." in judge.page("/desk/dashboard")
    tally_calls(transactions(gateway))
    tally_notices(transactions(gateway))
    page = judge.page("/desk/dashboard?span=90")
    assert page.count('<svg class="desk-chart"') == 3
    assert "In 90 days 0 calls heard the notice" in page
    assert "style=" not in _main(page)


def test_the_dashboard_refreshes_itself_ten_times_or_not_at_all(office: Office) -> None:
    judge = office.person("judge")
    first = judge.page("/desk/dashboard")
    assert 'http-equiv="refresh" content="60; url=/desk/dashboard?span=30&amp;left=9"' in first
    for address in ("/desk/dashboard?left=0", "/desk/dashboard?refresh=off"):
        page = judge.page(address)
        assert "http-equiv" not in page
        assert "Start again" in page
    assert "left=9" in judge.page("/desk/dashboard?left=99999")


def test_an_operator_sees_calls_and_no_notices(office: Office) -> None:
    page = office.person("operator").page("/desk/dashboard")
    assert "Calls by day" in page
    assert "Notices by state" not in page


def test_the_record_is_read_narrowed_and_downloaded(office_on_each: Office) -> None:
    office = office_on_each
    notice = office.gateway.notice()
    auditor = office.person("auditor")
    page = auditor.page(f"/desk/audit?subject={notice.id}&actor=judge")
    assert _main(page).count('scope="row"') == 1
    assert "not verified yet" in page
    answer = auditor.post("/desk/audit/export", form="/desk/audit")
    lines = [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]
    assert lines[0]["head"]["sequence"] == len(lines) - 2
    assert lines[-2]["action"] == "exported"
    assert answer.headers["Content-Disposition"] == "attachment; filename=audit.jsonl"


def test_a_changed_entry_is_told_of_on_its_page(office: Office) -> None:
    from_before = office.gateway.notice()
    with office.gateway.work("auditor") as work:
        work.session.execute(
            Alert.metadata.tables["audit_entry"]
            .update()
            .values(actor="nobody")
            .where(Alert.metadata.tables["audit_entry"].c.subject_id == from_before.id)
        )
    assert "does not hold" in office.person("auditor").page("/desk/audit")


@pytest.mark.parametrize("path", ["/desk/audit", "/desk/audit/debtor"])
def test_a_clerk_reads_no_record(office: Office, path: str) -> None:
    assert office.person("clerk").get(path).status_code == 403


def test_an_operator_reads_the_platforms_record(office: Office) -> None:
    page = office.person("operator").page("/desk/audit")
    assert "founded" in page
    assert "Extract for a debtor" not in page


def test_an_extract_is_shown_and_downloaded(office: Office) -> None:
    gateway, auditor = office.gateway, office.person("auditor")
    case = gateway.case()
    notice = gateway.notice(case=case)
    asked = {"case_number": case.case_number, "go": "1"}
    page = auditor.post("/desk/audit/debtor", asked).get_data(as_text=True)
    assert case.case_number in page
    assert "虚构人甲" not in page
    answer = auditor.post("/desk/audit/debtor", {"case_number": case.case_number, "download": "1"})
    assert json.loads(answer.get_data())["subjects"]["notice"] == [notice.id]
    assert errors(auditor.post("/desk/audit/debtor", {"case_number": "(1999)无"})) == [
        "There is no such case."
    ]


def test_settings_are_shown_to_operators_without_secrets(office: Office) -> None:
    page = office.person("operator").page("/desk/settings")
    assert "COURT_GATEWAY_THREADS" in page
    assert "set, not shown" in page
    assert office.gateway.runtime.settings.database_url not in page
    court = office.person("administrator").page("/desk/settings")
    assert "COURT_GATEWAY_THREADS" not in court
    assert "虚构办法第一条" in court


def test_a_passed_last_day_is_told_in_words(office: Office) -> None:
    gateway = office.gateway
    notice = gateway.notice()
    change(
        gateway,
        Notice,
        notice.id,
        state="suspended",
        suspended_because="review",
        review_until=gateway.clock.now() - timedelta(days=2),
    )
    assert "(past)" in office.person("judge").page("/desk?section=notices_to_review")
