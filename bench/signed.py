"""Signed webhooks for the load client, each another call, with what its answer must hold."""

import base64
import hmac
import random
import secrets
import struct
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tests.factories import ACCOUNT, BASE, SECRET, number

PATH = "/webhooks/north/voice"
SILENT_EVERY = 20
"""One line in so many has a notice whose time is over: its callers are just connected."""


def dialled(place: int) -> str:
    """Numbers of a country that does not exist: those of the fictitious block are too few."""
    return f"+9991{place:08d}"


def delivered(place: int) -> str:
    return f"+9992{place:08d}"


def plays(place: int) -> bool:
    return place % SILENT_EVERY != 0


@dataclass
class Calls:
    """Calls to lines drawn at random, each from a caller whom that line does not know yet."""

    lines: int
    chance: random.Random = field(default_factory=lambda: random.Random(20171001))
    known: set[tuple[int, int]] = field(default_factory=set)

    def write(self, file: Path, count: int) -> None:
        with file.open("wb") as out:
            for _ in range(count):
                place, caller = self._pair()
                request = signed(dialled(place), number(caller))
                must_hold = f"<Number>{delivered(place)}</Number>".encode()
                head = struct.pack("<IIB", len(request), len(must_hold), plays(place))
                out.write(head + request + must_hold)

    def _pair(self) -> tuple[int, int]:
        while (pair := (self.chance.randrange(self.lines), self.chance.randrange(10_000))) in self.known:
            pass
        self.known.add(pair)
        return pair


def signed(to: str, caller: str) -> bytes:
    """A whole HTTP request with the carrier's signature."""
    fields = {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "CallSid": f"CA{secrets.token_hex(16)}",
        "CallStatus": "ringing",
        "Called": to,
        "Caller": caller,
        "Direction": "inbound",
        "From": caller,
        "To": to,
    }
    text = BASE + PATH + "".join(name + fields[name] for name in sorted(fields))
    signature = base64.b64encode(hmac.digest(SECRET.encode(), text.encode(), "sha1")).decode()
    body = urlencode(fields).encode()
    head = (
        f"POST {PATH} HTTP/1.1",
        "Host: gw.court.example",
        f"X-Twilio-Signature: {signature}",
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*head, "", "")).encode() + body
