"""Twilio's side of an outgoing call: a real HTTP server with its Calls resource, which then rings and plays.

https://www.twilio.com/docs/voice/api/call-resource#create-a-call: form in, 201 and JSON out, errors as JSON
with a code of Twilio's own.
"""

import base64
import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from gateway.carrier_box import CallHeard, CarrierBox, Reply, Transport, over_http
from tests.factories import ACCOUNT, BASE, SECRET

API = "https://api.twilio.com"


@dataclass
class TwilioApi:
    """What was ordered, and what refuses the next order: (HTTP status, Twilio's code)."""

    account: str = ACCOUNT
    token: str = SECRET
    orders: list[dict[str, str]] = field(default_factory=list)
    refusal: tuple[int, int] | None = None
    origin: str = ""

    def transport(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """The network of a gateway for which this server is api.twilio.com."""
        assert url.startswith(API), f"nobody but Twilio is to be asked: {url}"
        return over_http(method, self.origin + url.removeprefix(API), headers, body)

    def ring(self, to_gateway: Transport, **changes: str) -> CallHeard:
        """The phone of the last order is picked up: ask for the plan and follow it."""
        order = self.orders[-1]
        box = CarrierBox("twilio", self.account, self.token, BASE, "north", to_gateway)
        return box.be_called(changes.get("url", order["Url"]), order["To"], order["From"])

    def answer(self, path: str, authorization: str, fields: dict[str, str]) -> tuple[int, dict[str, object]]:
        known = "Basic " + base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if authorization != known:
            return 401, {"code": 20003, "message": "Authenticate", "status": 401}
        if path != f"/2010-04-01/Accounts/{self.account}/Calls.json":
            return 404, {"code": 20404, "message": "not found", "status": 404}
        if self.refusal is not None:
            status, code = self.refusal
            return status, {"code": code, "message": f"To {fields.get('To')} refused", "status": status}
        self.orders.append(fields)
        return 201, {"sid": "CA" + secrets.token_hex(16), "status": "queued", "to": fields["To"]}


@contextmanager
def twilio_api() -> Iterator[TwilioApi]:
    """A server of its own on a free port of this machine."""
    api = TwilioApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            fields = {name: values[0] for name, values in parse_qs(body, strict_parsing=True).items()}
            status, shown = api.answer(self.path, self.headers.get("authorization", ""), fields)
            sent = json.dumps(shown).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        api.origin = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield api
        server.shutdown()
        thread.join()
