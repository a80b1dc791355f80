"""Sending a request again: one effect and one answer, however often, at once or after a failure."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from gateway.models import EnforcementCase, IdempotencyRecord
from tests.gateway.web.api.harness import RANDOM_ID, Api, case_body, rules

KEY = {"Idempotency-Key": "3b0f-first"}


def _cases(api: Api) -> int:
    with api.gateway.read() as session:
        return session.scalars(select(func.count(EnforcementCase.id))).one()


def test_the_same_request_again_has_one_effect_and_the_same_answer(api_on_both: Api) -> None:
    api = api_on_both
    first = api.post("clerk", "/cases", case_body(api), headers=KEY)
    again = api.post("clerk", "/cases", case_body(api), headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    for name in ("Location", "ETag", "Content-Type"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert _cases(api) == 1


def test_members_in_another_order_are_the_same_request(api: Api) -> None:
    first = api.post("clerk", "/cases", case_body(api), headers=KEY)
    turned = dict(reversed(case_body(api).items()))
    assert api.post("clerk", "/cases", turned, headers=KEY).data == first.data


def test_the_key_cannot_be_used_for_another_request(api: Api) -> None:
    case = api.gateway.case()
    assert api.post("clerk", "/cases", case_body(api), headers=KEY).status_code == 201
    other = api.post("clerk", "/cases", case_body(api, last=77), headers=KEY)
    assert rules(other) == [("Idempotency-Key", "idempotency-key-reused")]
    close = {"removal_ground": 1, "reason": "已履行"}
    elsewhere = api.post("clerk", f"/cases/{case.id}/close", close, headers=KEY)
    assert rules(elsewhere) == [("Idempotency-Key", "idempotency-key-reused")]
    assert _cases(api) == 2


def test_a_key_belongs_to_one_person(api: Api) -> None:
    assert api.post("clerk", "/cases", case_body(api), headers=KEY).status_code == 201
    other = api.post("b_clerk", "/cases", case_body(api), headers=KEY)
    assert other.status_code == 201
    assert "Idempotency-Replayed" not in other.headers


def test_a_refused_request_may_be_sent_again_with_its_key(api: Api) -> None:
    assert api.post("clerk", "/cases", {}, headers=KEY).status_code == 422
    unlawful = case_body(api)
    unlawful["decision"]["grounds"] = []
    assert api.post("clerk", "/cases", unlawful, headers=KEY).status_code == 422
    assert api.post("clerk", "/cases", case_body(api), headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "ü", "x" * 256])
def test_a_key_is_a_word_of_visible_ascii(api: Api, key: str) -> None:
    answer = api.post("clerk", "/cases", case_body(api), headers={"Idempotency-Key": key})
    assert rules(answer) == [("Idempotency-Key", "idempotency-key")]


def test_the_longest_key_is_taken(api: Api) -> None:
    headers = {"Idempotency-Key": "x" * 255}
    assert api.post("clerk", "/cases", case_body(api), headers=headers).status_code == 201


def test_what_is_kept_of_an_answer_is_sealed(api: Api) -> None:
    api.post("clerk", "/cases", case_body(api), headers=KEY)
    with api.gateway.read() as session:
        row = session.scalars(select(IdempotencyRecord)).one()
    assert (row.state, row.status) == ("answered", 201)
    assert "虚构人甲".encode() not in (row.body_sealed or b"")


def test_twenty_at_once_have_one_effect(api_on_both: Api) -> None:
    api = api_on_both
    body = case_body(api)
    api.token("clerk")

    def send(_number: int) -> TestResponse:
        return api.post("clerk", "/cases", body, headers=KEY)

    answers = _answered(send)
    assert [each.status_code for each in answers] == [201] * 20
    assert len({each.data for each in answers}) == 1
    assert _cases(api) == 1


def test_twenty_at_once_without_a_key_enrol_one_case(api_on_both: Api) -> None:
    api = api_on_both
    body = case_body(api)
    api.token("clerk")

    def send(_number: int) -> TestResponse:
        return api.post("clerk", "/cases", body)

    statuses = sorted(each.status_code for each in _answered(send))
    assert statuses == [201] + [422] * 19
    assert _cases(api) == 1


def _answered(send: Any) -> list[TestResponse]:
    """Twenty at once; whoever found no place (503) comes again, as its Retry-After says."""
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(send, range(20)))
    return [each if each.status_code != 503 else send(0) for each in answers]


def test_a_change_names_the_version_that_was_seen(api: Api) -> None:
    line = api.gateway.line()
    path, body = f"/lines/{line.id}", {"deliver_to": "+8617100009998"}

    def change(**headers: str) -> TestResponse:
        return api.ask("clerk", "PATCH", path, json=body, headers=headers)

    absent = change()
    assert (absent.status_code, absent.get_json()["rule"]) == (428, "if-match-required")
    for stale in ('"1"', "1", 'W/"2"', '"2', "x", '"x"', '"99999999999999999999"'):
        answer = change(**{"If-Match": stale})
        assert (answer.status_code, answer.get_json()["rule"]) == (412, "stale-version")
    seen = api.get("clerk", path).headers["ETag"]
    assert seen == '"2"'
    changed = change(**{"If-Match": seen})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"3"')
    assert change(**{"If-Match": "3"}).status_code == 200, "a version without quotes can mean nothing else"
    assert change(**{"If-Match": "*"}).status_code == 200


def test_a_version_is_honoured_where_it_is_named_and_never_needed_to_silence(api: Api) -> None:
    notice = api.gateway.notice()
    path, body = f"/notices/{notice.id}/suspend", {"reason": "核实"}
    version = api.get("clerk", f"/notices/{notice.id}").get_json()["version"]
    stale = api.post("clerk", path, body, headers={"If-Match": f'"{version - 1}"'})
    assert stale.status_code == 412
    assert api.post("clerk", path, body).status_code == 200


def test_another_courts_row_is_not_found_whatever_the_version(api: Api) -> None:
    line = api.gateway.line(who="b_clerk")
    answers = [
        api.ask(
            "clerk",
            "PATCH",
            f"/lines/{each}",
            json={"deliver_to": "+8617100009998"},
            headers={"If-Match": '"9"'},
        )
        for each in (line.id, RANDOM_ID)
    ]
    assert [each.status_code for each in answers] == [404, 404]
    assert answers[0].data == answers[1].data
