"""The carrier in a box: it signs what it posts, hears what is played, and says whom the caller reached."""

import hashlib
from collections.abc import Mapping
from urllib.parse import parse_qs

import pytest
from twilio.request_validator import RequestValidator

from gateway.carrier_box import CarrierBox, HeardSound, NoAnswer, Reply, connected_to, over_http
from tests.factories import ACCOUNT, BASE, SECRET, number, tone

SOUND = tone(2, 440)
VOICE = f"{BASE}/webhooks/north/voice"
DIALLED = f"{BASE}/webhooks/north/dialled"
AGAIN = f"{BASE}/webhooks/north/dialled/again"
STATUS = f"{BASE}/webhooks/north/status"
RECORDING = f"{BASE}/recordings/{SOUND.sha256}.wav"
PLAYS = (
    f'<Response><Gather action="{BASE}/webhooks/north/keys"><Play>{RECORDING}</Play></Gather>'
    f'<Dial action="{DIALLED}"><Number>{number(8000)}</Number></Dial></Response>'
)


class Gate:
    """A gateway that says what it was told to say, and remembers what it was asked."""

    def __init__(self, answers: Mapping[str, Reply]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if method == "POST":
            validator = RequestValidator(SECRET)
            assert validator.validate(url, fields, headers["x-twilio-signature"])
        self.asked.append((method, url, fields))
        return self.answers[url]


def _plan(text: str, status: int = 200) -> Reply:
    return Reply(status, {"content-type": "text/xml"}, text.encode())


def _box(gate: Gate) -> CarrierBox:
    return CarrierBox("twilio", ACCOUNT, SECRET, BASE, "north", gate)


def test_a_caller_hears_the_recording_and_reaches_the_line() -> None:
    gate = Gate(
        {
            VOICE: _plan(PLAYS),
            RECORDING: Reply(200, {}, SOUND.wav),
            DIALLED: _plan("<Response><Hangup/></Response>"),
            STATUS: Reply(204, {}, b""),
        }
    )
    call = _box(gate).place_call(number(3000), number(1))
    assert (call.status, call.plan, call.connected, call.reached) == (200, PLAYS, True, number(8000))
    assert call.heard == (HeardSound(hashlib.sha256(SOUND.wav).hexdigest(), 2.0),)
    assert [url for _method, url, _fields in gate.asked] == [VOICE, RECORDING, DIALLED, STATUS]
    voice, _sound, dialled, status = (fields for _method, _url, fields in gate.asked)
    assert (voice["To"], voice["From"], voice["CallStatus"]) == (number(3000), number(1), "ringing")
    assert dialled["DialCallStatus"] == "completed"
    assert (status["CallStatus"], status["CallDuration"]) == ("completed", "3")
    assert voice["CallSid"] == dialled["CallSid"] == status["CallSid"]


def test_a_leg_that_is_dialled_again_is_followed() -> None:
    again = f'<Response><Dial action="{AGAIN}"><Sip>sip:a@b.example?X-Court-Gateway=1</Sip></Dial></Response>'
    gate = Gate(
        {
            VOICE: _plan(
                f'<Response><Dial action="{DIALLED}"><Number>{number(8000)}</Number></Dial></Response>'
            ),
            DIALLED: _plan(again),
            AGAIN: _plan("<Response><Hangup/></Response>"),
            STATUS: Reply(204, {}, b""),
        }
    )
    assert _box(gate).place_call(number(3000), number(1)).reached == "sip:a@b.example"


@pytest.mark.parametrize("status", [403, 503])
def test_a_refused_call_reaches_nobody(status: int) -> None:
    gate = Gate({VOICE: Reply(status, {}, b"forbidden"), STATUS: Reply(status, {}, b"")})
    call = _box(gate).place_call(number(3000), number(1))
    assert (call.status, call.heard, call.connected, call.reached) == (status, (), False, None)


def test_what_is_no_plan_is_no_answer() -> None:
    gate = Gate({VOICE: _plan("<html>"), STATUS: Reply(204, {}, b"")})
    with pytest.raises(NoAnswer):
        _box(gate).place_call(number(3000), number(1))


@pytest.mark.parametrize(
    ("reply", "reached"),
    [
        (_plan("<Response><Dial><Number>+8617100008000</Number></Dial></Response>"), "+8617100008000"),
        (_plan("<Response><Dial><Sip>sip:a@b.example?X=1</Sip></Dial></Response>"), "sip:a@b.example"),
        (_plan("<Response><Hangup/></Response>"), None),
        (_plan("<Response><Dial/></Response>"), None),
        (_plan("<Response><Dial><Number>+8617100008000</Number></Dial></Response>", 503), None),
        (_plan("forbidden"), None),
        (Reply(301, {"location": "https://elsewhere.example"}, b""), None),
    ],
)
def test_a_fallback_connects_where_its_plan_says(reply: Reply, reached: str | None) -> None:
    assert connected_to(reply) == reached


def test_nobody_at_the_address_is_no_answer() -> None:
    with pytest.raises(NoAnswer):
        over_http("POST", "http://127.0.0.1:9/webhooks/north/voice", {}, b"")
