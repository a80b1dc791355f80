"""A carrier in a box: signs and posts webhooks as Twilio does, fetches what is played, follows the plan."""

import hashlib
import http.client
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as Xml

from twilio.request_validator import RequestValidator

from ivr.carriers import Addresses
from prompts.telephone import duration_ms

SECONDS = 5.0
MOST_BYTES = 4_000_000
MOST_STEPS = 20
_FORM = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}


class NoAnswer(Exception):
    """The gateway could not be reached, or what it answered is not a plan."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer; the names in `headers` are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Transport = Callable[[str, str, Mapping[str, str], bytes], Reply]
"""(method, address, headers, body) -> the answer. Raises NoAnswer."""


def over_http(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
    """Straight to the address, within 5 s a step: no proxy, no redirect."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body, dict(headers))
        answer = connection.getresponse()
        return Reply(
            answer.status,
            {name.lower(): value for name, value in answer.getheaders()},
            answer.read(MOST_BYTES),
        )
    except (OSError, http.client.HTTPException) as fault:
        raise NoAnswer(type(fault).__name__) from fault
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class HeardSound:
    """A recording as the caller heard it."""

    sha256: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CallHeard:
    """What a caller heard and whom he reached; `plan` is the answer to the voice webhook."""

    status: int
    plan: str
    heard: tuple[HeardSound, ...]
    connected: bool
    reached: str | None


@dataclass
class _Leg:
    """What happens to one caller, as it happens."""

    heard: list[HeardSound] = field(default_factory=list)
    reached: str | None = None


def _twilio(secret: str, url: str, fields: Mapping[str, str]) -> dict[str, str]:
    """The header as Twilio's own SDK makes it: nothing here shares a line with our check of it."""
    return {"x-twilio-signature": RequestValidator(secret).compute_signature(url, dict(fields))}


SIGNED_BY: Mapping[str, Callable[[str, str, Mapping[str, str]], dict[str, str]]] = {"twilio": _twilio}
"""How each kind of carrier signs a form: (secret, address, fields) -> headers, names in lower case."""


@dataclass(frozen=True, slots=True)
class CarrierBox:
    """One carrier account; `base` is the public origin over which it signs, `slug` names the connection."""

    kind: str
    account: str
    secret: str
    base: str
    slug: str
    transport: Transport = over_http

    @property
    def addresses(self) -> Addresses:
        return Addresses(self.base, self.slug)

    def post(self, path: str, fields: Mapping[str, str]) -> Reply:
        """One signed webhook; `path` is an address, or the part of it after the connection's name."""
        url = path if "://" in path else f"{self.base}/webhooks/{self.slug}/{path}"
        body = urlencode(fields).encode()
        signature = SIGNED_BY[self.kind](self.secret, url, fields)
        return self.transport("POST", url, _FORM | signature, body)

    def fields(self, dialled: str, caller: str, **more: str) -> dict[str, str]:
        """What Twilio sends with every webhook of a call."""
        always = {
            "AccountSid": self.account,
            "ApiVersion": "2010-04-01",
            "CallSid": f"CA{secrets.token_hex(16)}",
            "CallStatus": "ringing",
            "Called": dialled,
            "Caller": caller,
            "Direction": "inbound",
            "From": caller,
            "To": dialled,
        }
        return always | more

    def place_call(self, dialled: str, caller: str, path: str = "voice") -> CallHeard:
        """One call from ringing to its last callback; `path` may be the line's fallback. Raises NoAnswer."""
        call = self.fields(dialled, caller)
        heard = self._hear(path, call)
        seconds = str(1 + round(sum(each.seconds for each in heard.heard)))
        self.post("status", call | {"CallStatus": "completed", "CallDuration": seconds})
        return heard

    def be_called(self, url: str, phone: str, shown: str) -> CallHeard:
        """Pick up a phone that the gateway had called, and hear what `url` plans. Raises NoAnswer."""
        return self._hear(url, self.fields(phone, shown, Direction="outbound-api", CallStatus="in-progress"))

    def _hear(self, path: str, call: Mapping[str, str]) -> CallHeard:
        reply = self.post(path, call)
        leg = _Leg()
        if reply.status == 200:
            self._follow(reply.body, call, leg)
        return CallHeard(
            reply.status,
            reply.body.decode("utf-8", "replace"),
            tuple(leg.heard),
            leg.reached is not None,
            leg.reached,
        )

    def _follow(self, document: bytes, call: Mapping[str, str], leg: _Leg) -> None:
        """Do what a plan says; a caller in the box presses no key."""
        plans = [document]
        for _ in range(MOST_STEPS):
            if not plans:
                return
            for verb in _verbs(plans.pop()):
                if verb.tag == "Play":
                    leg.heard.append(self._play(verb.text or ""))
                elif verb.tag == "Dial":
                    plans += self._dial(verb, call, leg)
                    break
                elif verb.tag == "Hangup":
                    break

    def _play(self, url: str) -> HeardSound:
        reply = self.transport("GET", url, {}, b"")
        if reply.status != 200:
            raise NoAnswer(f"a recording answered {reply.status}")
        return HeardSound(hashlib.sha256(reply.body).hexdigest(), duration_ms(reply.body) / 1000)

    def _dial(self, verb: Xml.Element, call: Mapping[str, str], leg: _Leg) -> list[bytes]:
        """Connect; the plan that comes after the leg, where the gateway wants to know that it ended."""
        leg.reached = target_of(verb)
        action = verb.get("action")
        if action is None:
            return []
        ended = {
            "CallStatus": "in-progress",
            "DialCallStatus": "completed",
            "DialCallDuration": "1",
            "DialCallSid": f"CA{secrets.token_hex(16)}",
        }
        reply = self.post(action, {**call, **ended})
        return [reply.body] if reply.status == 200 and reply.body else []


def connected_to(reply: Reply) -> str | None:
    """Where an answer connects the call; None where it is no plan, or connects to nobody."""
    try:
        dials = [verb for verb in _verbs(reply.body) if verb.tag == "Dial"] if reply.status == 200 else []
    except NoAnswer:
        return None
    return target_of(dials[0]) if dials else None


def target_of(dial: Xml.Element) -> str | None:
    """The number or SIP address that a Dial names, without the headers sent along."""
    text = next((each.text for each in dial), dial.text) or ""
    return text.partition("?")[0] or None


def _verbs(document: bytes) -> Iterator[Xml.Element]:
    """The verbs of a plan in order, those inside a Gather in its place."""
    try:
        plan = Xml.fromstring(document)
    except Xml.ParseError as broken:
        raise NoAnswer("not a plan") from broken
    for verb in plan:
        if verb.tag == "Gather":
            yield from verb
        else:
            yield verb
