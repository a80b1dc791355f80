"""Forms are taken only from our own pages: a token in each, and the browser's word where it gives one."""

from flask import Flask, request
from flask_wtf.csrf import CSRFError, CSRFProtect

_protect = CSRFProtect()


def install(app: Flask) -> None:
    """The token is asked for by the desk's door, not for webhooks and the API, which know no cookies."""
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=12 * 3600, WTF_CSRF_SSL_STRICT=False)
    _protect.init_app(app)


def refuse_forged() -> None:
    """Raise CSRFError for a form that another site has sent, or that carries no token of this browser."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise CSRFError("The form was sent by another site.")
    _protect.protect()
