"""From an empty court to a notice in force and back to silence, by nothing but the API and the carrier."""

import io
from datetime import timedelta
from typing import Any

from gateway.carrier_box import CallHeard, CarrierBox
from tests.factories import ACCOUNT, BASE, SECRET, number
from tests.gateway.web.api.harness import Api, case_body, line_body, nobody_answers, rules
from tests.prompts.sounds import speech, wav

WORDS = "本院依法通知：您拨打的号码的机主被纳入失信被执行人名单。您的电话即将接通，按任意键可跳过。"


def _created(api: Api, path: str, body: Any) -> dict[str, Any]:
    answer = api.post("clerk", path, body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    shown: dict[str, Any] = answer.get_json()
    assert answer.headers["Location"] == f"/api/v1{path}/{shown['id']}"
    return shown


def _done(api: Api, who: str, path: str, body: Any) -> dict[str, Any]:
    answer = api.post(who, path, body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    shown: dict[str, Any] = answer.get_json()
    return shown


def _uploaded(api: Api, words: str = WORDS) -> dict[str, Any]:
    form = {
        "name": "通知",
        "language": "zh-CN",
        "transcript": words,
        "recording": (io.BytesIO(wav(speech(3.0))), "notice.wav"),
    }
    answer = api.ask("clerk", "POST", "/prompts", data=form)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    shown: dict[str, Any] = answer.get_json()
    return shown


def _approved_prompt(api: Api) -> dict[str, Any]:
    prompt = _uploaded(api)
    assert (prompt["state"], prompt["number"]) == ("draft", 1)
    heard = api.get("judge", f"/prompts/{prompt['id']}/recording")
    assert (heard.status_code, heard.content_type, heard.data[:4]) == (200, "audio/wav", b"RIFF")
    _done(api, "clerk", f"/prompts/{prompt['id']}/submit", {})
    approval = {"reason": "已听", "sha256": prompt["sha256"]}
    return _done(api, "judge", f"/prompts/{prompt['id']}/approve", approval)


def _active_line(api: Api) -> dict[str, Any]:
    line = _created(api, "/lines", line_body(api))
    check = {"set_at_carrier": True, "reference": "工单1"}
    return _done(api, "clerk", f"/lines/{line['id']}/check-fallback", check)


def _in_force(api: Api) -> dict[str, Any]:
    case = _created(api, "/cases", case_body(api))
    line, prompt = _active_line(api), _approved_prompt(api)
    with api.gateway.work("clerk") as work:
        review_on = str(work.today() + timedelta(days=90))
    new = {"case": case["id"], "line": line["id"], "prompts": [prompt["id"]], "review_on": review_on}
    notice = _created(api, "/notices", new)
    assert _done(api, "clerk", f"/notices/{notice['id']}/submit", {})["state"] == "submitted"
    shown = api.get("judge", f"/notices/{notice['id']}").get_json()
    seen = {"version": shown["version"], "recordings": shown["recordings"]}
    return _done(api, "judge", f"/notices/{notice['id']}/approve", {"reason": "合法", "seen": seen})


def _call(api: Api, caller: int) -> CallHeard:
    api.gateway.refresh_map()
    api.gateway.clock.forward(seconds=1)
    box = CarrierBox("twilio", ACCOUNT, SECRET, BASE, "north", api.over_the_application)
    return box.place_call(number(3000), number(caller))


def test_a_notice_is_enrolled_approved_heard_and_silenced_over_the_api(api_on_both: Api) -> None:
    api = api_on_both
    notice = _in_force(api)
    assert notice["state"] == "in_force"

    call = _call(api, 1)
    assert [each.sha256 for each in call.heard] == notice["recordings"]
    assert (call.status, call.connected, call.reached) == (200, True, number(8000))

    closed = _done(api, "clerk", f"/cases/{notice['case']}/close", {"removal_ground": 1, "reason": "已履行"})
    assert (closed["state"], closed["closing_ground"]) == ("closed", 1)
    call = _call(api, 2)
    assert (call.heard, call.connected, call.reached) == ((), True, number(8000))

    silent, played = api.get("clerk", "/calls").get_json()["items"]
    assert (silent["decision"], silent["why"], silent["outcome"]) == ("silent", "closed", "connected")
    assert (played["decision"], played["why"], played["outcome"]) == ("played", "playing", "connected")
    assert (played["notice"], played["line"]) == (notice["id"], notice["line"])
    assert played["heard_seconds"] is None or played["heard_seconds"] > 0
    counts = api.get("auditor", "/statistics").get_json()
    assert counts["calls_by_decision"] == {"played": 1, "silent": 1}
    assert (counts["cases"], counts["notices"]["ended"]) == ({"closed": 1}, 1)


def test_closing_twice_is_the_same_answer_again(api: Api) -> None:
    notice = _in_force(api)
    body = {"removal_ground": 1, "reason": "已履行"}
    first = _done(api, "clerk", f"/cases/{notice['case']}/close", body)
    assert _done(api, "clerk", f"/cases/{notice['case']}/close", body) == first


def test_a_person_who_objects_is_silenced_until_a_judge_resumes(api: Api) -> None:
    notice = _in_force(api)
    body = {"notice": notice["id"], "kind": "wrong_number", "reason": "不是本人"}
    objection = _created(api, "/objections", body)
    assert objection["suspended"] is True
    assert objection["decide_by"] is not None
    assert _call(api, 1).heard == ()
    rejected = _done(api, "judge", f"/objections/{objection['id']}/reject", {"reason": "经核实为本人"})
    assert rejected["state"] == "rejected"
    assert _call(api, 2).heard == ()
    resumed = _done(api, "judge2", f"/notices/{notice['id']}/resume", {"reason": "经核实"})
    assert resumed["state"] == "in_force"
    assert len(_call(api, 3).heard) == 1


def test_an_upheld_objection_ends_the_notice(api: Api) -> None:
    notice = _in_force(api)
    body = {"line": notice["line"], "kind": "removal", "reason": "已履行"}
    objection = _created(api, "/objections", body)
    _done(api, "clerk", f"/objections/{objection['id']}/uphold", {"reason": "属实"})
    assert api.get("clerk", f"/notices/{notice['id']}").get_json()["state"] == "ended"


def test_nothing_is_approved_that_was_not_seen(api: Api) -> None:
    notice = _in_force(api)
    _done(api, "clerk", f"/notices/{notice['id']}/end", {"reason": "重办"})
    new = {key: notice[key] for key in ("case", "line", "prompts", "review_on")}
    again = _created(api, "/notices", new)
    _done(api, "clerk", f"/notices/{again['id']}/submit", {"reason": "请批"})
    seen = {"version": 1, "recordings": ["0" * 64]}
    answer = api.post("judge", f"/notices/{again['id']}/approve", {"reason": "合法", "seen": seen})
    assert answer.status_code == 409
    assert answer.get_json()["rule"] == "changed-since-seen"
    assert answer.get_json()["difference"] == [
        {"field": "version", "seen": "1", "now": "2"},
        {"field": "recordings", "seen": "0" * 64, "now": notice["recordings"][0]},
    ]


def test_a_delivery_is_changed_by_two_persons_and_checked_anew(api: Api) -> None:
    line = _active_line(api)
    changed = api.ask(
        "clerk",
        "PATCH",
        f"/lines/{line['id']}",
        json={"deliver_to": number(8001)},
        headers={"If-Match": f'"{line["version"]}"'},
    )
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"3"')
    assert changed.get_json()["proposed_deliver_to"] == "…01"
    applied = _done(api, "judge", f"/lines/{line['id']}/approve", {"reason": "已核"})
    assert (applied["state"], applied["deliver_to"]) == ("enrolled", "…01")
    check = {"set_at_carrier": True, "reference": "工单2"}
    assert _done(api, "clerk", f"/lines/{line['id']}/check-fallback", check)["state"] == "active"


def test_a_line_stays_enrolled_while_its_fallback_does_not_answer(api: Api) -> None:
    line = _created(api, "/lines", line_body(api))
    desk = api.app.extensions["court-gateway-api"]
    api.app.extensions["court-gateway-api"] = type(desk)(desk.rates, nobody_answers)
    check = {"set_at_carrier": True, "reference": "工单1"}
    answer = api.post("clerk", f"/lines/{line['id']}/check-fallback", check)
    assert rules(answer) == [("set_at_carrier", "fallback-does-not-connect")]
    assert api.get("clerk", f"/lines/{line['id']}").get_json()["state"] == "enrolled"


def test_a_line_is_released_once_its_notices_ended(api: Api) -> None:
    notice = _in_force(api)
    body = {"reference": "拆机确认函1"}
    assert api.post("clerk", f"/lines/{notice['line']}/release", body).status_code == 409
    _done(api, "clerk", f"/notices/{notice['id']}/end", {"reason": "到期"})
    assert _done(api, "clerk", f"/lines/{notice['line']}/release", body)["state"] == "released"


def test_a_withdrawn_recording_is_not_heard_on_the_next_call(api: Api) -> None:
    notice = _in_force(api)
    assert len(_call(api, 1).heard) == 1
    withdrawn = _done(api, "judge", f"/prompts/{notice['prompts'][0]}/withdraw", {"reason": "措辞有误"})
    assert withdrawn["state"] == "withdrawn"
    assert _call(api, 2).heard == ()


def test_a_court_is_switched_off_at_once_and_on_by_another_operator(api: Api) -> None:
    _in_force(api)
    court = f"/courts/{api.gateway.court_a}"
    assert _done(api, "operator", f"{court}/disable", {"reason": "事故"})["state"] == "disabled"
    assert _call(api, 1).heard == ()
    answer = api.post("operator", f"{court}/enable", {"reason": "恢复"})
    assert (answer.status_code, answer.get_json()["rule"]) == (403, "second-person")
    assert _done(api, "operator2", f"{court}/enable", {"reason": "恢复"})["enabled"] is True
    assert len(_call(api, 2).heard) == 1
