"""The application as it is served: `granian --interface asgi gateway.asgi:app`."""

import os

from gateway import create_door, open_runtime
from gateway.runtime import spare_the_collector

app = create_door(open_runtime(os.environ))
spare_the_collector()
