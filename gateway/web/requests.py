"""What every request meets: its place among those under way, its headers, one count and one log line."""

import threading
import time

import structlog
from flask import Flask, Response, current_app, g, request

from gateway.runtime import Runtime
from gateway.web import metrics

_log = structlog.get_logger()
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
}
"""What every response says that does not say otherwise."""
_ALWAYS_IN = ("/webhooks/", "/recordings/", "/healthz")


def runtime() -> Runtime:
    """The runtime of the application that answers this request."""
    found: Runtime = current_app.extensions["court-gateway"]
    return found


def install(app: Flask) -> None:
    """Keep half of the threads for calls, whatever the rest of the application waits for."""
    settings = app.extensions["court-gateway"].settings
    places = threading.BoundedSemaphore(max(1, settings.threads // 2))

    @app.before_request
    def enter() -> Response | None:
        g.started = time.perf_counter()
        if request.path.startswith(_ALWAYS_IN):
            return None
        g.in_place = places.acquire(blocking=False)
        if g.in_place:
            return None
        return Response(status=503, headers={"Retry-After": "1"})

    @app.teardown_request
    def leave(_fault: BaseException | None) -> None:
        if g.pop("in_place", False):
            places.release()

    @app.after_request
    def finish(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        route = request.url_rule.rule if request.url_rule else "none"
        seconds = time.perf_counter() - g.started
        metrics.REQUESTS.labels(route, request.method, str(response.status_code)).inc()
        metrics.SECONDS.labels(route).observe(seconds)
        _log.info(
            "answered",
            method=request.method,
            route=route,
            status=response.status_code,
            duration_ms=round(seconds * 1000, 1),
        )
        return response
