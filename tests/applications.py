"""The web application as tests open it: like everybody's, only that pages are compiled once a process."""

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from gateway import create_app
from gateway.runtime import Runtime


class _Compiled(BytecodeCache):
    """Templates compiled for one application serve the next: a test has its own, and shows a page or two."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def open_app(runtime: Runtime) -> Flask:
    """The application over a test's runtime."""
    app = create_app(runtime)
    app.jinja_env.bytecode_cache = _COMPILED
    return app
