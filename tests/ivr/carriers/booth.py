"""Twilio's side: asks with a form as Twilio does, and reads TwiML as Twilio would follow it."""

from urllib.parse import urlencode
from xml.etree import ElementTree

from ivr.carriers import CARRIERS, SignedRequest
from ivr.facts import CallFacts
from tests.ivr.carriers.contract import BASE, RECEIVED, Booth, Words

FORM = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}


def post(fields: list[tuple[str, str]], webhook: str = "voice") -> SignedRequest:
    """An unsigned form post to one of our webhooks."""
    url = f"{BASE}/webhooks/trunk/{webhook}"
    return SignedRequest.of("POST", url, FORM, urlencode(fields).encode(), RECEIVED)


def fields_of(call: CallFacts) -> dict[str, str]:
    """What Twilio always sends, and what it sends where there is something to say."""
    always = {
        "AccountSid": call.account,
        "ApiVersion": "2010-04-01",
        "CallSid": call.carrier_call_id,
        "CallStatus": "ringing",
        "Called": call.dialled,
        "Caller": call.caller or "anonymous",
        "Direction": "inbound",
        "From": call.caller or "anonymous",
        "FromCity": "",
        "FromCountry": "CN",
        "To": call.dialled,
        "ToCountry": "CN",
    }
    sometimes = {
        "ForwardedFrom": call.diverted_from[0] if call.diverted_from else None,
        "SipHeader_X-Court-Gateway": "1" if call.returned else None,
        "StirVerstat": "TN-Validation-Passed-A" if call.attested else None,
    }
    return always | {name: value for name, value in sometimes.items() if value is not None}


def ask(call: CallFacts, webhook: str, told: dict[str, str]) -> SignedRequest:
    seconds = "DialCallDuration" if webhook == "dialled" else "CallDuration"
    names = {
        "digits": "Digits",
        "leg": "DialCallStatus",
        "status": "CallStatus",
        "seconds": seconds,
        "sequence": "SequenceNumber",
    }
    more = {names[key]: value for key, value in told.items()}
    if webhook == "dialled":
        more["DialCallSid"] = "CA" + "f" * 32
    return post(list((fields_of(call) | more).items()), webhook)


def hear(document: bytes) -> Words:
    words: Words = []
    for verb in ElementTree.fromstring(document):
        match verb.tag:
            case "Gather":
                assert (verb.get("numDigits"), verb.get("finishOnKey"), verb.get("method")) == (
                    "1",
                    "",
                    "POST",
                )
                words += [("play", play.text or "", "any key", verb.get("action", "")) for play in verb]
            case "Play":
                words.append(("play", verb.text or ""))
            case "Dial":
                words.append(_dialled(verb))
            case _:
                words.append((verb.tag.replace("Hangup", "hang up"),))
    return words


def _dialled(dial: ElementTree.Element) -> tuple[str, ...]:
    (target,) = dial
    address, _, header = (target.text or "").partition("?")
    assert target.tag == ("Sip" if address.startswith("sip:") else "Number")
    shown, then = dial.get("callerId", "as the caller"), dial.get("action", "nobody")
    assert ("method" in dial.attrib) is ("action" in dial.attrib)
    told = (address, shown, dial.get("timeout", ""), dial.get("timeLimit", ""), then)
    return ("dial", *told, *([header.replace("=", ": ")] if header else []))


TWILIO = Booth(CARRIERS["twilio"], ask, hear)
