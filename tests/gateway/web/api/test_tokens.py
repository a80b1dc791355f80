"""Who is let in: a bearer token of a person who may still work, for what its scopes say."""

import pytest
from sqlalchemy import update

from gateway.models import ApiToken, User
from gateway.services.permissions import SCOPES
from tests.gateway.web.api.harness import Api


@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        (None, 'Bearer realm="court-gateway"'),
        ("", 'Bearer realm="court-gateway", error="invalid_token"'),
        ("Bearer", 'Bearer realm="court-gateway", error="invalid_token"'),
        ("Bearer cng_unknown", 'Bearer realm="court-gateway", error="invalid_token"'),
        ("Basic Y2xlcms6cGFzc3dvcmQ=", 'Bearer realm="court-gateway", error="invalid_token"'),
        ("Bearer \xe9\xff", 'Bearer realm="court-gateway", error="invalid_token"'),
    ],
)
def test_without_a_good_token_nobody_is_let_in(api: Api, header: str | None, challenge: str) -> None:
    headers = {"Authorization": header} if header is not None else {}
    answer = api.get(None, "/cases", headers=headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, challenge)
    assert answer.content_type == "application/problem+json"


def test_the_word_bearer_is_read_in_any_case(api: Api) -> None:
    headers = {"Authorization": f"bEARER {api.token('clerk')}"}
    assert api.get(None, "/cases", headers=headers).status_code == 200


def test_a_disabled_persons_next_request_fails(api_on_both: Api) -> None:
    api = api_on_both
    assert api.get("clerk", "/cases").status_code == 200
    with api.gateway.work("administrator") as work:
        clerk = api.gateway.people["clerk"].user_id
        work.session.execute(update(User).where(User.id == clerk).values(disabled_at=work.now))
    assert api.get("clerk", "/cases").status_code == 401
    assert api.get("judge", "/cases").status_code == 200


def test_a_revoked_tokens_next_request_fails(api: Api) -> None:
    assert api.get("clerk", "/cases").status_code == 200
    with api.gateway.work("administrator") as work:
        work.session.execute(update(ApiToken).values(revoked_at=work.now))
    assert api.get("clerk", "/cases").status_code == 401


def test_a_token_is_good_for_a_year_and_not_an_instant_longer(api: Api) -> None:
    api.token("clerk")
    api.gateway.clock.forward(days=365, microseconds=-1)
    assert api.get("clerk", "/cases").status_code == 200
    api.gateway.clock.forward(microseconds=1)
    assert api.get("clerk", "/cases").status_code == 401


def test_a_role_that_was_taken_away_counts_from_the_next_request(api: Api) -> None:
    assert api.get("judge", "/audit").status_code == 200
    with api.gateway.work("administrator") as work:
        judge = api.gateway.people["judge"].user_id
        work.session.execute(update(User).where(User.id == judge).values(roles="clerk"))
    assert api.get("judge", "/audit").status_code == 403


def test_a_token_is_good_for_its_scopes_only(api: Api) -> None:
    notice = api.gateway.notice()
    api.tokens["clerk"] = api.new_token("clerk", *(SCOPES - {"silence"}))
    answer = api.post("clerk", f"/notices/{notice.id}/suspend", {"reason": "核实"})
    assert (answer.status_code, answer.get_json()["rule"]) == (403, "scope")
    api.tokens["clerk"] = api.new_token("clerk", "silence")
    assert api.post("clerk", f"/notices/{notice.id}/suspend", {"reason": "核实"}).status_code == 200
    assert api.get("clerk", f"/notices/{notice.id}").status_code == 403


def test_the_same_person_with_another_token_is_the_same_person(api: Api) -> None:
    notice = api.gateway.notice()
    assert api.post("judge", f"/notices/{notice.id}/suspend", {"reason": "核实"}).status_code == 200
    api.tokens["judge"] = api.new_token("judge", *SCOPES)
    answer = api.post("judge", f"/notices/{notice.id}/resume", {"reason": "核实"})
    assert (answer.status_code, answer.get_json()["rule"]) == (403, "second-person")


def test_names_and_reasons_are_not_for_auditors(api: Api) -> None:
    case = api.gateway.case()
    shown = api.get("judge", f"/cases/{case.id}").get_json()
    assert shown["debtor"]["name"] == "虚构人甲"
    assert shown["decisions"][0]["signed_by"] == "院长甲"
    shown = api.get("auditor", f"/cases/{case.id}").get_json()
    assert shown["debtor"] | {"identity": None} == {
        "kind": "person",
        "name": None,
        "identity": None,
        "birth_date": None,
        "legal_representative": None,
    }
    assert (shown["decisions"][0]["signed_by"], shown["decisions"][0]["reasons"]) == (None, None)


def test_numbers_are_masked_for_everybody(api: Api) -> None:
    line = api.gateway.line(public_number="+8617100001234", gateway_number="+8617100001234")
    for who in ("clerk", "judge", "auditor", "administrator"):
        answer = api.get(who, f"/lines/{line.id}")
        assert answer.get_json()["public_number"] == "…34"
        assert "1710000" not in answer.get_data(as_text=True)


def test_only_a_clerk_is_shown_the_fallback_address(api: Api) -> None:
    line = api.gateway.line()
    url = api.get("clerk", f"/lines/{line.id}").get_json()["fallback_url"]
    assert url.startswith("https://gw.court.example/webhooks/north/fallback/")
    assert api.get("judge", f"/lines/{line.id}").get_json()["fallback_url"] is None
    assert api.get("auditor", f"/lines/{line.id}").get_json()["fallback_url"] is None


def test_through_the_api_nothing_is_approved_where_the_court_does_not_want_it(api: Api) -> None:
    notice = api.gateway.notice(state="submitted")
    with api.gateway.work("operator") as work:
        from_table = "UPDATE court SET api_approval = false"
        work.session.connection().exec_driver_sql(from_table)
    shown = api.get("judge", f"/notices/{notice.id}").get_json()
    seen = {"version": shown["version"], "recordings": shown["recordings"]}
    answer = api.post("judge", f"/notices/{notice.id}/approve", {"reason": "合法", "seen": seen})
    assert (answer.status_code, answer.get_json()["rule"]) == (403, "api-approval")
