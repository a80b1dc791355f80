"""Every route, every role: what a role may not do is 403, what is another court's is not there."""

from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.services.record_objection import NewObjection, record_objection
from gateway.web.api.openapi import document
from gateway.web.api.routes import Kind, Route, Sends
from gateway.web.api.table import ROUTES
from tests.gateway.web.api.harness import RANDOM_ID, Api, case_body, line_body

MAY = {
    "read": "clerk judge auditor administrator",
    "read_audit": "judge auditor administrator",
    "enrol": "clerk",
    "submit": "clerk",
    "attest": "clerk",
    "release": "clerk",
    "approve": "judge",
    "reject": "judge",
    "resume": "judge",
    "review": "judge",
    "decide_objection": "judge",
    "silence": "clerk judge administrator",
    "object": "clerk judge administrator",
    "disable_court": "administrator operator",
    "enable_court": "operator",
}
"""Who may do what, written down a second time by hand."""
EVERYBODY = ("clerk", "judge", "auditor", "administrator", "operator")
ROUTES_WITH_ID = tuple(route for route in ROUTES if route.has_id)
LISTS = tuple(route for route in ROUTES if route.kind is Kind.LIST)


@dataclass(frozen=True)
class Rows:
    """One row of each kind in a court."""

    ids: dict[str, str]


def _rows(api: Api, who: str) -> Rows:
    gateway = api.gateway
    notice = gateway.notice(who=who)
    with gateway.work(who) as work:
        objection = record_objection(work, NewObjection("wrong_number", "不是本人", notice=notice.id))
    court = gateway.court_a if who == "clerk" else gateway.court_b
    entry = api.get(who.replace("clerk", "judge"), "/audit?limit=1").get_json()["items"][0]["id"]
    return Rows(
        {
            "cases": notice.case_id,
            "lines": notice.line_id,
            "prompts": notice.recording_id,
            "notices": notice.id,
            "objections": objection.id,
            "courts": court,
            "calls": RANDOM_ID,
            "imports": RANDOM_ID,
            "audit": entry,
        }
    )


def _bodies(api: Api) -> dict[str, Any]:
    reason = {"reason": "核实"}
    return {
        "post_cases": case_body(api),
        "post_lines": line_body(api),
        "post_notices": {"case": RANDOM_ID, "line": RANDOM_ID, "prompts": [RANDOM_ID]},
        "post_objections": {"line": RANDOM_ID, "kind": "removal", "reason": "已履行"},
        "post_cases_one_decisions": {"kind": "early_deletion"},
        "post_cases_one_close": {"removal_ground": 1, "reason": "已履行"},
        "patch_lines_one": {"deliver_to": "+8617100009999"},
        "post_lines_one_check_fallback": {"set_at_carrier": True, "reference": "工单"},
        "post_lines_one_attest": {"attestation": line_body(api)["attestation"]},
        "post_lines_one_release": {"reference": "拆机函"},
        "post_notices_one_approve": reason | {"seen": {"version": 1, "recordings": ["0" * 64]}},
        "post_notices_one_review": reason | {"review_on": "2030-01-01"},
        "post_imports_one_approve": {"rows": 1, "sha256": "0" * 64},
        "": reason,
    }


def _send(api: Api, who: str | None, route: Route, row_id: str) -> TestResponse:
    path = route.path.replace("<id>", row_id)
    if route.method == "GET":
        return api.get(who, path)
    if route.sends is not Sends.JSON:
        return api.ask(who, "POST", path, data=b"", content_type=route.sends.value)
    bodies = _bodies(api)
    body = bodies.get(route.name, bodies[""])
    if route.name == "post_prompts_one_approve" or route.name == "post_lines_one_approve":
        body = {}
    return api.ask(
        who, route.method, path, json=body, headers={"If-Match": '"1"'} if route.method == "PATCH" else {}
    )


def test_no_route_answers_without_a_token(api: Api) -> None:
    for route in ROUTES:
        answer = _send(api, None, route, RANDOM_ID)
        assert (answer.status_code, answer.content_type) == (401, "application/problem+json"), route.name


def test_every_role_is_let_in_or_refused_as_the_page_of_permissions_says(api: Api) -> None:
    wrong = []
    for route in ROUTES:
        allowed = MAY[route.action.value].split()
        for who in EVERYBODY:
            answer = _send(api, who, route, RANDOM_ID)
            refused = answer.status_code == 403 and answer.get_json()["rule"] == "role"
            if refused is (who in allowed) or answer.status_code >= 500:
                wrong.append((route.name, who, answer.status_code))
    assert wrong == []


def test_another_courts_row_is_answered_byte_for_byte_as_none(api: Api) -> None:
    ids, told_apart = _rows(api, "b_clerk").ids, []
    for route in ROUTES_WITH_ID:
        theirs = ids[route.path.split("/")[1]]
        if theirs == RANDOM_ID:
            theirs = "1" * 26
        for who in MAY[route.action.value].split():
            if who == "operator":
                continue
            random, other = _send(api, who, route, RANDOM_ID), _send(api, who, route, theirs)
            if random.status_code != 404 or _whole(random) != _whole(other):
                told_apart.append((route.name, who, random.status_code, other.status_code))
    assert told_apart == []


def _whole(answer: TestResponse) -> tuple[int, bytes, list[tuple[str, str]]]:
    return answer.status_code, answer.data, sorted(answer.headers.items())


def test_what_was_sent_to_another_courts_rows_changed_nothing(api: Api) -> None:
    ids = _rows(api, "b_clerk").ids
    before = {
        kind: api.get("b_judge", f"/{kind}/{ids[kind]}").data
        for kind in ("cases", "lines", "prompts", "notices")
    }
    for route in ROUTES_WITH_ID:
        for who in EVERYBODY[:4]:
            _send(api, who, route, ids[route.path.split("/")[1]])
    after = {kind: api.get("b_judge", f"/{kind}/{ids[kind]}").data for kind in before}
    assert after == before


@pytest.mark.parametrize(
    "route", [each for each in ROUTES if each.kind is Kind.LIST], ids=lambda each: each.name
)
def test_a_list_holds_the_readers_own_courts_rows_only(api_on_both: Api, route: Route) -> None:
    api = api_on_both
    own, theirs = _rows(api, "clerk").ids, _rows(api, "b_clerk").ids
    kind = route.path.strip("/")
    listed = [each["id"] for each in api.get("judge", f"{route.path}?limit=200").get_json()["items"]]
    assert (own[kind] in listed) is (kind != "calls")
    assert theirs[kind] not in listed
    for name in ("case", "line"):
        answers = [
            api.get("judge", f"{route.path}?{name}={each}").get_json()
            for each in (theirs[name + "s"], RANDOM_ID)
        ]
        assert answers == [{"items": [], "next": None}] * 2
        mine = api.get("judge", f"{route.path}?{name}={own[name + 's']}").get_json()["items"]
        assert bool(mine) is (kind != "calls")


def test_another_courts_rows_cannot_be_named_in_a_body(api: Api) -> None:
    own, theirs = _rows(api, "clerk").ids, _rows(api, "b_clerk").ids
    for strange in (theirs, dict.fromkeys(theirs, RANDOM_ID)):
        new = {"case": strange["cases"], "line": strange["lines"], "prompts": [strange["prompts"]]}
        answer = api.post("clerk", "/notices", new | {"review_on": "2030-01-01"})
        assert [(each["field"], each["rule"]) for each in answer.get_json()["errors"]] == [
            ("case", "unknown"),
            ("line", "unknown"),
            ("prompts", "unknown"),
        ]
        objection = {"notice": strange["notices"], "kind": "removal", "reason": "已履行"}
        assert api.post("clerk", "/objections", objection).status_code == 404
    assert own["cases"] != theirs["cases"]


def test_every_route_is_in_the_document_with_its_roles(api: Api) -> None:
    told = api.get(None, "/openapi.json").get_json()
    assert told["openapi"] == "3.1.0"
    operations = {
        (method.upper(), path.removeprefix("/api/v1").replace("{id}", "<id>")): operation
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    }
    assert set(operations) == {(route.method, route.path) for route in ROUTES}
    registered = {
        (method, rule.rule.removeprefix("/api/v1"))
        for rule in api.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert registered - {("GET", "/openapi.json")} == set(operations)
    for route in ROUTES:
        roles = operations[route.method, route.path]["description"]
        assert all(who in roles for who in MAY[route.action.value].split())


def test_every_reference_of_the_document_leads_somewhere() -> None:
    schemas = document()["components"]["schemas"]

    def references(node: Any) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if "$ref" in node and isinstance(node["$ref"], str) else set()
            return own.union(*(references(each) for each in node.values()))
        return set().union(*(references(each) for each in node)) if isinstance(node, list) else set()

    named = {each.removeprefix("#/components/schemas/") for each in references(document())}
    assert named <= set(schemas)
    assert "Listed_NoticeShown_" in named
