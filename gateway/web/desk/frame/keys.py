"""Security keys before a browser: where the desk is, and the piece of a form that asks a key."""

import ipaddress
from urllib.parse import urlsplit

from flask import render_template
from markupsafe import Markup
from wtforms import HiddenField

from gateway.services.security_keys import Site
from gateway.web.requests import runtime


def site() -> Site | None:
    """Where keys are bound to; None where the desk has no name of its own, as keys know no bare addresses."""
    origin = runtime().settings.desk_origin
    host = urlsplit(origin).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return Site(host, origin) if host else None
    return None


class AnswerField(HiddenField):  # type: ignore[misc]
    """What a key answered: put here by the script, and never sent back to the browser."""

    def _value(self) -> str:
        return ""


def key_block(kind: str, question: str | None, *, at_once: bool = False, offer: bool = False) -> Markup:
    """The piece of a form that asks a key. `kind`: get or create; `offer`: a button that has it asked."""
    return Markup(
        render_template("desk/keys/block.html", kind=kind, question=question, at_once=at_once, offer=offer)
    )
