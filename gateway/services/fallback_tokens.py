"""Sealed tokens for the address that a carrier calls when the voice webhook fails: they need no database."""

import base64
import binascii
import json
from dataclasses import dataclass

from gateway.vault import SealBroken, Vault

_PURPOSE = "fallback"


class BadToken(Exception):
    """Not a token that this gateway sealed for this connection."""


@dataclass(frozen=True, slots=True)
class FallbackRoute:
    """Where a line's calls go when nothing else is known."""

    gateway_number: str
    deliver_to: str


def seal_token(vault: Vault, slug: str, route: FallbackRoute) -> str:
    """URL-safe text without percent signs."""
    plain = json.dumps([slug, route.gateway_number, route.deliver_to])
    return base64.urlsafe_b64encode(vault.seal(plain, _PURPOSE)).decode().rstrip("=")


def open_token(vault: Vault, slug: str, token: str) -> FallbackRoute:
    """The route again; raises BadToken."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        sealed_for, gateway_number, deliver_to = json.loads(vault.open(sealed, _PURPOSE))
    except (SealBroken, ValueError, binascii.Error) as fault:
        raise BadToken from fault
    if sealed_for != slug:
        raise BadToken
    return FallbackRoute(gateway_number, deliver_to)
