"""TwiML to the letter, and nothing in it that no plan can ask for."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.carriers import Addresses
from ivr.carriers.twiml_document import NotSendable, document
from ivr.facts import Recording
from ivr.plan import CallPlan, Connect, Hangup, Play, Step, Why

US = Addresses("http://127.0.0.1:8080", "demo")
SOUND = Recording("a" * 64, 9000)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
AUDIO = "http://127.0.0.1:8080/recordings/" + "a" * 64 + ".wav"


def told(*steps: Step) -> str:
    return document(CallPlan(steps, Why.playing), US).decode("utf-8")


def test_a_notice_with_a_skip_key_and_then_the_call() -> None:
    assert told(Play((SOUND,)), Connect("+8617100000003")) == (
        HEAD + "<Response>"
        '<Gather numDigits="1" timeout="1" finishOnKey=""'
        ' action="http://127.0.0.1:8080/webhooks/demo/keys" method="POST">'
        f"<Play>{AUDIO}</Play></Gather>"
        '<Dial action="http://127.0.0.1:8080/webhooks/demo/dialled" method="POST"'
        ' timeout="30" timeLimit="14400">'
        "<Number>+8617100000003</Number></Dial>"
        "</Response>"
    )


def test_a_notice_that_cannot_be_skipped() -> None:
    assert told(Play((SOUND,), skip_key=False), Hangup()) == (
        f"{HEAD}<Response><Play>{AUDIO}</Play><Hangup /></Response>"
    )


def test_our_number_shown_on_the_second_attempt() -> None:
    assert told(Connect("+8617100000003", "+8617100000002", 25, 3600, attempt=2)) == (
        HEAD + "<Response>"
        '<Dial action="http://127.0.0.1:8080/webhooks/demo/dialled/again" method="POST" timeout="25"'
        ' timeLimit="3600" callerId="+8617100000002">'
        "<Number>+8617100000003</Number></Dial>"
        "</Response>"
    )


def test_in_trouble_the_call_ends_with_its_leg() -> None:
    assert told(Connect("+8617100000003", reported=False)) == (
        f'{HEAD}<Response><Dial timeout="30" timeLimit="14400">'
        "<Number>+8617100000003</Number></Dial></Response>"
    )


def test_a_sip_address_carries_our_mark() -> None:
    assert told(Connect("sip:debtor@pbx.example", reported=False)) == (
        f'{HEAD}<Response><Dial timeout="30" timeLimit="14400">'
        "<Sip>sip:debtor@pbx.example?X-Court-Gateway=1</Sip></Dial></Response>"
    )


def test_what_looks_like_markup_stays_text() -> None:
    assert "<Number>+86&lt;Say/&gt;</Number>" in told(Connect("+86<Say/>"))


@pytest.mark.parametrize("address", ["\x00", "\x1b", "+86 1", "+86\n", "张三", "\ud800", "\uffff"])
def test_what_is_no_address_is_not_sent(address: str) -> None:
    for steps in ((Connect(address),), (Connect("+8617100000003", address),)):
        with pytest.raises(NotSendable):
            told(*steps)


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_sent_as_plain_text_or_not_at_all(to: str, shown: str) -> None:
    try:
        text = told(Connect(to, shown))
    except NotSendable:
        return
    assert text.isascii()
    target = "Sip" if to.startswith("sip:") else "Number"
    assert [each.tag for each in ElementTree.fromstring(text).iter()] == ["Response", "Dial", target]
