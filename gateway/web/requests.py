"""What every request meets: its place among those under way, its headers, one count and one log line."""

import threading
import time

import structlog
from flask import Flask, Response, current_app, g, request

from gateway.runtime import Runtime
from gateway.settings import Settings
from gateway.web import metrics

_log = structlog.get_logger()
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
}
_YEAR = 31536000
_ALWAYS_IN = ("/webhooks/", "/recordings/", "/healthz")


def runtime() -> Runtime:
    """The runtime of the application that answers this request."""
    found: Runtime = current_app.extensions["court-gateway"]
    return found


def headers_of_every_answer(settings: Settings) -> dict[str, str]:
    """What every answer says that does not say otherwise, by whichever door it leaves."""
    https = {"Strict-Transport-Security": f"max-age={_YEAR}; includeSubDomains"}
    return _ALWAYS | (https if settings.desk_is_https else {})


def install(app: Flask) -> None:
    """Keep half of the threads for calls, whatever the rest of the application waits for."""
    settings: Settings = app.extensions["court-gateway"].settings
    headers = headers_of_every_answer(settings)
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
        for name, value in headers.items():
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
