"""Which error gets which words and status, for whoever comes to a door that is not there."""

from flask import Flask, Response
from werkzeug.exceptions import HTTPException


def install(app: Flask) -> None:
    """Plain answers for plain HTTP errors; no page ever shows a trace or what was sent."""

    @app.errorhandler(HTTPException)
    def plain(fault: HTTPException) -> Response:
        return Response(f"{fault.name}\n", fault.code or 500, mimetype="text/plain")
