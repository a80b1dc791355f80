"""Which language a page speaks: the visitor's choice, then what his browser prefers; and the court's time."""

from flask import Blueprint, Flask, Response, make_response, redirect, request
from flask_babel import Babel, get_locale

from gateway.web.desk.frame.catalogue import CHINESE, Catalogues
from gateway.web.desk.frame.cookies import read_cookie, set_cookie
from gateway.web.desk.frame.door import HOME_ZONE, visit

LANGUAGES = {"zh": "中文", "en": "English"}
"""Code -> name in the language itself, as the choice shows it."""
_YEAR = 31536000


def install(app: Flask) -> None:
    """Let Flask-Babel speak from our catalogues."""
    babel = Babel(app, locale_selector=_locale, timezone_selector=_zone)
    babel.domain_instance = Catalogues()


def language() -> str:
    """zh or en."""
    return CHINESE if str(get_locale()).startswith(CHINESE) else "en"


def add_choice(blueprint: Blueprint) -> None:
    """The address behind the choice of a language."""

    @blueprint.get("/language/<code>")
    def choose_language(code: str) -> Response:
        response = make_response(redirect(own_address(request.args.get("next"))))
        if code in LANGUAGES:
            set_cookie(response, "language", code, _YEAR)
        return response


def own_address(wanted: str | None) -> str:
    """An address of ours to go to; never one of another site, whatever the link says."""
    text = wanted or "/"
    ours = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if ours else "/"


def _locale() -> str:
    chosen = read_cookie("language")
    if chosen not in LANGUAGES:
        chosen = request.accept_languages.best_match(LANGUAGES) or CHINESE
    return "zh_Hans_CN" if chosen == CHINESE else "en_GB"


def _zone() -> str:
    here = visit()
    return here.zone.key if here is not None else HOME_ZONE
