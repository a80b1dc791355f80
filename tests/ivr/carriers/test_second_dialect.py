"""A carrier unlike Twilio keeps the same contract: JSON both ways, a signature over time and raw body.

Its dialect is jambonz's in outline (https://docs.jambonz.org), small enough to live in this test.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ivr.carriers import Abilities, Addresses, Carrier, Misshapen, NoticeMode, Report, SignedRequest
from ivr.facts import CallFacts, CallStatus
from ivr.plan import CallPlan, Connect, Hangup, Play, Step
from ivr.progress import KeysPressed, LegEnded, StatusReport
from tests.ivr.carriers.contract import BASE, CONTRACT, RECEIVED, SECRET, Booth, Words, signed
from tests.ivr.examples import CALL_ID, a_call

TOLERANCE = timedelta(seconds=300)


class JsonCarrier:
    kind = "json"
    content_type = "application/json"
    abilities = Abilities(frozenset({NoticeMode.early_media}), True, True, True, True, False)

    def is_genuine(self, request: SignedRequest, secrets: Sequence[str]) -> bool:
        header = re.fullmatch(r"t=([0-9]+),v1=([0-9a-f]{64})", request.headers.get("jambonz-signature", ""))
        if header is None or request.received_at is None:
            return False
        at = datetime.fromtimestamp(int(header[1]), UTC)
        if abs(request.received_at - at) > TOLERANCE:
            return False
        return any(
            hmac.compare_digest(_mac(header[1], request.body, each), header[2]) for each in secrets if each
        )

    def sign(self, request: SignedRequest, secret: str) -> dict[str, str]:
        if request.received_at is None:
            raise ValueError("this carrier signs the time too")
        at = str(int(request.received_at.timestamp()))
        return {"jambonz-signature": f"t={at},v1={_mac(at, request.body, secret)}"}

    def read_account(self, request: SignedRequest) -> str:
        return str(json.loads(request.body)["account_sid"])

    def read_call(self, request: SignedRequest) -> CallFacts:
        told = json.loads(request.body)
        headers = told["sip"]["headers"]
        if not re.fullmatch("CA[0-9a-f]{32}", told["call_sid"]):
            raise Misshapen("call_sid shape", told["to"])
        return CallFacts(
            carrier_call_id=told["call_sid"],
            account=told["account_sid"],
            dialled=told["to"],
            caller=None if told["from"] == "anonymous" else told["from"],
            diverted_from=tuple(re.findall("<tel:([^>]+)>", headers.get("diversion", ""))),
            returned="x-court-gateway" in headers,
            attested=headers.get("p-asserted-verstat") == "A",
        )

    def read_keys(self, request: SignedRequest) -> Report[KeysPressed]:
        return Report(self.read_call(request), KeysPressed(json.loads(request.body)["digits"]))

    def read_dialled(self, request: SignedRequest) -> Report[LegEnded]:
        told = json.loads(request.body)
        leg = LegEnded(CallStatus(told["dial_call_status"].replace("-", "_")), told.get("duration"))
        return Report(self.read_call(request), leg)

    def read_status(self, request: SignedRequest) -> Report[StatusReport]:
        told = json.loads(request.body)
        status = CallStatus(told["call_status"].replace("-", "_"))
        return Report(
            self.read_call(request), StatusReport(status, told.get("duration"), told.get("sequence", 0))
        )

    def render(self, plan: CallPlan, addresses: Addresses) -> bytes:
        return json.dumps([verb for step in plan.steps for verb in _verbs(step, addresses)]).encode()


def _mac(at: str, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


def _verbs(step: Step, addresses: Addresses) -> list[dict[str, Any]]:
    match step:
        case Play():
            sounds = [addresses.recording(each.sha256) for each in step.recordings]
            if not step.skip_key:
                return [{"verb": "play", "url": sound, "earlyMedia": True} for sound in sounds]
            return [{"verb": "gather", "numDigits": 1, "play": {"url": sounds}, "actionHook": addresses.keys}]
        case Connect():
            action = addresses.dialled if step.attempt == 1 else addresses.dialled_again
            sip = step.to.startswith("sip:")
            return [
                {
                    "verb": "dial",
                    "target": [
                        {"type": "sip", "sipUri": step.to} if sip else {"type": "phone", "number": step.to}
                    ],
                    "timeout": step.ring_seconds,
                    "timeLimit": step.time_limit_seconds,
                    **({"callerId": step.caller_id} if step.caller_id else {}),
                    **({"actionHook": action} if step.reported else {}),
                    **({"headers": {"X-Court-Gateway": "1"}} if sip else {}),
                }
            ]
        case Hangup():
            return [{"verb": "hangup"}]


def ask(call: CallFacts, webhook: str, told: Mapping[str, str]) -> SignedRequest:
    headers = {
        "diversion": ", ".join(f"<tel:{each}>" for each in call.diverted_from) or None,
        "x-court-gateway": "1" if call.returned else None,
        "p-asserted-verstat": "A" if call.attested else None,
    }
    names = {"digits": "digits", "leg": "dial_call_status", "status": "call_status"}
    body = {
        "call_sid": call.carrier_call_id,
        "account_sid": call.account,
        "from": call.caller or "anonymous",
        "to": call.dialled,
        "sip": {"headers": {name: value for name, value in headers.items() if value}},
        **{names[key]: value for key, value in told.items() if key in names},
        **({"duration": int(told["seconds"])} if "seconds" in told else {}),
        **({"sequence": int(told["sequence"])} if "sequence" in told else {}),
    }
    content = {"content-type": "application/json"}
    return SignedRequest.of(
        "POST", f"{BASE}/webhooks/trunk/{webhook}", content, json.dumps(body).encode(), RECEIVED
    )


def hear(document: bytes) -> Words:
    words: Words = []
    for verb in json.loads(document):
        match verb["verb"]:
            case "gather":
                words += [("play", sound, "any key", verb["actionHook"]) for sound in verb["play"]["url"]]
            case "play":
                words.append(("play", verb["url"]))
            case "dial":
                (target,) = verb["target"]
                address = target.get("sipUri") or target["number"]
                shown, then = verb.get("callerId", "as the caller"), verb.get("actionHook", "nobody")
                mark = [f"{name}: {value}" for name, value in verb.get("headers", {}).items()]
                words.append(
                    ("dial", address, shown, str(verb["timeout"]), str(verb["timeLimit"]), then, *mark)
                )
            case _:
                words.append(("hang up",))
    return words


CARRIER: Carrier = JsonCarrier()
BOOTH = Booth(CARRIER, ask, hear)


@pytest.mark.parametrize("check", CONTRACT)
def test_a_dialect_unlike_twilio_keeps_the_contract(check: Callable[[Booth], None]) -> None:
    check(BOOTH)


def test_its_signature_is_jambonzs_own() -> None:
    """Vector made with jambonz's SDK."""
    at = datetime.fromtimestamp(1500000000, UTC)
    request = SignedRequest.of("POST", BASE, {}, b'{"call_sid":"c1","from":"8613800000001"}', at)
    assert CARRIER.sign(request, "12345") == {
        "jambonz-signature": "t=1500000000,"
        "v1=4f0c67c2e942e1c85499be975a7f221f4d0210f97d98c657d256a9b9527f402a"
    }


@pytest.mark.parametrize(
    ("late", "genuine"),
    [
        (timedelta(seconds=300), True),
        (timedelta(seconds=301), False),
        (timedelta(seconds=-300), True),
        (timedelta(seconds=-301), False),
    ],
)
def test_a_carrier_may_bind_the_time_of_a_request(late: timedelta, genuine: bool) -> None:
    request = signed(BOOTH, ask(a_call(), "voice", {}))
    assert CARRIER.is_genuine(request._replace(received_at=RECEIVED + late), [SECRET]) is genuine


def test_without_the_time_nothing_of_it_is_genuine() -> None:
    request = signed(BOOTH, ask(a_call(carrier_call_id=CALL_ID), "voice", {}))
    assert not CARRIER.is_genuine(request._replace(received_at=None), [SECRET])
