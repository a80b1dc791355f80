"""Single sign-on by OpenID Connect: code flow with PKCE, state and nonce, as Authlib does it."""

from typing import Any

import structlog
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from joserfc.errors import JoseError
from requests import RequestException

from gateway.services.link_identity import Identity, enter_by_identity
from gateway.services.refusals import NotFound, SignInRefused, TooManyAttempts
from gateway.web.desk.frame.door import Area
from gateway.web.desk.frame.languages import language, own_address
from gateway.web.desk.frame.rendering import show
from gateway.web.desk.sign_in import to_second_factor, transactions, visitor
from gateway.web.requests import runtime

AREA = Area("single_sign_on")
PATIENCE = 5.0
"""Seconds that the provider has for each answer."""
_PROVIDER, _WANTED = "court-gateway-oidc", "sso_next"
_log = structlog.get_logger()


def install(app: Flask) -> None:
    """Know the provider that the settings name; it is asked about itself at the first sign-in."""
    settings = app.extensions["court-gateway"].settings
    if not settings.oidc_issuer:
        return
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
    app.extensions[_PROVIDER] = oauth.court


@AREA.open_page("/sign-in/sso")
def begin() -> ResponseReturnValue:
    """To the provider, with a state that only this browser can bring back."""
    provider = _provider()
    form_session[_WANTED] = own_address(request.args.get("next"))
    callback = runtime().settings.desk_origin + url_for("desk.single_sign_on_arrive")
    try:
        answer: ResponseReturnValue = provider.authorize_redirect(callback)
    except (RequestException, OAuthError, KeyError, ValueError) as fault:
        return _refused("sso unreachable", fault)
    return answer


@AREA.open_page("/sign-in/sso/arrive")
def arrive() -> ResponseReturnValue:
    """Back from the provider: who it says this is, and on to the second factor."""
    provider = _provider()
    try:
        identity = _identity(provider)
    except (RequestException, OAuthError, JoseError, KeyError, ValueError, TypeError) as fault:
        return _refused("sso refused", fault)
    try:
        half = enter_by_identity(transactions(), visitor(), identity)
    except (SignInRefused, TooManyAttempts) as refused:
        return show("sign_in/sso_refused.html", 403, message=getattr(refused, language()))
    return to_second_factor(half, own_address(form_session.pop(_WANTED, None)))


def _identity(provider: Any) -> Identity:
    """Whom the provider vouches for; some tell his name in the signed token, some only when asked for it."""
    token = provider.authorize_access_token()
    claims = token["userinfo"]
    issuer, subject, name = str(claims["iss"]), str(claims["sub"]), claims.get("preferred_username")
    if issuer.rstrip("/") != runtime().settings.oidc_issuer.rstrip("/"):
        raise ValueError("another issuer")
    if name is None:
        told = provider.userinfo(token=token)
        if told["sub"] != subject:
            raise ValueError("another subject")
        name = told.get("preferred_username")
    return Identity(issuer, subject, str(name or ""))


def _provider() -> Any:
    provider = current_app.extensions.get(_PROVIDER)
    if provider is None:
        raise NotFound
    return provider


def _refused(what: str, fault: Exception) -> ResponseReturnValue:
    """What went wrong is logged by its kind alone: its text may hold what the provider sent."""
    _log.warning(what, fault=type(fault).__name__)
    message = _("The court's identity provider did not confirm who you are. Try again, or use your password.")
    return show("sign_in/sso_refused.html", 403, message=message)
