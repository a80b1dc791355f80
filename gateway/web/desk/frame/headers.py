"""What the desk's answers forbid the browser: other sources, frames, and guesses."""

import secrets

from flask import Blueprint, Flask, Response, g, request

_POLICY = (
    "default-src 'none'; object-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self';"
    " img-src 'self'; media-src 'self' blob:; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)


def install(app: Flask) -> None:
    """Give every template the word with which its one inline script is allowed."""
    app.context_processor(lambda: {"cspNonce": _nonce()})


def protect(blueprint: Blueprint) -> None:
    """Put the headers on the desk's answers."""

    @blueprint.after_app_request
    def finish(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers["Content-Security-Policy"] = _POLICY.format(nonce=_nonce())
            response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
            response.headers["Permissions-Policy"] = "microphone=(self), camera=(), geolocation=()"
            response.headers["Referrer-Policy"] = "same-origin"
            response.headers["X-Frame-Options"] = "DENY"
            response.headers["Vary"] = "Cookie, Accept-Language"
        if request.blueprint == "desk":
            response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


def _nonce() -> str:
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce
