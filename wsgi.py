"""The application for any WSGI server: `granian --interface wsgi wsgi:app` or `gunicorn wsgi:app`."""

import os

from gateway import create_app, open_runtime

app = create_app(open_runtime(os.environ))
