"""Placing calls: each kind of connection in its own way, and none that nobody wrote a way for."""

from collections.abc import Mapping

import pytest

from gateway.call_orders import CallNotPlaced, CallOrder
from gateway.carrier_box import NoAnswer, Reply
from gateway.dialling import DIALLERS, is_on_this_machine, place_call
from gateway.forward_map import MappedTrunk
from ivr.carriers import CARRIERS
from tests.factories import ACCOUNT, BASE, SECRET, number

ORDER = CallOrder(number(1), number(2), f"{BASE}/webhooks/north/test/token")


def trunk(kind: str = "twilio", base: str = BASE) -> MappedTrunk:
    return MappedTrunk("id", "north", kind, ACCOUNT, (SECRET,), base, "CN", None)


def says(status: int, body: bytes) -> object:
    def transport(_method: str, _url: str, _headers: Mapping[str, str], _body: bytes) -> Reply:
        return Reply(status, {"content-type": "application/json"}, body)

    return transport


def code_of(trunk: MappedTrunk, transport: object) -> str:
    with pytest.raises(CallNotPlaced) as refused:
        place_call(trunk, ORDER, transport)  # type: ignore[arg-type]
    return refused.value.code


def test_every_carrier_that_places_calls_is_one_that_we_know() -> None:
    assert set(DIALLERS) <= set(CARRIERS)


def test_a_kind_that_nobody_wrote_a_way_for_places_no_call() -> None:
    assert code_of(trunk("sip"), says(201, b"{}")) == "unsupported"
    assert code_of(trunk("sip", "http://127.0.0.1:8080"), says(201, b"{}")) == "unsupported"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [(500, b"<html>", "500"), (400, b'{"code": 21219}', "21219"), (503, b"{}", "503")],
)
def test_what_the_carrier_answers_becomes_a_code(status: int, body: bytes, code: str) -> None:
    assert code_of(trunk(), says(status, body)) == code


def test_a_carrier_in_a_box_that_reaches_nobody_places_no_call() -> None:
    def nobody(*_arguments: object) -> Reply:
        raise NoAnswer("TimeoutError")

    assert code_of(trunk(base="http://127.0.0.1:9"), nobody) == "unreachable"


@pytest.mark.parametrize(
    ("base", "here"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://localhost", True),
        (BASE, False),
        ("https://127.0.0.1.example", False),
    ],
)
def test_a_gateway_on_this_machine_is_told_from_one_that_carriers_reach(base: str, here: bool) -> None:
    assert is_on_this_machine(trunk(base=base)) is here


def test_a_region_in_the_environment_does_not_send_the_token_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    asked: list[str] = []

    def transport(_method: str, url: str, _headers: Mapping[str, str], _body: bytes) -> Reply:
        asked.append(url)
        return Reply(201, {}, b'{"sid": "CA"}')

    assert place_call(trunk(), ORDER, transport) is None
    assert asked == [f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Calls.json"]
