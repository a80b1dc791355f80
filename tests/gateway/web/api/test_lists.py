"""Lists: newest first, a page at a time, by the state that a person is shown."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.models import ImportBatch, Notice
from gateway.services.list_notices import STATES
from gateway.services.notice_life import state_at
from tests.gateway.web.api.harness import Api, rules


def _ids(api: Api, path: str) -> list[str]:
    return [each["id"] for each in api.get("clerk", path).get_json()["items"]]


def test_a_list_is_read_to_its_end_page_by_page(api_on_both: Api) -> None:
    api = api_on_both
    made = []
    for _ in range(5):
        api.gateway.clock.forward(seconds=1)
        made.append(api.gateway.case().id)
    first = api.get("clerk", "/cases?limit=2").get_json()
    second = api.get("clerk", f"/cases?limit=2&cursor={first['next']}").get_json()
    third = api.get("clerk", f"/cases?limit=2&cursor={second['next']}").get_json()
    pages = [[each["id"] for each in page["items"]] for page in (first, second, third)]
    assert pages == [[made[4], made[3]], [made[2], made[1]], [made[0]]]
    assert third["next"] is None


def test_a_page_that_is_just_full_is_the_last(api: Api) -> None:
    for _ in range(2):
        api.gateway.case()
    assert api.get("clerk", "/cases?limit=2").get_json()["next"] is None
    assert api.get("clerk", "/cases?limit=1").get_json()["next"] is not None


def test_the_audit_chain_is_read_backwards_without_a_gap(api_on_both: Api) -> None:
    api = api_on_both
    api.gateway.notice()
    sequences: list[int] = []
    cursor = ""
    while True:
        page = api.get("auditor", f"/audit?limit=3{cursor}").get_json()
        sequences += [each["sequence"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sequences == list(range(len(sequences), 0, -1))
    assert len(sequences) > 10


def test_a_cursor_of_another_list_is_refused_or_harmless(api: Api) -> None:
    for _ in range(2):
        api.gateway.case()
    cursor = api.get("clerk", "/cases?limit=1").get_json()["next"]
    assert rules(api.get("judge", f"/audit?cursor={cursor}")) == [("cursor", "cursor")]


def test_lists_are_narrowed_by_state_case_and_line(api_on_both: Api) -> None:
    api = api_on_both
    one = api.gateway.notice()
    other = api.gateway.notice(state="draft")
    assert _ids(api, "/notices?state=in_force") == [one.id]
    assert _ids(api, "/notices?state=draft") == [other.id]
    assert _ids(api, f"/notices?case={one.case_id}") == [one.id]
    assert _ids(api, f"/notices?line={other.line_id}") == [other.id]
    assert _ids(api, f"/notices?case={one.case_id}&line={other.line_id}") == []
    assert _ids(api, f"/cases?line={one.line_id}") == [one.case_id]
    assert _ids(api, f"/lines?case={one.case_id}") == [one.line_id]
    assert _ids(api, f"/prompts?case={one.case_id}") == [one.recording_id]
    assert _ids(api, "/cases?state=closed") == []
    assert set(_ids(api, "/lines?state=active")) == {one.line_id, other.line_id}


def test_a_notice_is_listed_under_the_state_that_it_shows(api_on_both: Api) -> None:
    api = api_on_both
    with api.gateway.work() as work:
        tomorrow = work.today() + timedelta(days=1)
    rows = {api.gateway.notice(state=state).id: state for state in ("draft", "submitted")}
    rows[api.gateway.notice().id] = "in_force"
    rows[api.gateway.notice(starts_on=tomorrow).id] = "approved"
    ends = api.gateway.notice(ends_on=tomorrow)
    with api.gateway.read() as session:
        times = {each: session.get_one(Notice, each) for each in (*rows, ends.id)}
        boundaries = [ends.ends_at] + [each.starts_at for each in times.values() if each.starts_at]
        session.expunge_all()
    for boundary in sorted(boundaries):
        for moment in (boundary - timedelta(microseconds=1), boundary, boundary + timedelta(microseconds=1)):
            api.gateway.clock.at = moment
            with api.gateway.work() as work:
                found = {
                    row_id: state
                    for state, holds in STATES.items()
                    for row_id in work.session.scalars(select(Notice.id).where(holds(moment)))
                }
            assert found == {each.id: state_at(each, moment) for each in times.values()}


@pytest.mark.parametrize("state", ["writing", "failed"])
def test_rows_of_an_unpublished_import_are_visible_to_nobody(api: Api, state: str) -> None:
    notice = api.gateway.notice(state="submitted")
    ids = {"cases": notice.case_id, "lines": notice.line_id, "notices": notice.id}
    for kind, row_id in ids.items():
        assert _ids(api, f"/{kind}") == [row_id]
    with api.gateway.work() as work:
        batch = ImportBatch(
            id=work.new_id(),
            court_id=work.actor.court,
            kind="enrolment",
            sha256="0" * 64,
            rows=1,
            state=state,
            submitted_by=work.actor.user_id,
            created_at=work.now,
        )
        work.session.add(batch)
        work.session.flush()
        for table in ("enforcement_case", "line", "notice"):
            work.session.connection().exec_driver_sql(f"UPDATE {table} SET import_id = '{batch.id}'")
    for kind, row_id in ids.items():
        assert _ids(api, f"/{kind}") == []
        assert api.get("clerk", f"/{kind}/{row_id}").status_code == 404
    assert api.get("clerk", f"/imports/{batch.id}").status_code == 404
    counts = api.get("clerk", "/statistics").get_json()
    assert (counts["cases"], counts["lines"], counts["notices"]["submitted"]) == ({}, {}, 0)


def test_the_statistics_are_those_of_the_readers_own_court(api: Api) -> None:
    api.gateway.notice()
    api.gateway.case()
    own = api.get("clerk", "/statistics").get_json()
    assert (own["cases"], own["lines"], own["notices"]["in_force"]) == ({"open": 2}, {"active": 1}, 1)
    other = api.get("b_clerk", "/statistics").get_json()
    assert (other["cases"], other["lines"], other["notices"]["in_force"]) == ({}, {}, 0)
    assert own["median_days_to_decide_objections"] is None


def test_the_median_counts_from_the_objection_to_its_decision(api: Api) -> None:
    for days in (1, 2, 9):
        notice = api.gateway.notice()
        body = {"notice": notice.id, "kind": "wrong_number", "reason": "不是本人"}
        objection = api.post("clerk", "/objections", body).get_json()["id"]
        api.gateway.clock.forward(days=days)
        api.post("judge", f"/objections/{objection}/reject", {"reason": "核实"})
    assert api.get("clerk", "/statistics").get_json()["median_days_to_decide_objections"] == 2.0
