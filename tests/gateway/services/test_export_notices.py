"""Exporting: what comes out goes into an empty court again, unchanged, and harms no spreadsheet."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.models import Notice
from gateway.services.close_case import close_case
from gateway.services.end_notice import end_notice
from gateway.services.export_notices import export_notices
from gateway.services.refusals import NotAllowed
from gateway.services.stage_import import stage_import
from gateway.services.work import Work
from tests.factories import Gateway, number, open_gateway
from tests.gateway.import_files import EVIDENCE, HEADER, Desk, left, text_of, transactions
from tests.gateway.records import actions


@pytest.fixture
def desk(gateway: Gateway) -> Desk:
    return Desk.of(gateway)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Desk:
    """Another platform: courts without cases, but with a prompt of the same name."""
    return Desk.of(open_gateway(f"sqlite:///{tmp_path / 'elsewhere.db'}", tmp_path / "elsewhere"))


def _export(gateway: Gateway, who: str = "clerk") -> str:
    out = io.StringIO()
    export_notices(transactions(gateway, who), out.write)
    return out.getvalue()


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_what_was_imported_comes_out_byte_for_byte_and_goes_in_again(desk: Desk, elsewhere: Desk) -> None:
    rows = desk.rows(450)
    rows[7] |= {
        "grounds": "2;3",
        "term_months": "24",
        "ends_on": rows[7]["review_on"],
        "review_on": "",
        "publication_ref": "公告,第7号",
    }
    rows[8] |= {"amount": "", "currency": "", "ends_on": rows[8]["review_on"]}
    rows[9] |= {"debtor_name": "'=虚构", "reasons": '称"无力履行",不实', "service_method": "public_notice"}
    rows[10] |= {"gateway_number": number(9010)}
    rows[450:] = [rows[10] | {"public_number": number(9000), "gateway_number": number(9001)}]
    rows[450]["deliver_to"] = "+8617100020001"
    rows.sort(key=lambda row: (row["case_number"], row["public_number"]))
    text = text_of(rows)
    stage_import(transactions(desk.gateway), io.BytesIO(text.encode()), EVIDENCE)
    exported = _export(desk.gateway)
    assert sorted(exported.splitlines()) == sorted(text.splitlines())
    stage_import(transactions(elsewhere.gateway), io.BytesIO(exported.encode()), EVIDENCE)
    assert sorted(_export(elsewhere.gateway).splitlines()) == sorted(exported.splitlines())
    assert left(elsewhere.gateway)["notice"] == 451


def test_an_export_is_the_same_each_time(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway)
    desk.stage(*desk.rows(300))
    first = _export(sqlite_gateway)
    assert first == _export(sqlite_gateway)
    numbers = [row["case_number"] for row in _rows(first)]
    assert numbers == sorted(numbers)


def test_what_was_entered_by_hand_comes_out_too(desk: Desk) -> None:
    gateway = desk.gateway
    notice = gateway.notice(recording=desk.recording)
    row = _rows(_export(gateway))[0]
    assert row["case_number"].startswith("(2026)川1302执")
    assert (row["debtor_name"], row["amount"], row["currency"]) == ("虚构人甲", "2951.00", "CNY")
    assert (row["prompt"], row["connection"]) == (desk.prompt, "north")
    assert row["review_on"] == str(notice.review_on)


def test_the_header_is_the_imports(sqlite_gateway: Gateway) -> None:
    assert _export(sqlite_gateway) == HEADER + "\r\n"


def _close(work: Work, notice: Notice) -> None:
    close_case(work, notice.case_id, 1, "paid")


def _end(work: Work, notice: Notice) -> None:
    end_notice(work, notice.id, "over")


@pytest.mark.parametrize("finish", [_close, _end])
def test_what_is_over_stays_away(sqlite_gateway: Gateway, finish: Callable[[Work, Notice], None]) -> None:
    notice = sqlite_gateway.notice()
    with sqlite_gateway.work() as work:
        finish(work, notice)
    assert _rows(_export(sqlite_gateway)) == []


def test_another_courts_rows_stay_away(sqlite_gateway: Gateway) -> None:
    sqlite_gateway.notice(state="draft", who="b_clerk")
    assert _rows(_export(sqlite_gateway)) == []
    assert len(_rows(_export(sqlite_gateway, "b_clerk"))) == 1


def test_who_exports_is_recorded_and_an_auditor_may_not(sqlite_gateway: Gateway) -> None:
    _export(sqlite_gateway)
    assert "exported" in actions(sqlite_gateway, sqlite_gateway.court_a)
    with pytest.raises(NotAllowed):
        _export(sqlite_gateway, "auditor")


def test_no_cell_is_a_formula_and_numbers_keep_their_plus_sign(sqlite_gateway: Gateway) -> None:
    desk = Desk.of(sqlite_gateway)
    desk.stage(desk.row(1, debtor_name="'=HYPERLINK(x)", reasons="'-", attestation_reference="'@x"))
    row = _rows(_export(sqlite_gateway))[0]
    phones = {"public_number", "gateway_number", "deliver_to"}
    assert [name for name, cell in row.items() if cell[:1] in set("=+-@") and name not in phones] == []
    assert row["public_number"] == "+8617100000001"
