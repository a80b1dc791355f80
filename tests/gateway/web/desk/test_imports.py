"""Imports at the desk: uploaded, checked, confirmed, approved by a second person, and exported again."""

import io
import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.models import ImportBatch, User
from tests.gateway.desk import code_at
from tests.gateway.import_files import Desk, left
from tests.gateway.uploads import EVIDENCE, Counter, csv_of, xlsx_of
from tests.gateway.web.desk.people import Office, errors


def _upload(office: Office, file: bytes, rows: object, name: str = "rows.csv", **more: Any) -> TestResponse:
    form = {"rows": str(rows), "file": [(io.BytesIO(file), name)], "art3_evidence": EVIDENCE, **more}
    return office.person("clerk").post("/desk/imports/new", form)


def _checked(office: Office, file: bytes, rows: int, name: str = "rows.csv") -> str:
    """The address of a file that was uploaded and checked."""
    answer = _upload(office, file, rows, name)
    assert answer.status_code == 303, errors(answer)
    Counter(office.gateway).work()
    return answer.headers["Location"]


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found.group(1)


def _submitted(office: Office, rows: int = 3) -> str:
    """The address of an import that waits for a judge."""
    desk = Desk.of(office.gateway)
    address = _checked(office, csv_of(*desk.rows(rows)), rows)
    clerk = office.person("clerk")
    page = clerk.page(address)
    filled = {"rows": _hidden(page, "rows"), "version": _hidden(page, "version")}
    clerk.post(address + "/confirm", filled, form=address)
    Counter(office.gateway).work()
    return clerk.get(address).headers["Location"]


def _signed(office: Office, address: str, who: str = "judge", **changes: Any) -> TestResponse:
    judge = office.person(who)
    page = judge.page(address)
    with office.gateway.work("administrator") as work:
        work.session.get_one(User, office.gateway.people[who].user_id).totp_last_step = None
    filled = {
        "rows": _hidden(page, "rows"),
        "sha256": _hidden(page, "sha256"),
        "heard": "y",
        "no_conflict": "y",
        "reason": "lawful",
        "code": code_at(office.gateway),
    }
    return judge.post(address + "/approve", filled | changes, form=address)


def _batch(office: Office, address: str) -> ImportBatch:
    with office.gateway.read() as session:
        return session.get_one(ImportBatch, address.rpartition("/")[2])


@pytest.mark.parametrize(("write", "name"), [(csv_of, "a.csv"), (xlsx_of, "a.xlsx")])
def test_a_file_comes_in_and_a_judge_approves_it(office_on_each: Office, write: Any, name: str) -> None:
    office = office_on_each
    desk = Desk.of(office.gateway)
    clerk = office.person("clerk")
    answer = _upload(office, write(*desk.rows(3)), 3, name)
    address = answer.headers["Location"]
    assert "Waiting for its turn." in clerk.page(address)
    Counter(office.gateway).work()
    page = clerk.page(address)
    assert ("The file was checked" in page, "虚构人2" in page, "Import these 3 rows" in page) == (True,) * 3
    assert "8617100000002" not in page
    clerk.post(
        address + "/confirm",
        {"rows": _hidden(page, "rows"), "version": _hidden(page, "version")},
        form=address,
    )
    assert "The file is being written" in clerk.page(address)
    Counter(office.gateway).work()
    batch = clerk.get(address).headers["Location"]
    assert "A judge who did not submit the file" in clerk.page(batch)
    judge = office.person("judge").page(batch)
    assert [text for text in ("虚构人1", "<audio", EVIDENCE, "Ground 1: 3 rows") if text not in judge] == []
    signed = _signed(office, batch)
    assert (signed.status_code, errors(signed)) == (303, [])
    assert "The import is approved" in office.person("judge").page(batch)
    assert _batch(office, batch).state == "approved"


def test_errors_stand_at_their_cells_and_can_be_downloaded(office: Office) -> None:
    desk = Desk.of(office.gateway)
    rows = [desk.row(1), desk.row(2, public_number="120"), desk.row(3, debtor_kind="human")]
    address = _checked(office, csv_of(*rows), 3)
    clerk = office.person("clerk")
    page = clerk.page(address)
    assert "The file cannot be imported" in page
    assert page.count("desk-wrong__why") == 2
    assert "虚构人1" not in page
    assert "虚构人1" in clerk.page(address + "?show=all")
    file = clerk.get(address + "/errors.csv").get_data(as_text=True)
    assert file.splitlines()[1].startswith("3,public_number,number-not-valid,")
    clerk.client.set_cookie("language", "zh")
    assert "文件无法导入" in clerk.page(address)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rows": ""}, "Say how many rows the file has without its heading: 1 to 250000."),
        ({"rows": "many"}, "Say how many rows the file has without its heading: 1 to 250000."),
        ({"file": [(io.BytesIO(b""), "")]}, "Choose a file that is not empty."),
    ],
)
def test_a_form_that_lacks_something_says_so(office: Office, changes: dict[str, Any], said: str) -> None:
    answer = office.person("clerk").post(
        "/desk/imports/new", {"rows": "1", "file": [(io.BytesIO(b"x"), "a.csv")], **changes}
    )
    assert errors(answer) == [said]


def test_the_bar_is_the_same_after_a_reload_and_for_the_script(office: Office) -> None:
    desk = Desk.of(office.gateway)
    answer = _upload(office, csv_of(*desk.rows(2)), 2)
    clerk, address = office.person("clerk"), answer.headers["Location"]
    for _ in range(2):
        page = clerk.page(address)
        assert ("Waiting for its turn." in page, 'http-equiv="refresh"' in page) == (True, True)
    told = clerk.get(address + "/progress").get_json()
    assert told == {
        "state": "received",
        "working": True,
        "done": 0,
        "total": 0,
        "text": "Waiting for its turn.",
    }
    Counter(office.gateway).work()
    told = clerk.get(address + "/progress").get_json()
    assert (told["state"], told["working"]) == ("checked", False)


def test_a_file_is_taken_back(office: Office) -> None:
    address = _checked(office, csv_of(*Desk.of(office.gateway).rows(2)), 2)
    clerk = office.person("clerk")
    assert clerk.post(address + "/withdraw", form=address).status_code == 303
    assert "The file was taken back" in clerk.page(address)
    assert left(office.gateway) == {}


def test_another_courts_clerk_finds_nothing_and_a_colleague_cannot_confirm(office: Office) -> None:
    address = _checked(office, csv_of(*Desk.of(office.gateway).rows(2)), 2)
    for path in ("", "/progress", "/errors.csv"):
        assert office.person("b_clerk").get(address + path).status_code == 404
    colleague = office.person("clerk2")
    assert "Only the person who uploaded the file can confirm it." in colleague.page(address)
    refused = colleague.post(address + "/confirm", {"rows": "2", "version": "2"}, form="/desk/imports/new")
    assert refused.status_code == 403


def test_an_auditor_sees_the_file_but_no_names(office: Office) -> None:
    address = _checked(office, csv_of(*Desk.of(office.gateway).rows(2)), 2, "秘密.csv")
    page = office.person("auditor").page(address)
    assert [text for text in ("秘密", "虚构人1", "51130219800101") if text in page] == []
    assert "The file was checked" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": " "}, "Give a reason."),
        ({"heard": ""}, "Hear the recordings and look at the sample first."),
        ({"no_conflict": ""}, "Who has a conflict of interest must not approve."),
        ({"rows": "4"}, "The import is not the file that you saw."),
        ({"sha256": "0" * 64}, "The import is not the file that you saw."),
    ],
)
def test_what_the_judge_must_do_is_told_at_its_field(
    office: Office, changes: dict[str, str], said: str
) -> None:
    batch = _submitted(office)
    empty = {name: value for name, value in changes.items() if value}
    for name in changes.keys() - empty.keys():
        empty[name] = ""
    answer = _signed(office, batch, **empty)
    assert said in errors(answer)
    assert _batch(office, batch).state == "submitted"


def test_a_wrong_code_approves_nothing(office: Office) -> None:
    batch = _submitted(office)
    answer = _signed(office, batch, code="000000")
    assert answer.status_code == 200
    assert _batch(office, batch).state == "submitted"


def test_a_clerk_cannot_approve(office: Office) -> None:
    batch = _submitted(office)
    refused = office.person("clerk").post(batch + "/approve", {}, form="/desk/imports/new")
    assert refused.status_code == 403


def test_closures_are_uploaded_previewed_and_done(office: Office) -> None:
    case = office.gateway.case()
    file = f"case_number,removal_ground,reason\r\n{case.case_number},1,全部履行\r\n".encode()
    clerk = office.person("clerk")
    form = {"rows": "1", "file": [(io.BytesIO(file), "closed.csv")]}
    address = clerk.post("/desk/imports/closures", form).headers["Location"]
    Counter(office.gateway).work()
    page = clerk.page(address)
    assert "Close 1 cases now" in page
    filled = {"rows": _hidden(page, "rows"), "version": _hidden(page, "version")}
    clerk.post(address + "/confirm", filled, form=address)
    Counter(office.gateway).work()
    assert "Each case in the file was closed at once" in clerk.page(clerk.get(address).headers["Location"])


@pytest.mark.parametrize("kind", ["enrolment", "closures"])
def test_templates_are_there_in_both_formats(office: Office, kind: str) -> None:
    clerk = office.person("clerk")
    csv = clerk.get(f"/desk/imports/template/{kind}.csv")
    assert csv.get_data(as_text=True).startswith("\ufeffcase_number,")
    xlsx = clerk.get(f"/desk/imports/template/{kind}.xlsx")
    assert (xlsx.status_code, xlsx.data[:2]) == (200, b"PK")
    assert clerk.get(f"/desk/imports/template/{kind}.exe").status_code == 404


def test_an_export_is_imported_again(office: Office) -> None:
    _signed(office, _submitted(office))
    clerk = office.person("clerk")
    csv = clerk.post("/desk/imports/export", {"format": "csv"})
    assert csv.headers["Content-Disposition"] == 'attachment; filename="notices.csv"'
    assert csv.get_data(as_text=True).count("\r\n") == 4
    xlsx = clerk.post("/desk/imports/export", {"format": "xlsx"})
    assert xlsx.data[:2] == b"PK"
    assert errors(clerk.post("/desk/imports/export", {"format": "exe"})) == ["Choose a format."]
    assert office.person("auditor").get("/desk/imports/export").status_code == 403


def test_the_list_shows_files_under_way_and_imports(office: Office) -> None:
    batch = _submitted(office)
    desk = Desk.of(office.gateway)
    _checked(office, csv_of(desk.row(900)), 1, "second.csv")
    page = office.person("clerk").page("/desk/imports")
    assert [text for text in ("second.csv", batch, "Waiting for approval") if text not in page] == []
    assert "second.csv" not in office.person("clerk2").page("/desk/imports")
    assert batch not in office.person("b_clerk").page("/desk/imports")
    assert batch in office.person("judge").page("/desk/imports?state=submitted")
