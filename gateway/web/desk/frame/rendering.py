"""How a page is made: templates, the words and filters that all of them have, messages shown once."""

from datetime import date, datetime
from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_datetime
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader, PrefixLoader

from gateway.models.base import FAR_FUTURE
from gateway.web.desk import words
from gateway.web.desk.frame import assets, cookies, csrf, keys, navigation, places
from gateway.web.desk.frame.door import visit
from gateway.web.desk.frame.languages import LANGUAGES, language
from gateway.web.desk.words.lists import said
from gateway.web.requests import runtime

_DESIGN_SYSTEM = ("govuk_frontend_jinja", "govuk_frontend_wtf")


def install(app: Flask) -> None:
    """Set the templates up; the design system's own macros pass names that are not there, ours may not."""
    here = app.extensions["court-gateway"]
    cookies.install(app, here.settings, here.vault.signing_keys("desk"))
    csrf.install(app)
    app.jinja_options = {**app.jinja_options, "undefined": ChainableUndefined}
    app.jinja_loader = ChoiceLoader(
        [
            PackageLoader("gateway"),
            PrefixLoader({each: PackageLoader(each) for each in _DESIGN_SYSTEM}),
        ]
    )
    app.jinja_env.filters.update(moment=moment, day=day, clock=clock, role_word=role_word)
    app.jinja_env.globals.update(
        asset=assets.address,
        word=words.word,
        said=said,
        place_of=places.place_of,
        colours=words.COLOURS,
        with_cursor=with_cursor,
    )
    app.jinja_env.globals["key_block"] = keys.key_block
    app.context_processor(_common)


def show(template: str, status: int = 200, **context: Any) -> ResponseReturnValue:
    """The page of a template below `templates/desk/`."""
    return render_template(f"desk/{template}", **context), status


def done(message: str, address: str) -> ResponseReturnValue:
    """What was done is said on the page that comes next."""
    flash(message, "success")
    return redirect(address, code=303)


def moment(at: datetime | None) -> str:
    """Day and time in the court's zone; empty for none and for an open end."""
    return format_datetime(at, "medium") if at is not None and at < FAR_FUTURE else ""


def clock(at: datetime | None) -> str:
    """The time of day in the court's zone."""
    return format_datetime(at, "HH:mm") if at is not None else ""


def day(value: date | datetime | None) -> str:
    """A day; of an instant the one that it is in the court's zone."""
    return format_date(value, "long") if value is not None else ""


def role_word(role: str) -> str:
    """The word of a role, for lists of them."""
    return words.word("role", role)


def with_cursor(cursor: str) -> str:
    """This page's address with another place to begin at; its filters stay."""
    return url_for(request.endpoint or "", **{**(request.view_args or {}), **request.args, "cursor": cursor})


def _common() -> dict[str, Any]:
    here = visit()
    return {
        "visit": here,
        "navigation": navigation.items(here),
        "language": language(),
        "languages": LANGUAGES,
        "here": request.full_path.rstrip("?") if request.method == "GET" else "/",
        "is_plain": not runtime().settings.desk_is_https,
    }
