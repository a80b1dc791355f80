"""Requests to the served door without a server: what an ASGI server hands over, and what it gets back."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from gateway.web.front import Door
from tests.carriers import Pairs
from tests.factories import BASE, SECRET

NORTH = "/webhooks/north/voice"
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
Answer = tuple[int, str, bytes]
"""Status, content type, body."""


@dataclass(frozen=True)
class Recorded:
    """A request as it came over the wire."""

    kind: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def signed(kind: str, pairs: Pairs, secret: str = SECRET, path: str = NORTH, **headers: str) -> Recorded:
    """A call with these fields, signed by Twilio's SDK; other headers take the place of ours."""
    signature = RequestValidator(secret).compute_signature(BASE + path, MultiDict(pairs))
    given = {"content-type": FORM, "x-twilio-signature": signature} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return Recorded(kind, path, given, urlencode(pairs).encode())


def through_door(door: Door, requests: Sequence[Recorded], method: str = "POST") -> list[Answer]:
    """All of them at once, in this order."""

    async def all_of_them() -> list[Answer]:
        return list(await asyncio.gather(*(_knock(door, each, method) for each in requests)))

    # In a thread of its own: where browsers are tested by the same process, this one's loop runs already.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(all_of_them())).result()


def headers_through_door(door: Door, each: Recorded) -> dict[str, str]:
    """The headers of one answer, but for its length."""
    with ThreadPoolExecutor(1) as thread:
        sent = thread.submit(lambda: asyncio.run(_sent(door, each, "POST"))).result()
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    del headers["content-length"]
    return headers


async def _knock(door: Door, each: Recorded, method: str) -> Answer:
    sent = await _sent(door, each, method)
    kind = dict(sent[0]["headers"])[b"content-type"].decode()
    return sent[0]["status"], kind, b"".join(message.get("body", b"") for message in sent[1:])


async def _sent(door: Door, each: Recorded, method: str) -> list[Mapping[str, Any]]:
    path, _, query = each.path.partition("?")
    headers = [(name.encode(), value.encode("latin-1")) for name, value in each.headers.items()]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [*headers, (b"content-length", str(len(each.body)).encode())],
    }
    sent: list[Mapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": each.body, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    await door(scope, receive, send)
    return sent
