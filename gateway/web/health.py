"""Is the process alive, and is the gateway fit to work? For load balancers and for people."""

from flask import Blueprint, Response

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """200 as soon as the process answers; it asks nothing of anybody."""
    return Response("ok\n", mimetype="text/plain")
