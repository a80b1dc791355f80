"""The application as it is served: `granian --interface asgi gateway.asgi:app`."""

import os

from gateway import create_door, open_runtime

app = create_door(open_runtime(os.environ))
