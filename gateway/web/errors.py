"""Which error gets which words and status, for whoever comes to a door that is not there."""

from pathlib import PurePath
from traceback import extract_tb

import structlog
from flask import Flask, Response, make_response, request
from werkzeug.exceptions import HTTPException

from gateway.web.api import problems
from gateway.web.desk.frame import troubles

_API = "/api/"
_PLAIN = ("/webhooks/", "/recordings/", "/healthz", "/readyz", "/metrics")
"""Doors at which no person stands: a plain line is enough."""
_log = structlog.get_logger()


def install(app: Flask) -> None:
    """Pages for people, problem details under /api, a line elsewhere; never a trace, nor what was sent."""
    app.register_error_handler(HTTPException, _told)
    app.register_error_handler(Exception, _trouble)
    app.after_request(_in_the_words_of_the_api)


def _told(fault: HTTPException) -> Response:
    status = fault.code or 500
    if request.path.startswith(_API):
        headers = {name: value for name, value in fault.get_headers() if name in {"Allow", "Retry-After"}}
        return problems.answer(problems.of_status(status, headers))
    if request.path.startswith(_PLAIN):
        return Response(f"{fault.name}\n", status, mimetype="text/plain")
    return make_response(troubles.page_of_status(fault))


def _trouble(fault: Exception) -> Response:
    """An error of ours: logged by its kind and place alone, as its text may hold what was sent."""
    frames = extract_tb(fault.__traceback__)
    where = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    ours = [each for each in frames if "site-packages" not in each.filename]
    if ours:
        where = f"{PurePath(ours[-1].filename).name}:{ours[-1].lineno}"
    _log.error("error", fault=type(fault).__name__, where=where)
    if request.path.startswith(_API):
        return problems.answer(problems.TROUBLE)
    if request.path.startswith(_PLAIN):
        return Response("Internal Server Error\n", 500, mimetype="text/plain")
    return make_response(troubles.page_of_trouble())


def _in_the_words_of_the_api(response: Response) -> Response:
    """Whoever refused a request under /api before any route was found did not know how the API says no."""
    if not request.path.startswith(_API) or response.status_code < 400:
        return response
    if response.mimetype == problems.MEDIA_TYPE:
        return response
    return problems.answer(problems.of_status(response.status_code, dict(response.headers)))
