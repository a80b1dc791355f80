"""Style sheets and scripts, under the hash of what they hold, so that a browser keeps them for ever."""

import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, request

FOLDER = Path(__file__).parents[3] / "static"
_SERVED = {".css", ".js", ".svg"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its content, type, and the first characters of its SHA-256."""

    content: bytes
    content_type: str
    tag: str


@cache
def load() -> dict[str, Asset]:
    """Every file by its path below gateway/static; read once, at the first request."""
    files = sorted(path for path in FOLDER.rglob("*") if path.suffix in _SERVED)
    return {path.relative_to(FOLDER).as_posix(): _asset(path) for path in files}


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    return Asset(content, kind + charset, hashlib.sha256(content).hexdigest()[:16])


def address(name: str) -> str:
    """The address of a file; KeyError for one that is not there, so that no page asks in vain."""
    return f"/assets/{load()[name].tag}/{name}"


def install(blueprint: Blueprint) -> None:
    """Serve the files; an address with another hash than the present one is an old page's: not cached."""

    @blueprint.get("/assets/<tag>/<path:name>")
    def asset(tag: str, name: str) -> Response:
        found = load().get(name)
        if found is None:
            abort(404)
        response = Response(found.content, content_type=found.content_type)
        response.set_etag(found.tag)
        if tag == found.tag:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.make_conditional(request)
        return response
