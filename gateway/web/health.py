"""Is the process alive, and is the gateway fit to work? For load balancers, for people, for Prometheus."""

import hmac

from flask import Blueprint, Response, abort, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST

from gateway.web.gauges import exposition
from gateway.web.probing import Probe, probe
from gateway.web.requests import runtime

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """200 as soon as the process answers; it asks nothing of anybody."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def ready() -> Response:
    """200 where the database answers with this program's schema, else 503; never later than a call's answer.

    `degraded` is for people, and takes no worker out of service: calls need neither a scheduler nor a whole
    audit chain. Webhooks are to be balanced on /healthz, as they are connected even without a database.
    """
    here = runtime()
    found = probe(here)
    response = jsonify(ready=found.is_ready, degraded=found.is_degraded, checks=_checks(found))
    response.status_code = 200 if found.is_ready else 503
    return response


def _checks(found: Probe) -> dict[str, object]:
    checks: dict[str, object] = {
        "database": found.answers,
        "revision": found.revision,
        "expected_revision": found.expected_revision,
        "forward_map": found.forward_map,
    }
    if found.health is not None:
        health = found.health
        checks |= {
            "scheduler": health.scheduler_alive,
            "last_tick_age_s": health.last_tick_age_s,
            "overdue_notices": health.overdue_notices,
            "open_alerts": health.open_alerts,
            "clock_skew_s": round(health.clock_skew_s, 3),
            "chains_intact": health.chains_intact,
            "chains_age_s": health.chains_age_s,
            "closures_age_s": health.closures_age_s,
        }
    return checks


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counters and gauges for whoever holds the token of the settings; without one there is no such page."""
    here = runtime()
    if not here.settings.metrics_token:
        abort(404)
    expected = f"Bearer {here.settings.metrics_token}".encode()
    given = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(given, expected):
        return Response("Unauthorized\n", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
    return Response(exposition(probe(here)), content_type=CONTENT_TYPE_LATEST)
