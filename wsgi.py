"""The application for any WSGI server: `granian --interface wsgi wsgi:app` or `gunicorn wsgi:app`."""

import os

from gateway import create_app, open_runtime
from gateway.runtime import spare_the_collector

app = create_app(open_runtime(os.environ))
spare_the_collector()
