"""Twilio's SDK in a process of its own: places one call; whoever started it carries its requests."""

import base64
import json
import logging
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client


class NotCarried(Exception):
    """The request did not reach the carrier."""


class Carried(HttpClient):  # type: ignore[misc]
    """The SDK's requests as lines to our parent, its answers as lines from him."""

    def __init__(self) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002
        allow_redirects: bool = False,  # noqa: ARG002
    ) -> Response:
        url = f"{uri}?{urlencode(params)}" if params else uri
        sent = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
        if auth is not None:
            sent["authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        body = urlencode(data or {}, doseq=True)
        _say({"request": {"method": method, "url": url, "headers": sent, "body": body}})
        reply = json.loads(sys.stdin.readline())["reply"]
        if reply is None:
            raise NotCarried
        return Response(**reply)


def place(account: str, secret: str, order: Mapping[str, Any]) -> str | None:
    """None when the carrier has taken the order; otherwise its code, or `unreachable`."""
    nothing = {"": ""}
    client = Client(account, secret, http_client=Carried(), environment=nothing)
    try:
        client.calls.create(
            to=order["to"],
            from_=order["shown"],
            url=order["answer_url"],
            method="POST",
            timeout=order["ring_seconds"],
            time_limit=order["time_limit_seconds"],
        )
    except TwilioRestException as refused:
        return str(refused.code or refused.status)
    except (NotCarried, TwilioException, ValueError):
        return "unreachable"
    return None


def _say(word: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(word) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _say({"refused": place(**json.loads(sys.stdin.readline()))})
