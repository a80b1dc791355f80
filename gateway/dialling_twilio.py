"""Placing a call over Twilio's REST API with its own SDK, whose requests go over a transport that we hand in.

The SDK runs in a process of its own, as it brings an HTTP client that nobody else needs; that process asks us
for each request and is told the answer, a line of JSON each.

https://www.twilio.com/docs/voice/api/call-resource#create-a-call
"""

import json
import subprocess
import sys
from dataclasses import asdict
from typing import IO, Any

from gateway.call_orders import CallNotPlaced, CallOrder
from gateway.carrier_box import NoAnswer, Transport
from gateway.forward_map import MappedTrunk

_API = "https://api.twilio.com/"


class TwilioDialler:
    """The auth token that signs webhooks also opens the API."""

    def place(self, trunk: MappedTrunk, order: CallOrder, transport: Transport) -> None:
        command = [sys.executable, "-I", "-m", "gateway.dialling_twilio_child"]
        # A region or edge named in the environment would send the token elsewhere.
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, env={}, text=True) as child:
            told, said = _both(child)
            _tell(told, {"account": trunk.account, "secret": trunk.secrets[0], "order": asdict(order)})
            for line in said:
                word: dict[str, Any] = json.loads(line)
                if "request" not in word:
                    break
                _tell(told, _carried(transport, **word["request"]))
            else:
                raise CallNotPlaced("unreachable")
        if word["refused"] is not None:
            raise CallNotPlaced(word["refused"])


def _both(child: "subprocess.Popen[str]") -> tuple[IO[str], IO[str]]:
    if child.stdin is None or child.stdout is None:
        raise CallNotPlaced("unreachable")
    return child.stdin, child.stdout


def _tell(told: IO[str], word: dict[str, Any]) -> None:
    told.write(json.dumps(word) + "\n")
    told.flush()


def _carried(
    transport: Transport, method: str, url: str, headers: dict[str, str], body: str
) -> dict[str, Any]:
    """One request over our transport: no session, no proxy, no redirect, and nothing is logged."""
    try:
        if not url.startswith(_API):
            raise NoAnswer("not the carrier's address")
        reply = transport(method, url, headers, body.encode())
    except NoAnswer:
        return {"reply": None}
    text = reply.body.decode("utf-8", "replace")
    return {"reply": {"status_code": reply.status, "text": text, "headers": dict(reply.headers)}}
