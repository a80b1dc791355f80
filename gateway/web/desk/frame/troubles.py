"""What the desk says when it says no: each refusal as a page with words, a status, and a way on."""

import structlog
from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from gateway.services.refusals import NotAllowed, NotFound, NotValid, StaleVersion, WrongState
from gateway.web.desk.frame.door import SignedOut, to_sign_in
from gateway.web.desk.frame.forms import said
from gateway.web.desk.frame.languages import language
from gateway.web.desk.frame.rendering import show

_log = structlog.get_logger()


def install(blueprint: Blueprint) -> None:
    """Answer every refusal of the desk's views."""
    blueprint.register_error_handler(NotFound, lambda _fault: page_not_found())
    blueprint.register_error_handler(NotAllowed, _not_allowed)
    blueprint.register_error_handler(WrongState, _wrong_state)
    blueprint.register_error_handler(StaleVersion, _stale)
    blueprint.register_error_handler(NotValid, _not_valid)
    blueprint.register_error_handler(SignedOut, lambda _fault: to_sign_in())
    blueprint.register_error_handler(CSRFError, _forged)
    blueprint.register_error_handler(HTTPException, page_of_status)
    for fault in (OperationalError, InterfaceError, PoolTimeout):
        blueprint.register_error_handler(fault, _unavailable)


def page_not_found() -> ResponseReturnValue:
    """The same page for what is not there and for what is another court's."""
    text = _("If you typed the address, check that it is correct. It may also belong to another court.")
    return _page(404, _("Page not found"), [text])


def page_of_status(fault: HTTPException) -> ResponseReturnValue:
    """A page for an HTTP error that nobody has given words of its own."""
    if fault.code == 404:
        return page_not_found()
    if fault.code == 413:
        return _page(413, _("The file is too large"), [_("Send at most 25 megabytes.")])
    if fault.code is not None and fault.code < 400:
        return fault.get_response()
    return _page(fault.code or 500, _("This did not work"), [_("The request could not be read.")])


def page_of_trouble() -> ResponseReturnValue:
    """A page for an error of ours."""
    text = _("Nothing was changed. Try again; if it happens again, tell your administrator when it happened.")
    return _page(500, _("Sorry, there is a problem with the service"), [text])


def _not_allowed(fault: NotAllowed) -> ResponseReturnValue:
    _log.warning("not allowed", why=fault.rule, route=request.url_rule.rule if request.url_rule else "")
    return _page(403, _("You cannot do this"), [getattr(fault, language())])


def _wrong_state(fault: WrongState) -> ResponseReturnValue:
    changes = [f"{name}: {seen} → {now}" for name, seen, now in fault.difference]
    return _page(409, _("This cannot be done now"), [getattr(fault, language()), *changes])


def _stale(_fault: StaleVersion) -> ResponseReturnValue:
    text = _("This has changed since you opened the page. Look again, then repeat.")
    return _page(409, _("This cannot be done now"), [text])


def _not_valid(fault: NotValid) -> ResponseReturnValue:
    return _page(422, _("This is not possible"), [said(each) for each in fault.refusals])


def _forged(_fault: CSRFError) -> ResponseReturnValue:
    text = _("The page was open for too long, or it was opened in another browser. Nothing was changed.")
    return _page(400, _("Open the page again"), [text])


def _unavailable(fault: Exception) -> ResponseReturnValue:
    _log.error("database unavailable", fault=type(fault).__name__)
    text = _("The database does not answer at the moment. Nothing was changed. Calls still go through.")
    return _page(503, _("Try again in a minute"), [text])


def _page(status: int, title: str, paragraphs: list[str]) -> ResponseReturnValue:
    return show("trouble.html", status, title=title, paragraphs=paragraphs)
