"""Imports over the API: a whole file or nothing, approved as one by a second person."""

import csv
import hashlib
import io
from datetime import timedelta
from typing import Any

from werkzeug.test import TestResponse

from gateway.models import Prompt
from gateway.services.read_import import COLUMNS
from tests.gateway.web.api.harness import RANDOM_ID, Api

EVIDENCE = {"art3_evidence": "已查询，无第三条所列情形"}


def _file(api: Api, rows: int = 2, **changes: str) -> bytes:
    recording = api.gateway.recording()
    with api.gateway.work() as work:
        prompt, today = work.session.get_one(Prompt, recording.prompt_id).name, work.today()
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS)
    table.writeheader()
    for row in range(rows):
        table.writerow(
            dict.fromkeys(COLUMNS, "")
            | {
                "case_number": f"(2026)川1302执{row}号",
                "debtor_kind": "person",
                "debtor_name": "虚构人甲",
                "identity_number": f"51130219800101{row:04d}",
                "birth_date": "1980-01-01",
                "amount": "2951.00",
                "currency": "CNY",
                "decision_number": f"(2026)川1302执{row}号之一",
                "grounds": "1",
                "reasons": "能够履行而拒不履行",
                "signed_by": "院长甲",
                "made_on": str(today - timedelta(days=80)),
                "served_on": str(today - timedelta(days=78)),
                "service_method": "direct",
                "warned_on": str(today - timedelta(days=110)),
                "public_number": f"+861710000{3000 + row}",
                "gateway_number": f"+861710000{3000 + row}",
                "deliver_to": f"+861710000{8000 + row}",
                "connection": "north",
                "attestation_source": "carrier-letter",
                "attestation_reference": "letter",
                "attested_on": str(today),
                "prompt": prompt,
                "review_on": str(today + timedelta(days=90)),
            }
            | changes
        )
    return out.getvalue().encode()


def _import(api: Api, file: bytes, who: str = "clerk", **more: Any) -> TestResponse:
    return api.ask(who, "POST", "/imports", data=file, content_type="text/csv", query_string=EVIDENCE, **more)


def test_a_file_is_imported_whole_and_approved_by_a_judge(api_on_both: Api) -> None:
    api = api_on_both
    file = _file(api)
    answer = _import(api, file)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    batch = answer.get_json()
    assert answer.headers["Location"] == f"/api/v1/imports/{batch['id']}"
    assert (batch["state"], batch["rows"]) == ("submitted", 2)
    assert batch["sha256"] == hashlib.sha256(file).hexdigest()
    assert len(api.get("judge", "/notices?state=submitted").get_json()["items"]) == 2
    seen = {"rows": 2, "sha256": batch["sha256"]}
    approved = api.post("judge", f"/imports/{batch['id']}/approve", seen)
    assert (approved.status_code, approved.get_json()["state"]) == (200, "approved")
    assert len(api.get("judge", "/notices?state=in_force").get_json()["items"]) == 2


def test_the_same_file_again_with_its_key_is_one_import(api: Api) -> None:
    file, key = _file(api), {"Idempotency-Key": "file-1"}
    first, again = _import(api, file, headers=key), _import(api, file, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert len(api.get("clerk", "/cases").get_json()["items"]) == 2


def test_a_form_may_bring_the_file(api: Api) -> None:
    form = EVIDENCE | {"rows": "2", "file": (io.BytesIO(_file(api)), "rows.csv")}
    assert api.ask("clerk", "POST", "/imports", data=form).status_code == 201


def test_one_bad_row_and_nothing_is_there(api: Api) -> None:
    answer = _import(api, _file(api, made_on="2017-02-30"))
    assert answer.status_code == 422
    assert {each["field"] for each in answer.get_json()["errors"]} >= {"2:made_on", "3:made_on"}
    assert api.get("clerk", "/cases").get_json()["items"] == []


def test_an_import_that_was_not_seen_is_not_approved(api: Api) -> None:
    batch = _import(api, _file(api)).get_json()
    path = f"/imports/{batch['id']}/approve"
    answer = api.post("judge", path, {"rows": 3, "sha256": batch["sha256"]})
    assert answer.status_code == 409
    assert answer.get_json()["difference"] == [{"field": "rows", "seen": "3", "now": "2"}]
    right = {"rows": 2, "sha256": batch["sha256"]}
    assert api.post("judge", path, right, headers={"If-Match": '"9"'}).status_code == 412
    assert (
        api.post("b_judge", path, right).data
        == api.post("judge", f"/imports/{RANDOM_ID}/approve", right).data
    )
