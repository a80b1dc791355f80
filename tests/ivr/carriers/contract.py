"""The contract that every carrier keeps: facts go in and come out the same, a plan is told without loss.

A dialect's tests bring a `Booth`, which plays the carrier's side: it asks as the carrier asks and reads our
answer back into plain words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from ivr.carriers import Addresses, Carrier, Misshapen, SignedRequest
from ivr.facts import CallFacts, CallStatus, Recording
from ivr.plan import CallPlan, Connect, Hangup, Play, Why
from ivr.progress import KeysPressed, LegEnded, StatusReport
from tests.ivr.examples import CALLER, GATEWAY, HIDDEN, PUBLIC, a_call

BASE = "https://gw.court.example"
ADDRESSES = Addresses(BASE, "trunk")
RECEIVED = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SECRET = "12345"

Words = list[tuple[str, ...]]


@dataclass(frozen=True)
class Booth:
    """The carrier's side of one dialect."""

    carrier: Carrier
    asks: Callable[[CallFacts, str, dict[str, str]], SignedRequest]
    """(call, webhook's name, what else is told: `digits`, `leg`, `status`, `seconds`, `sequence`)"""
    hears: Callable[[bytes], Words]


SHA_A, SHA_B = "a" * 64, "b" * 64
AUDIO_A = f"https://gw.court.example/recordings/{SHA_A}.wav"
AUDIO_B = f"https://gw.court.example/recordings/{SHA_B}.wav"
KEYS = "https://gw.court.example/webhooks/trunk/keys"
DIALLED = "https://gw.court.example/webhooks/trunk/dialled"
DIALLED_AGAIN = "https://gw.court.example/webhooks/trunk/dialled/again"
FIRST, SECOND = Recording(SHA_A, 9000), Recording(SHA_B, 4000)

CALLS: dict[str, CallFacts] = {
    "an ordinary call": a_call(),
    "a withheld number": a_call(caller=None),
    "a diverted call": a_call(diverted_from=(PUBLIC,)),
    "an attested caller": a_call(attested=True),
    "our own header came back": a_call(returned=True),
    "a SIP address dialled": a_call(dialled="sip:line7@gw.court.example"),
    "from abroad": a_call(caller="+12025550123"),
}

PLANS: dict[str, tuple[CallPlan, Words]] = {
    "play with skip key, connect": (
        CallPlan((Play((FIRST,)), Connect(HIDDEN)), Why.playing),
        [
            ("play", AUDIO_A, "any key", KEYS),
            ("dial", "+8617100000003", "as the caller", "30", "14400", DIALLED),
        ],
    ),
    "two languages without skip key": (
        CallPlan((Play((FIRST, SECOND), skip_key=False), Connect(HIDDEN)), Why.playing),
        [
            ("play", AUDIO_A),
            ("play", AUDIO_B),
            ("dial", "+8617100000003", "as the caller", "30", "14400", DIALLED),
        ],
    ),
    "two languages with skip key": (
        CallPlan((Play((FIRST, SECOND)), Connect(HIDDEN)), Why.playing),
        [
            ("play", AUDIO_A, "any key", KEYS),
            ("play", AUDIO_B, "any key", KEYS),
            ("dial", "+8617100000003", "as the caller", "30", "14400", DIALLED),
        ],
    ),
    "silent, our number shown": (
        CallPlan((Connect(HIDDEN, GATEWAY, 25, 3600),), Why.closed),
        [("dial", "+8617100000003", "+8617100000002", "25", "3600", DIALLED)],
    ),
    "the second attempt": (
        CallPlan((Connect(HIDDEN, GATEWAY, attempt=2),), Why.caller_id_refused),
        [("dial", "+8617100000003", "+8617100000002", "30", "14400", DIALLED_AGAIN)],
    ),
    "in trouble nothing is reported": (
        CallPlan((Connect(HIDDEN, reported=False),), Why.trouble),
        [("dial", "+8617100000003", "as the caller", "30", "14400", "nobody")],
    ),
    "a SIP address, with our mark": (
        CallPlan((Connect("sip:debtor@pbx.example:5061"),), Why.no_notice),
        [
            (
                "dial",
                "sip:debtor@pbx.example:5061",
                "as the caller",
                "30",
                "14400",
                DIALLED,
                "X-Court-Gateway: 1",
            )
        ],
    ),
    "the end": (CallPlan((Hangup(),), Why.loop), [("hang up",)]),
}


def signed(booth: Booth, request: SignedRequest, secret: str = SECRET) -> SignedRequest:
    return request._replace(headers={**request.headers, **booth.carrier.sign(request, secret)})


def check_calls_are_read(booth: Booth) -> None:
    for story, call in CALLS.items():
        request = booth.asks(call, "voice", {})
        assert booth.carrier.read_call(request) == call, story
        assert booth.carrier.read_account(request) == call.account, story


def check_reports_are_read(booth: Booth) -> None:
    call, carrier = a_call(), booth.carrier
    keys = carrier.read_keys(booth.asks(call, "keys", {"digits": "#"}))
    assert (keys.call, keys.event) == (call, KeysPressed("#"))
    leg = carrier.read_dialled(booth.asks(call, "dialled", {"leg": "no-answer"}))
    assert (leg.call, leg.event) == (call, LegEnded(CallStatus.no_answer))
    leg = carrier.read_dialled(booth.asks(call, "dialled", {"leg": "completed", "seconds": "31"}))
    assert (leg.call, leg.event) == (call, LegEnded(CallStatus.completed, 31))
    told = carrier.read_status(
        booth.asks(call, "status", {"status": "completed", "seconds": "40", "sequence": "3"})
    )
    assert (told.call, told.event) == (call, StatusReport(CallStatus.completed, 40, 3))
    told = carrier.read_status(booth.asks(call, "status", {"status": "ringing"}))
    assert (told.call, told.event) == (call, StatusReport(CallStatus.ringing))


def check_plans_are_told(booth: Booth) -> None:
    for story, (plan, words) in PLANS.items():
        assert booth.hears(booth.carrier.render(plan, ADDRESSES)) == words, story


def check_only_the_carrier_is_genuine(booth: Booth) -> None:
    request = signed(booth, booth.asks(a_call(), "voice", {}))
    genuine = booth.carrier.is_genuine
    assert genuine(request, [SECRET])
    assert genuine(request, ["next", SECRET])
    assert genuine(request, [SECRET, "next"])
    assert not genuine(request, ["other"])
    assert not genuine(request, [])
    assert not genuine(request, [""])
    other_number = booth.asks(a_call(dialled=CALLER), "voice", {})
    assert not genuine(other_number._replace(headers=request.headers), [SECRET])
    for name in booth.carrier.sign(request, SECRET):
        header = request.headers[name]
        for spoilt in ("", header[:-1], header + "0", header.swapcase(), "é"):
            assert not genuine(request._replace(headers={**request.headers, name: spoilt}), [SECRET])
        without = {key: value for key, value in request.headers.items() if key != name}
        assert not genuine(request._replace(headers=without), [SECRET])


def check_a_damaged_call_still_names_what_was_dialled(booth: Booth) -> None:
    request = booth.asks(a_call(carrier_call_id="not a call id"), "voice", {})
    with pytest.raises(Misshapen) as misshapen:
        booth.carrier.read_call(request)
    assert misshapen.value.dialled == "+8617100000002"
    assert "8617" not in str(misshapen.value)


CONTRACT = (
    check_calls_are_read,
    check_reports_are_read,
    check_plans_are_told,
    check_only_the_carrier_is_genuine,
    check_a_damaged_call_still_names_what_was_dialled,
)
