"""The application for any WSGI server: `granian --interface wsgi wsgi:app` or `gunicorn wsgi:app`."""

import os

from gateway import create_app, rehearse
from gateway.clock import SystemClock
from gateway.importing import keep_importing
from gateway.logs import configure
from gateway.runtime import Runtime
from gateway.settings import read_settings

_settings = read_settings(os.environ)
configure(_settings.log_level)
_runtime = Runtime.open(_settings, SystemClock())
_runtime.keep_forward_map_fresh()
keep_importing(_runtime)
rehearse(_runtime)
app = create_app(_runtime)
