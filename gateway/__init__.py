"""Court Notice Gateway: the only place where its parts are chosen and put together.

The parts are imported when they are asked for: a command or an importer's child loads no web application.
"""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from gateway.runtime import Runtime
    from gateway.web.front import Door

SWITCH_SECONDS = 0.0005
"""How long a thread may compute before others get their turn. A call lets go of the interpreter at every step
in the database; with Python's 5 ms it would wait that long at each, behind whoever draws a page."""

__all__ = ["create_app", "create_door", "open_runtime", "rehearse", "run_scheduler"]


def open_runtime(environment: Mapping[str, str]) -> "Runtime":
    """What a web process holds, with the threads that work beside its requests; rehearsed."""
    from gateway.checkpointing import keep_checkpointing
    from gateway.clock import SystemClock
    from gateway.importing import keep_importing
    from gateway.logs import configure
    from gateway.runtime import Runtime
    from gateway.settings import read_settings
    from gateway.sharing import keep_sharing

    settings = read_settings(environment)
    configure(settings.log_level)
    sys.setswitchinterval(SWITCH_SECONDS)
    runtime = Runtime.open(settings, SystemClock())
    runtime.keep_forward_map_fresh()
    keep_checkpointing(runtime.engine, runtime.stopped)
    keep_importing(runtime)
    keep_sharing(runtime)
    rehearse(runtime)
    return runtime


def create_door(runtime: "Runtime") -> "Door":
    """The same application as an ASGI server takes it: calls are answered in front of it, many at a time."""
    from a2wsgi import WSGIMiddleware

    from gateway.web.front import Door

    app: Any = create_app(runtime)
    behind: Any = WSGIMiddleware(app, workers=runtime.settings.threads)
    return Door(runtime, behind)


def create_app(runtime: "Runtime") -> "Flask":
    """The web application over one process's runtime. Nothing here touches the database."""
    from flask import Flask

    from gateway.web import addresses, api, carrier, desk, errors, health, media, requests

    app = Flask("gateway", static_folder=None)
    app.url_rule_class = addresses.Address
    app.config["MAX_CONTENT_LENGTH"] = 25 * 1024 * 1024
    app.extensions["court-gateway"] = runtime
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    requests.install(app)
    errors.install(app)
    app.register_blueprint(carrier.blueprint)
    app.register_blueprint(media.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(api.blueprint)
    desk.install(app)
    if runtime.settings.oidc_issuer:
        from gateway.web.desk import identity_provider

        identity_provider.install(app)
    _believe_proxies(app, runtime.settings.proxies)
    return app


def _believe_proxies(app: "Flask", count: int) -> None:
    """Take the visitor's address, and nothing else, from what so many proxies wrote into X-Forwarded-For."""
    from werkzeug.middleware.proxy_fix import ProxyFix

    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=0, x_host=0)  # type: ignore[method-assign]


def rehearse(runtime: "Runtime") -> None:
    """Ask the database once what every call asks, before the first call comes."""
    from gateway.web import rehearsal

    rehearsal.rehearse(runtime)


def run_scheduler(runtime: "Runtime", *, once: bool) -> int:
    """Do what is due by time until told to stop, or once; the process's exit code."""
    from gateway.scheduler import run

    return run(runtime, once=once)
