"""The REST API, version 1: the route table put behind the door, and refusals met once."""

from logging import ERROR, WARNING
from typing import Any

import structlog
from flask import Blueprint, Response, jsonify, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.carrier_box import over_http
from gateway.services.refusals import NotAllowed, ServiceRefused
from gateway.web.api import problems
from gateway.web.api.door import Desk, Rates, counted_by, serve
from gateway.web.api.openapi import document
from gateway.web.api.problems import Stopped
from gateway.web.api.table import ROUTES
from prompts.refusals import AudioRefused

_TAKEN = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
_log = structlog.get_logger()

for _route in ROUTES:
    blueprint.add_url_rule(
        _route.path,
        endpoint=_route.name,
        view_func=serve(_route),
        methods=[_route.method],
        provide_automatic_options=False,
    )


@blueprint.record
def set_up(state: BlueprintSetupState) -> None:
    """Give the application what the API keeps besides the runtime."""
    here = state.app.extensions["court-gateway"]
    rates = Rates(here.settings.api_rate, counted_by(here.counting))
    state.app.extensions["court-gateway-api"] = Desk(rates, over_http)


@blueprint.get("/openapi.json", provide_automatic_options=False)
def openapi() -> Response:
    """The document; the one address that asks for no token, as it tells nothing about any court."""
    return jsonify(document())


@blueprint.errorhandler(ServiceRefused)
@blueprint.errorhandler(AudioRefused)
@blueprint.errorhandler(Stopped)
def refused(fault: Any) -> Response:
    """What a service, the audio library or the door says no to."""
    if isinstance(fault, NotAllowed):
        _log.warning("not allowed", why=fault.rule, route=request.url_rule.rule if request.url_rule else "")
    return problems.answer(problems.problem_of(fault))


@blueprint.errorhandler(IntegrityError)
def taken(fault: IntegrityError) -> Response:
    """Two requests wanted the same at once, and the database let one of them; any other breach is ours."""
    kind = getattr(fault.orig, "sqlstate", None) or getattr(fault.orig, "sqlite_errorname", "")
    raced = kind in _TAKEN
    _log.log(WARNING if raced else ERROR, "not kept", fault=type(fault.orig).__name__, kind=kind)
    return problems.answer(problems.CHANGED_MEANWHILE if raced else problems.TROUBLE)


@blueprint.errorhandler(OperationalError)
@blueprint.errorhandler(InterfaceError)
@blueprint.errorhandler(PoolTimeout)
def unavailable(fault: Exception) -> Response:
    """The database is away, locked or too slow; nothing was written."""
    _log.error("database unavailable", fault=type(fault).__name__)
    return problems.answer(problems.BUSY)
