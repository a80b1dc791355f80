"""Court Notice Gateway: the only place where its parts are chosen and put together."""

from flask import Flask

from gateway.runtime import Runtime
from gateway.scheduler import run as run_scheduler
from gateway.web import api, carrier, desk, errors, health, media, requests
from gateway.web.rehearsal import rehearse

__all__ = ["create_app", "rehearse", "run_scheduler"]


def create_app(runtime: Runtime) -> Flask:
    """The web application over one process's runtime. Nothing here touches the database."""
    app = Flask("gateway", static_folder=None)
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
    return app
