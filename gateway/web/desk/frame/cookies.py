"""The desk's cookies: bound to https where the desk is reached by it, plain on this machine only."""

from flask import Flask, Response, current_app, g, request

from gateway.settings import Settings

SESSION_SECONDS = 12 * 3600


def install(app: Flask, settings: Settings, keys: tuple[bytes, ...]) -> None:
    """How Flask signs its own cookie, which holds the form's token and one-time messages, never who it is."""
    app.secret_key = keys[0]
    app.config.update(
        SECRET_KEY_FALLBACKS=list(keys[1:]),
        SESSION_COOKIE_NAME=_name(settings, "desk-form"),
        SESSION_COOKIE_SECURE=settings.desk_is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )

    @app.after_request
    def renew(response: Response) -> Response:
        """A step that was confirmed has given the session a new token."""
        if "renewed_session" in g:
            hand_out_session(response, g.renewed_session)
        return response


def session_token() -> str:
    """The token of this request, or the one that a confirmation in it has made; empty where there is none."""
    if "renewed_session" in g:
        return str(g.renewed_session)
    return request.cookies.get(_name(_settings(), "desk-session"), "")


def hand_out_session(response: Response, token: str) -> None:
    """Give the browser a new session's token. The session itself, and when it ends, is the database's."""
    set_cookie(response, "desk-session", token, SESSION_SECONDS)


def take_back_session(response: Response) -> None:
    """Let the browser forget its session."""
    set_cookie(response, "desk-session", "", 0)


def set_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    """A cookie that no script reads, no other site sends with a form, and no plain network sees."""
    settings = _settings()
    response.set_cookie(
        _name(settings, name),
        value,
        max_age=seconds,
        path="/",
        secure=settings.desk_is_https,
        httponly=True,
        samesite="Lax",
    )


def read_cookie(name: str) -> str:
    """A cookie that was set by `set_cookie`; empty where there is none."""
    return request.cookies.get(_name(_settings(), name), "")


def _name(settings: Settings, name: str) -> str:
    """With the prefix that lets a browser take it from this very host over https only."""
    return f"__Host-{name}" if settings.desk_is_https else name


def _settings() -> Settings:
    found: Settings = current_app.extensions["court-gateway"].settings
    return found
