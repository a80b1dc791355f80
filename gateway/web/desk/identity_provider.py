"""The court's identity provider (OpenID Connect), as Authlib speaks with it.

Loaded by the factory where the settings name one, and nowhere else: with it come an HTTP client and more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError
from requests import RequestException

from gateway.services.link_identity import Identity
from gateway.web.desk.single_sign_on import PROVIDER, ProviderFailed

PATIENCE = 5.0
"""Seconds that the provider has for each answer."""


def install(app: Flask) -> None:
    """Know the provider that the settings name; it is asked about itself at the first sign-in."""
    settings = app.extensions["court-gateway"].settings
    oauth = OAuth(app)
    oauth.register(
        "court",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile",
            "code_challenge_method": "S256",
            "default_timeout": PATIENCE,
        },
    )
    app.extensions[PROVIDER] = CourtProvider(oauth.court, settings.oidc_issuer)


@dataclass(frozen=True, slots=True)
class CourtProvider:
    """Authlib's client for one issuer: code flow with PKCE, state and nonce."""

    client: Any
    issuer: str

    def ask(self, callback: str) -> ResponseReturnValue:
        """To the provider, with a state that only this browser can bring back. Raises ProviderFailed."""
        with _failures_named():
            answer: ResponseReturnValue = self.client.authorize_redirect(callback)
        return answer

    def identity(self) -> Identity:
        """Whom the provider vouches for in the request at hand; some tell his name in the signed token,
        some only when asked for it. Raises ProviderFailed."""
        with _failures_named():
            token = self.client.authorize_access_token()
            claims = token["userinfo"]
            issuer, subject, name = str(claims["iss"]), str(claims["sub"]), claims.get("preferred_username")
            if issuer.rstrip("/") != self.issuer.rstrip("/"):
                raise ValueError("another issuer")
            if name is None:
                told = self.client.userinfo(token=token)
                if told["sub"] != subject:
                    raise ValueError("another subject")
                name = told.get("preferred_username")
        return Identity(issuer, subject, str(name or ""))


@contextmanager
def _failures_named() -> Iterator[None]:
    """Whatever the provider can bring about, by its kind alone: its text may hold what was sent."""
    try:
        yield
    except (RequestException, OAuthError, JoseError, KeyError, ValueError, TypeError) as fault:
        raise ProviderFailed(type(fault).__name__) from fault
