"""Placing a call over Twilio's REST API with its own SDK, whose requests go over a transport that we hand in.

https://www.twilio.com/docs/voice/api/call-resource#create-a-call
"""

import base64
import logging
from collections.abc import Mapping
from urllib.parse import urlencode

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from gateway.call_orders import CallNotPlaced, CallOrder
from gateway.carrier_box import NoAnswer, Transport
from gateway.forward_map import MappedTrunk

_API = "https://api.twilio.com/"


class TwilioDialler:
    """The auth token that signs webhooks also opens the API."""

    def place(self, trunk: MappedTrunk, order: CallOrder, transport: Transport) -> None:
        # A region or edge named in the environment would send the token elsewhere.
        nothing = {"": ""}
        carried = _Carried(transport)
        client = Client(trunk.account, trunk.secrets[0], http_client=carried, environment=nothing)
        try:
            client.calls.create(
                to=order.to,
                from_=order.shown,
                url=order.answer_url,
                method="POST",
                timeout=order.ring_seconds,
                time_limit=order.time_limit_seconds,
            )
        except TwilioRestException as refused:
            raise CallNotPlaced(str(refused.code or refused.status)) from None
        except (NoAnswer, TwilioException, ValueError):
            raise CallNotPlaced("unreachable") from None


class _Carried(HttpClient):  # type: ignore[misc]
    """The SDK's requests over our transport: no session, no proxy, no redirect, and nothing is logged."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self._transport = transport

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
        if not uri.startswith(_API):
            raise NoAnswer("not the carrier's address")
        url = f"{uri}?{urlencode(params)}" if params else uri
        sent = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
        if auth is not None:
            sent["authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        reply = self._transport(method, url, sent, urlencode(data or {}, doseq=True).encode())
        return Response(reply.status, reply.body.decode("utf-8", "replace"), dict(reply.headers))
