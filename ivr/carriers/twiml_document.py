"""A plan as TwiML: six elements, a fixed set of attributes, addresses and numbers, and no free text."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree as Xml

from ivr.carriers.carrier import Addresses
from ivr.carriers.twiml_fields import SIP_HEADER
from ivr.facts import Recording
from ivr.plan import CallPlan, Connect, Hangup, Play, Step

_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>'
_TEXT = re.compile(r"[!-~]*", re.ASCII)
_HARMLESS = re.compile(r"[A-Za-z0-9+:@._-]+", re.ASCII)
"""Values that stand in a document as they are."""
_Shape = tuple[Any, ...]
_MARK = "||"
"""Stands for a value."""

# Everything that may ever be sent, each element with the attributes that it may have.
_ALLOWED: Mapping[str, frozenset[str]] = {
    "Response": frozenset(),
    "Gather": frozenset({"numDigits", "timeout", "finishOnKey", "action", "method"}),
    "Play": frozenset(),
    "Dial": frozenset({"action", "method", "timeout", "timeLimit", "callerId"}),
    "Number": frozenset(),
    "Sip": frozenset(),
    "Hangup": frozenset(),
}


class NotSendable(ValueError):
    """The document holds something that no plan can ask for. It is not sent."""


def document(plan: CallPlan, addresses: Addresses) -> bytes:
    """TwiML in UTF-8. Raises NotSendable."""
    values = _values(plan)
    if _MARK not in addresses.base and all(map(_HARMLESS.fullmatch, values)):
        return _pattern(tuple(map(_shape, plan.steps)), addresses) % tuple(map(str.encode, values))
    return _written(plan.steps, addresses)


def _values(plan: CallPlan) -> list[str]:
    """What differs from call to call, in the order in which it stands in the document."""
    values: list[str] = []
    for step in plan.steps:
        match step:
            case Play():
                values += [each.sha256 for each in step.recordings]
            case Connect():
                values += [step.to] if step.caller_id is None else [step.caller_id, step.to]
    return values


def _shape(step: Step) -> _Shape:
    """What is the same in many calls: everything but the values."""
    match step:
        case Play():
            return Play, len(step.recordings), step.skip_key
        case Connect():
            about = step.ring_seconds, step.time_limit_seconds, step.attempt, step.reported
            return Connect, step.to.startswith("sip:"), step.caller_id is not None, *about
        case Hangup():
            return (Hangup,)


def _of_shape(shape: _Shape) -> Step:
    """A step of this shape, with a mark in place of every value."""
    match shape:
        case (kind, count, skip_key) if kind is Play:
            return Play((Recording(_MARK, 0),) * count, skip_key)
        case (kind, is_sip, shows, *about) if kind is Connect:
            return Connect(f"sip:{_MARK}" if is_sip else _MARK, _MARK if shows else None, *about)
        case _:
            return Hangup()


@lru_cache(maxsize=1024)
def _pattern(shapes: tuple[_Shape, ...], addresses: Addresses) -> bytes:
    """The document of this shape, written and checked as any other, with a place for every value."""
    text = _written(tuple(map(_of_shape, shapes)), addresses).replace(b"%", b"%%")
    return text.replace(f"sip:{_MARK}".encode(), b"%b").replace(_MARK.encode(), b"%b")


def _written(steps: tuple[Step, ...], addresses: Addresses) -> bytes:
    response = Xml.Element("Response")
    for step in steps:
        match step:
            case Play():
                _play(response, step, addresses)
            case Connect():
                _connect(response, step, addresses)
            case Hangup():
                Xml.SubElement(response, "Hangup")
    text: bytes = _HEAD + Xml.tostring(response, encoding="utf-8", xml_declaration=False)
    _check(text)
    return text


def _play(response: Xml.Element, step: Play, addresses: Addresses) -> None:
    """An empty `finishOnKey` makes # a key like all others; one second after the notice the call goes on."""
    parent = response
    if step.skip_key:
        keys = {"numDigits": "1", "timeout": "1", "finishOnKey": ""}
        parent = Xml.SubElement(response, "Gather", {**keys, "action": addresses.keys, "method": "POST"})
    for recording in step.recordings:
        Xml.SubElement(parent, "Play").text = addresses.recording(recording.sha256)


def _connect(response: Xml.Element, step: Connect, addresses: Addresses) -> None:
    """Without `callerId` the caller's own number is shown; without `action` the call ends with the leg."""
    about = {"timeout": str(step.ring_seconds), "timeLimit": str(step.time_limit_seconds)}
    if step.reported:
        action = addresses.dialled if step.attempt == 1 else addresses.dialled_again
        about = {"action": action, "method": "POST", **about}
    if step.caller_id is not None:
        about["callerId"] = step.caller_id
    dial = Xml.SubElement(response, "Dial", about)
    if step.to.startswith("sip:"):
        Xml.SubElement(dial, "Sip").text = f"{step.to}?{SIP_HEADER}=1"
    else:
        Xml.SubElement(dial, "Number").text = step.to


def _check(text: bytes) -> None:
    """Read back what would be sent: well formed, nothing but what is allowed, plain ASCII throughout."""
    try:
        elements = list(Xml.fromstring(text).iter())
    except Xml.ParseError as broken:
        raise NotSendable("not well formed") from broken
    for element in elements:
        if element.tag not in _ALLOWED or not _ALLOWED[element.tag].issuperset(element.attrib):
            raise NotSendable(f"element {element.tag}")
        words = (element.text or "", element.tail or "", *element.attrib.values())
        if not all(_TEXT.fullmatch(each) for each in words):
            raise NotSendable(f"text in {element.tag}")
