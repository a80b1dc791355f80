"""Every carrier that ships keeps the contract."""

from collections.abc import Callable

import pytest

from ivr.carriers import CARRIERS, Addresses, NoticeMode
from tests.ivr.carriers.booth import TWILIO
from tests.ivr.carriers.contract import CONTRACT, Booth

BOOTHS = {"twilio": TWILIO}


@pytest.mark.parametrize("check", CONTRACT)
@pytest.mark.parametrize("kind", CARRIERS)
def test_every_carrier_keeps_the_contract(kind: str, check: Callable[[Booth], None]) -> None:
    check(BOOTHS[kind])


@pytest.mark.parametrize("kind", CARRIERS)
def test_a_carrier_says_what_it_is_and_what_it_can_do(kind: str) -> None:
    carrier = CARRIERS[kind]
    assert carrier.kind == kind
    assert carrier.abilities.notice_modes


def test_twilio_answers_before_it_plays() -> None:
    assert CARRIERS["twilio"].abilities.notice_modes == {NoticeMode.answered}
    assert CARRIERS["twilio"].content_type == "text/xml; charset=utf-8"


def test_where_a_carrier_finds_us() -> None:
    us = Addresses("http://127.0.0.1:8080", "demo")
    assert us.recording("ab") == "http://127.0.0.1:8080/recordings/ab.wav"
    assert us.voice == "http://127.0.0.1:8080/webhooks/demo/voice"
    assert us.keys == "http://127.0.0.1:8080/webhooks/demo/keys"
    assert us.dialled == "http://127.0.0.1:8080/webhooks/demo/dialled"
    assert us.dialled_again == "http://127.0.0.1:8080/webhooks/demo/dialled/again"
    assert us.status == "http://127.0.0.1:8080/webhooks/demo/status"
    assert us.fallback("t0k-en") == "http://127.0.0.1:8080/webhooks/demo/fallback/t0k-en"
