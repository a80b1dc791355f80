"""What is answered when something is wrong: problem details, in the reader's language, and nothing more."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.database import open_engine
from gateway.web.api.door import Desk, Rates
from tests.gateway.web.api.harness import RANDOM_ID, Api, case_body, line_body, rules
from tests.prompts.sounds import speech, wav


@pytest.mark.parametrize(
    "body", [b"not json", b"{", b"", b'{"a": NaN}', b'{"reason": 1, "reason": 2}', b"\xff\xfe", b"[" * 100000]
)
def test_a_body_that_is_not_json_is_400(api: Api, body: bytes) -> None:
    answer = api.ask("clerk", "POST", "/objections", data=body or b" ", content_type="application/json")
    assert (answer.status_code, answer.get_json()["rule"]) == (400, "not-json")


def test_numbers_too_long_for_any_integer_are_refused(api: Api) -> None:
    body = b'{"removal_ground": ' + b"9" * 5000 + b', "reason": "x"}'
    path = f"/cases/{api.gateway.case().id}/close"
    answer = api.ask("clerk", "POST", path, data=body, content_type="application/json")
    assert answer.status_code in {400, 422}
    answer = api.post("clerk", path, {"removal_ground": 10**30, "reason": "x"})
    assert rules(answer) == [("removal_ground", "range")]


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
def test_another_content_type_is_415(api: Api, media_type: str) -> None:
    answer = api.ask("clerk", "POST", "/cases", data=b"{}", content_type=media_type)
    assert (answer.status_code, answer.content_type) == (415, "application/problem+json")


def test_a_body_of_more_than_256_kib_is_413(api: Api) -> None:
    fits = b'{"reason": "' + b"x" * (262144 - 14) + b'"}'
    assert len(fits) == 262144
    for body, status in ((fits, 422), (fits + b" ", 413)):
        answer = api.ask("clerk", "POST", "/objections", data=body, content_type="application/json")
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


@pytest.mark.parametrize("path", ["/nothing", "/cases/", "/cases//close", "", "/cases/%00", "/cases/short"])
def test_what_is_not_there_is_404(api: Api, path: str) -> None:
    answer = api.get("clerk", path)
    assert answer.get_json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing here.",
        "rule": "not-found",
    }


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_another_method_is_405_and_says_which_there_are(api: Api, method: str) -> None:
    answer = api.ask("clerk", method, "/cases")
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize(
    ("accepted", "language", "detail"),
    [
        (None, "en", "There is nothing here."),
        ("en", "en", "There is nothing here."),
        ("zh-CN,zh;q=0.9,en;q=0.5", "zh", "此处没有任何记录。"),
        ("zh", "zh", "此处没有任何记录。"),
        ("fr", "en", "There is nothing here."),
    ],
)
def test_the_reader_chooses_the_language(api: Api, accepted: str | None, language: str, detail: str) -> None:
    headers = {"Accept-Language": accepted} if accepted else {}
    answer = api.get("clerk", f"/cases/{RANDOM_ID}", headers=headers)
    assert (answer.headers["Content-Language"], answer.get_json()["detail"]) == (language, detail)


def test_every_field_that_breaks_a_rule_is_named(api: Api) -> None:
    body = {
        "debtor": {"kind": "person", "nickname": 1},
        "obligation": {"kind": 3},
        "decision": {"made_on": "x"},
    }
    assert rules(api.post("clerk", "/cases", body)) == [
        ("case_number", "required"),
        ("debtor.name", "required"),
        ("debtor.identity_number", "required"),
        ("debtor.nickname", "unknown-field"),
        ("obligation.kind", "type"),
        ("decision.made_on", "date"),
    ]


@pytest.mark.parametrize("kind", ["animal", 5, None])
def test_a_debtor_of_no_kind_is_refused(api: Api, kind: object) -> None:
    body = case_body(api, debtor={"kind": kind})
    assert rules(api.post("clerk", "/cases", body))[0][0] == "debtor.kind"


@pytest.mark.parametrize(
    "day", ["2017-02-30", "2017-1-1", "1700000000", "2017-01-01T00:00:00", "", 20170101, True]
)
def test_a_date_is_a_day_of_the_calendar(api: Api, day: object) -> None:
    body = case_body(api)
    body["decision"]["made_on"] = day
    assert rules(api.post("clerk", "/cases", body)) == [("decision.made_on", "date")]


@pytest.mark.parametrize(
    "amount", ["0", "0.00", "-1", "+1", "1e3", "1_000", "1,000", "１００", "2951.001", ".5", "", "NaN"]
)
def test_an_amount_is_digits_with_at_most_two_decimals(api: Api, amount: str) -> None:
    body = case_body(api, obligation={"kind": "money", "amount": amount, "currency": "CNY"})
    assert rules(api.post("clerk", "/cases", body)) == [("obligation.amount", "amount")]


@pytest.mark.parametrize("currency", ["", "CN", "CNYX", "人民币", "ＣＮＹ", "C1Y"])
def test_a_currency_is_three_letters(api: Api, currency: str) -> None:
    body = case_body(api, obligation={"kind": "money", "amount": "1.00", "currency": currency})
    assert rules(api.post("clerk", "/cases", body)) == [("obligation.currency", "currency")]


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\x7fb", "a\u202eb", "a\u2028b", "a\nb"])
def test_control_characters_are_refused(api: Api, text: str) -> None:
    assert rules(api.post("clerk", "/cases", case_body(api, case_number=text))) == [("case_number", "text")]


def test_the_law_is_quoted_where_it_refuses(api: Api) -> None:
    body = case_body(api)
    body["decision"]["grounds"] = []
    answer = api.post("clerk", "/cases", body, headers={"Accept-Language": "zh"})
    (first, *_) = answer.get_json()["errors"]
    assert first["field"] == "decision.grounds"
    assert first["article"].startswith("法释〔2017〕7号")


def test_a_further_decisions_fields_are_named_as_they_were_sent(api: Api) -> None:
    case = api.gateway.case()
    answer = api.post("clerk", f"/cases/{case.id}/decisions", {"kind": "extension"})
    assert "number" in {name for name, _rule in rules(answer)}
    assert not any(name.startswith("decision.") for name, _rule in rules(answer))


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=",
        "limit=10&limit=20",
        "cursor=%00",
        "cursor=!!!",
        "cursor=" + "A" * 300,
        "state=sleeping",
        "case=short",
        "line=%F0",
        "color=red",
    ],
)
def test_a_query_that_means_nothing_is_refused(api: Api, query: str) -> None:
    for path in ("/cases", "/notices", "/audit"):
        answer = api.get("judge", f"{path}?{query}")
        assert [name for name, _rule in rules(answer)] == [query.partition("=")[0]]


def test_an_upload_that_is_no_sound_is_refused_by_the_rule_that_it_breaks(api: Api) -> None:
    answer = api.ask("clerk", "POST", "/prompts", data=_form(recording=(io.BytesIO(b"#EXTM3U"), "a.wav")))
    assert rules(answer) == [("recording", "audio-unknown-format")]


def test_the_demonstration_is_refused_outside_a_demo_court(api: Api) -> None:
    shipped = Path(__file__).parents[4] / "prompts/masters/demo-notice.en.wav"
    with shipped.open("rb") as file:
        answer = api.ask("clerk", "POST", "/prompts", data=_form(recording=(file, "a.wav")))
    assert rules(answer) == [("recording", "demonstration-only")]


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"recording": "text"}, ("recording", "unknown-field")),
        ({"extra": "1"}, ("extra", "unknown-field")),
        ({"name": "\x00"}, ("name", "text")),
        ({"name": ["a", "b"]}, ("name", "repeated")),
        ({"language": "tlh"}, ("language", "language")),
        ({"transcript": "  "}, ("transcript", "text")),
        ({"transcript": "Zhang San owes 5000 yuan."}, ("transcript", "wording-amount")),
    ],
)
def test_a_form_is_read_strictly(api: Api, changes: dict[str, Any], refused: tuple[str, str]) -> None:
    answer = api.ask("clerk", "POST", "/prompts", data=_form(**changes), content_type="multipart/form-data")
    assert refused in rules(answer)


def test_a_form_without_a_file_is_refused(api: Api) -> None:
    form = _form()
    del form["recording"]
    form["name"] = (io.BytesIO(b"x"), "name.txt")
    answer = api.ask("clerk", "POST", "/prompts", data=form)
    assert answer.status_code == 422
    assert api.ask("clerk", "POST", "/prompts", data=b"nonsense").status_code == 415
    broken = api.ask("clerk", "POST", "/prompts", data=b"x", content_type="multipart/form-data; boundary=b")
    assert broken.status_code == 422


def test_somebody_elses_number_is_refused_without_a_word_about_whose_it_is(api: Api) -> None:
    assert api.post("clerk", "/lines", line_body(api)).status_code == 201
    own = api.post("clerk", "/lines", line_body(api))
    other = api.post("b_clerk", "/lines", line_body(api))
    assert rules(own)[0] == ("public_number", "cannot-be-enrolled")
    assert own.data == other.data


def test_without_a_database_the_answer_is_503(api: Api) -> None:
    url = "postgresql://nobody@127.0.0.1:9/none"
    away = open_engine(url, wait_ms=100, statement_ms=100, pool_size=1)
    api.app.extensions["court-gateway"] = replace(api.gateway.runtime, engine=away)
    answer = api.get("clerk", "/cases", headers={"Authorization": f"Bearer cng_{'x' * 43}"})
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "1"
    away.dispose()


def test_an_error_of_ours_is_500_and_tells_nothing(api: Api) -> None:
    def broken(*_arguments: object) -> Any:
        raise RuntimeError("+8617100001234")

    desk: Desk = api.app.extensions["court-gateway-api"]
    api.app.extensions["court-gateway-api"] = Desk(desk.rates, broken)
    line = api.gateway.line(active=False)
    check = {"set_at_carrier": True, "reference": "工单1"}
    answer = api.post("clerk", f"/lines/{line.id}/check-fallback", check)
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert answer.get_json()["detail"] == "Something went wrong here."


def test_no_more_than_so_many_requests_a_second_but_silencing_always(api: Api) -> None:
    desk: Desk = api.app.extensions["court-gateway-api"]
    api.app.extensions["court-gateway-api"] = Desk(Rates(1), desk.transport)
    notice = api.gateway.notice()
    statuses = [api.get("clerk", "/cases").status_code for _ in range(5)]
    assert statuses[0] == 200
    assert 429 in statuses
    limited = next(
        each for each in (api.get("clerk", "/cases") for _ in range(100)) if each.status_code == 429
    )
    assert (limited.headers["Retry-After"], limited.content_type) == ("1", "application/problem+json")
    assert api.get("judge", "/cases").status_code == 200
    for _ in range(20):
        assert api.post("clerk", f"/notices/{notice.id}/suspend", {"reason": "核实"}).status_code == 200


def _form(**changes: Any) -> dict[str, Any]:
    form = {
        "name": "notice",
        "language": "en",
        "transcript": "The court informs you by order. Your call is being connected; press any key to skip.",
        "recording": (io.BytesIO(wav(speech(3.0))), "notice.wav"),
    }
    return form | changes
