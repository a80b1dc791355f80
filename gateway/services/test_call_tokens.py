"""Sealed tokens for the address at which a carrier asks what a test call is to hear."""

import base64
import binascii
import json

from gateway.vault import SealBroken, Vault

_PURPOSE = "test call"


def seal_token(vault: Vault, slug: str, test_call_id: str) -> str:
    """What the carrier's address is made of: opened by this gateway only, on this connection only."""
    sealed = vault.seal(json.dumps([slug, test_call_id]), _PURPOSE)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def open_token(vault: Vault, slug: str, token: str) -> str | None:
    """The test call's id; None where this is no token of this connection."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        sealed_for, test_call_id = json.loads(vault.open(sealed, _PURPOSE))
    except (SealBroken, ValueError, binascii.Error):
        return None
    return str(test_call_id) if sealed_for == slug else None
