"""Single sign-on by OpenID Connect: to the court's identity provider and back (`identity_provider.py`)."""

from typing import Protocol

import structlog
from flask import current_app, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gateway.services.link_identity import Identity, enter_by_identity
from gateway.services.refusals import NotFound, SignInRefused, TooManyAttempts
from gateway.web.desk.frame.door import Area
from gateway.web.desk.frame.languages import language, own_address
from gateway.web.desk.frame.rendering import show
from gateway.web.desk.sign_in import to_second_factor, transactions, visitor
from gateway.web.requests import runtime

AREA = Area("single_sign_on")
PROVIDER = "court-gateway-oidc"
"""Under which the application holds its provider, where the settings name one."""
_WANTED = "sso_next"
_log = structlog.get_logger()


class ProviderFailed(Exception):
    """The provider cannot be reached, or what it sent is not to be believed; the text is the fault's kind."""


class Provider(Protocol):
    """Who vouches for the court's people."""

    def ask(self, callback: str) -> ResponseReturnValue:
        """The answer that leads a browser to the provider. Raises ProviderFailed."""
        ...

    def identity(self) -> Identity:
        """Whom it vouches for in the request at hand. Raises ProviderFailed."""
        ...


@AREA.open_page("/sign-in/sso")
def begin() -> ResponseReturnValue:
    """To the provider, with a state that only this browser can bring back."""
    provider = _provider()
    form_session[_WANTED] = own_address(request.args.get("next"))
    callback = runtime().settings.desk_origin + url_for("desk.single_sign_on_arrive")
    try:
        return provider.ask(callback)
    except ProviderFailed as fault:
        return _refused("sso unreachable", fault)


@AREA.open_page("/sign-in/sso/arrive")
def arrive() -> ResponseReturnValue:
    """Back from the provider: who it says this is, and on to the second factor."""
    try:
        identity = _provider().identity()
    except ProviderFailed as fault:
        return _refused("sso refused", fault)
    try:
        half = enter_by_identity(transactions(), visitor(), identity)
    except (SignInRefused, TooManyAttempts) as refused:
        return show("sign_in/sso_refused.html", 403, message=getattr(refused, language()))
    return to_second_factor(half, own_address(form_session.pop(_WANTED, None)))


def _provider() -> Provider:
    provider: Provider | None = current_app.extensions.get(PROVIDER)
    if provider is None:
        raise NotFound
    return provider


def _refused(what: str, fault: ProviderFailed) -> ResponseReturnValue:
    """What went wrong is logged by its kind alone."""
    _log.warning(what, fault=str(fault))
    message = _("The court's identity provider did not confirm who you are. Try again, or use your password.")
    return show("sign_in/sso_refused.html", 403, message=message)
