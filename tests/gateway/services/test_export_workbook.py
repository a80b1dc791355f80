"""Workbooks that the gateway writes go in again unchanged, and hold nothing but texts."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from gateway.services.export_workbook import export_workbook, template_workbook
from gateway.services.import_columns import FILE_KINDS
from gateway.services.refusals import NotAllowed
from tests.factories import Gateway, open_gateway
from tests.gateway.import_files import HEADER, Desk, left, transactions
from tests.gateway.uploads import Counter


@pytest.fixture
def desk(sqlite_gateway: Gateway) -> Desk:
    return Desk.of(sqlite_gateway)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Desk:
    """Another platform: courts without cases, but with a prompt of the same name."""
    return Desk.of(open_gateway(f"sqlite:///{tmp_path / 'elsewhere.db'}", tmp_path / "elsewhere"))


def _cells(sheet: Any) -> list[tuple[Any, str, str]]:
    return [(cell.value, cell.data_type, cell.number_format) for row in sheet for cell in row if cell.value]


def test_an_exported_workbook_is_imported_unchanged(desk: Desk, elsewhere: Desk) -> None:
    rows = desk.rows(12)
    rows[3] |= {"debtor_name": "'=虚构", "reasons": '称"无力履行",不实', "publication_ref": "'@x"}
    desk.stage(*rows)
    with export_workbook(transactions(desk.gateway)) as file:
        exported = file.read()
    counter = Counter(elsewhere.gateway)
    job = counter.checked(exported, 12, name="export.xlsx")
    assert (job.state, job.errors) == ("checked", 0)
    counter.confirm(job)
    assert left(elsewhere.gateway)["notice"] == 12
    with export_workbook(transactions(elsewhere.gateway)) as again:
        assert _cells(load_workbook(again).worksheets[0]) == _cells(_first_sheet(exported))


def _first_sheet(workbook: bytes) -> Any:
    return load_workbook(BytesIO(workbook)).worksheets[0]


def test_no_cell_is_a_number_or_a_formula(desk: Desk) -> None:
    desk.stage(desk.row(1, debtor_name="'=HYPERLINK(1)", reasons="'+1"))
    with export_workbook(transactions(desk.gateway)) as file:
        cells = _cells(load_workbook(file).worksheets[0])
    assert {(kind, form) for _, kind, form in cells} == {("s", "@")}
    assert "+8617100000001" in [value for value, _, _ in cells]
    assert "'=HYPERLINK(1)" in [value for value, _, _ in cells]


def test_an_auditor_exports_nothing(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        export_workbook(transactions(desk.gateway, "auditor"))


@pytest.mark.parametrize("kind", ["enrolment", "closures"])
def test_a_template_has_the_heading_and_explains_every_column_in_two_languages(kind: str) -> None:
    with template_workbook(kind) as file:
        book = load_workbook(file)
    heading = [cell.value for cell in book.worksheets[0][1]]
    assert heading == list(FILE_KINDS[kind].layout.columns)
    explained = [[cell.value for cell in row] for row in book.worksheets[1]]
    assert [row[0] for row in explained[1:]] == heading
    assert all(row[1] and row[2] for row in explained)


def test_the_templates_columns_are_the_contracts() -> None:
    assert ",".join(column.name for column in FILE_KINDS["enrolment"].columns) == HEADER


def test_a_filled_in_template_is_imported(desk: Desk) -> None:
    with template_workbook("enrolment") as file:
        book = load_workbook(file)
    book.worksheets[0].append(list(desk.row(1).values()))
    out = BytesIO()
    book.save(out)
    job = Counter(desk.gateway).checked(out.getvalue(), 1, name="template.xlsx")
    assert (job.state, job.rows) == ("checked", 1)
