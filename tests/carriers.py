"""A fake carrier: signs with Twilio's own SDK, posts, repeats, and does what a plan says."""

import http.client
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as Xml

from flask import Flask, Response, request
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.applications import open_app
from tests.factories import ACCOUNT, BASE, SECRET, Gateway, number

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway answered, read as a carrier reads it."""

    status: int
    body: str
    headers: Mapping[str, str]

    @property
    def plays(self) -> tuple[str, ...]:
        """The addresses of what would be heard."""
        return tuple(each.text or "" for each in self._all("Play"))

    @property
    def dials(self) -> str | None:
        """Where the call would go; None where it ends."""
        return next((each.text for name in ("Number", "Sip") for each in self._all(name)), None)

    @property
    def hangs_up(self) -> bool:
        return bool(self._all("Hangup"))

    @property
    def keys_to(self) -> str | None:
        """Where pressed keys would be reported."""
        return next((each.get("action") for each in self._all("Gather")), None)

    @property
    def reports_to(self) -> str | None:
        """Where the end of the connected leg would be reported."""
        return next((each.get("action") for each in self._all("Dial")), None)

    @property
    def shows(self) -> str | None:
        """The caller id that the debtor would see; None passes the caller's own."""
        return next((each.get("callerId") for each in self._all("Dial")), None)

    def _all(self, name: str) -> list[Xml.Element]:
        return list(Xml.fromstring(self.body).iter(name)) if self.body.startswith("<?xml") else []


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of a call whose plans were followed to the end."""

    heard: tuple[bytes, ...]
    reached: str | None


def sid() -> str:
    """A carrier's name for a call."""
    return "CA" + secrets.token_hex(16)


@dataclass
class FakeCarrier:
    """Twilio, as far as the gateway sees it. `callers` are fictitious, each of them new."""

    client: FlaskClient
    secret: str = SECRET
    slug: str = "north"
    account: str = ACCOUNT
    base: str = BASE
    callers: Iterator[int] = field(default_factory=lambda: count(9000))

    @classmethod
    def of(cls, gateway: Gateway, **changes: str) -> "FakeCarrier":
        return cls(open_app(gateway.runtime).test_client(), **changes)  # type: ignore[arg-type]

    @classmethod
    def over_the_network(cls, base: str) -> "FakeCarrier":
        """Calls to the gateway that is served, and known to the carrier, at this origin."""
        return cls(_network(base).test_client(), base=base)

    def fields(self, to: str, caller: str | None, call: str | None, more: Mapping[str, str]) -> Pairs:
        """What Twilio sends with every request of a call; a field given as "" in `more` is sent empty."""
        shown = number(next(self.callers)) if caller is None else caller
        always = {
            "AccountSid": self.account,
            "ApiVersion": "2010-04-01",
            "CallSid": call or sid(),
            "CallStatus": "ringing",
            "Called": to,
            "Caller": shown,
            "Direction": "inbound",
            "From": shown,
            "To": to,
        }
        return list((always | dict(more)).items())

    def post(self, hook: str, pairs: Pairs, signature: str | None = None) -> Answer:
        """Post these fields to a webhook, signed unless another signature is given ("" sends none)."""
        path = f"/webhooks/{self.slug}/{hook}"
        signed = RequestValidator(self.secret).compute_signature(self.base + path, MultiDict(pairs))
        given = signed if signature is None else signature
        return _answer(
            self.client.post(
                path,
                data=urlencode(pairs),
                content_type="application/x-www-form-urlencoded; charset=UTF-8",
                headers={"X-Twilio-Signature": given} if given else {},
            )
        )

    def voice(self, to: str, caller: str | None = None, call: str | None = None, **more: str) -> Answer:
        """An inbound call; without `caller` from somebody new."""
        return self.post("voice", self.fields(to, caller, call, more))

    def keys(self, to: str, call: str, caller: str | None = None, digits: str = "1") -> Answer:
        return self.post("keys", self.fields(to, caller, call, {"Digits": digits}))

    def dialled(self, to: str, call: str, status: str, attempt: int = 1, caller: str | None = None) -> Answer:
        hook = "dialled" if attempt == 1 else "dialled/again"
        return self.post(hook, self.fields(to, caller, call, {"DialCallStatus": status}))

    def status(self, to: str, call: str, status: str, **more: str) -> Answer:
        return self.post("status", self.fields(to, None, call, {"CallStatus": status, **more}))

    def follow(self, answer: Answer, to: str, call: str, press: bool = False) -> Followed:
        """Do what the answer says as the carrier would: fetch and play, perhaps press a key, connect."""
        heard = tuple(self.client.get(urlsplit(url).path).data for url in answer.plays)
        if press and answer.keys_to:
            answer = self.keys(to, call)
        if answer.reports_to:
            self.dialled(to, call, "completed")
        return Followed(heard, answer.dials)


def _answer(response: TestResponse) -> Answer:
    return Answer(response.status_code, response.text, dict(response.headers))


def _network(origin: str) -> Flask:
    """An application that only hands every request on to the one that is served at this origin."""
    wire = Flask("wire")

    @wire.route("/<path:path>", methods=["GET", "POST"])
    def hand_on(path: str) -> Response:
        connection = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=20)
        try:
            connection.request(request.method, f"/{path}", request.get_data(), dict(request.headers))
            answer = connection.getresponse()
            return Response(answer.read(), answer.status, answer.getheaders())
        finally:
            connection.close()

    return wire
