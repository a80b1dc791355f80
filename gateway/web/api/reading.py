"""Reading a request: the whole of it strictly, before anything is asked of the database."""

import json
import re
from typing import Any, NoReturn

from flask import request
from pydantic import ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from gateway.ids import ID_PATTERN
from gateway.runtime import Runtime
from gateway.services.list_rows import Wanted
from gateway.services.refusals import refuse
from gateway.web.api import problems
from gateway.web.api.broken import refused_shape, repeated
from gateway.web.api.cursors import key_of
from gateway.web.api.problems import Stopped
from gateway.web.api.routes import Asked, Kind, Route, Sends
from gateway.web.api.shapes import Nothing, Query, Shape

JSON_BYTES = 256 * 1024
_ID = re.compile(ID_PATTERN)
_VERSION = re.compile(r'("?)([0-9]{1,9})\1')
_KEY = re.compile(r"[!-~]{1,255}")


def read_request(runtime: Runtime, route: Route, row_id: str) -> Asked[Any]:
    """The request as the route takes it; raises Stopped or NotValid."""
    body, upload = _body(route)
    return Asked(
        id=row_id,
        body=body,
        wanted=_wanted(route),
        seen_version=_seen_version(route),
        upload=upload,
        prepared=None,
        runtime=runtime,
    )


def idempotency_key() -> str | None:
    """The key of this request; raises NotValid for one that is no line of visible ASCII."""
    keys = request.headers.getlist("Idempotency-Key")
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise refuse(
            "Idempotency-Key",
            "idempotency-key",
            "Send one key of 1 to 255 visible ASCII characters.",
            "请发送一个由1至255个可见 ASCII 字符组成的幂等键。",
        )
    return keys[0]


def is_id(text: str) -> bool:
    """Could this be an id of ours? Anything else is not looked for."""
    return _ID.fullmatch(text) is not None


def _body(route: Route) -> tuple[Shape, bytes]:
    if route.takes is None:
        return Nothing(), b""
    try:
        if route.sends is Sends.FORM:
            return _form(route, route.takes)
        if route.sends is Sends.CSV:
            return _csv(route, route.takes)
        return _json(route.takes), b""
    except RequestEntityTooLarge:
        raise Stopped(problems.TOO_LARGE) from None


def _json(takes: type[Shape]) -> Shape:
    request.max_content_length = JSON_BYTES
    raw = request.get_data(cache=False)
    if raw and request.mimetype != "application/json":
        raise Stopped(problems.WRONG_TYPE)
    try:
        json.loads(raw or b"{}", object_pairs_hook=_once, parse_constant=_no_constant)
        return takes.model_validate_json(raw or b"{}")
    except ValidationError as fault:
        if any(each["type"] == "json_invalid" for each in fault.errors()):
            raise Stopped(problems.NOT_JSON) from None
        raise refused_shape(fault) from None
    except (ValueError, RecursionError):
        raise Stopped(problems.NOT_JSON) from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose members have different names: two parsers would read another one differently."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is repeated")
    return members


def _no_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _form(route: Route, takes: type[Shape]) -> tuple[Shape, bytes]:
    if request.mimetype != "multipart/form-data":
        raise Stopped(problems.WRONG_TYPE)
    fields, files = request.form, request.files
    _refuse_repeated(fields)
    _refuse_repeated(files)
    name = route.upload or ""
    sent = dict(fields.items()) | {each: "" for each in files if each != name}
    body = _validated(takes, sent)
    if name not in files:
        raise refuse(name, "required", "Send a file.", "请上传文件。")
    return body, files[name].read()


def _csv(route: Route, takes: type[Shape]) -> tuple[Shape, bytes]:
    """A file on its own, with fields in the query; or all of it as a form."""
    if request.mimetype != "text/csv":
        return _form(route, takes)
    _refuse_repeated(request.args)
    return _validated(takes, dict(request.args.items())), request.get_data(cache=False)


def _validated(takes: type[Shape], values: dict[str, str]) -> Shape:
    try:
        return takes.model_validate(values)
    except ValidationError as fault:
        raise refused_shape(fault) from None


def _refuse_repeated(values: MultiDict[str, Any]) -> None:
    names = [name for name, several in values.lists() if len(several) > 1]
    if names:
        raise repeated(names)


def _wanted(route: Route) -> Wanted:
    if route.query is None:
        return Wanted()
    _refuse_repeated(request.args)
    query = _validated(route.query, dict(request.args.items()))
    assert isinstance(query, Query)
    for name, value in (("case", query.case), ("line", query.line)):
        if value is not None and not is_id(value):
            raise refuse(name, "id", "This is not an id.", "这不是有效的编号。")
    after = key_of(query.cursor) if query.cursor is not None else None
    return Wanted(query.limit, after, query.state, query.case, query.line)


def _seen_version(route: Route) -> int | None:
    """The version in If-Match; -1, which no row ever has, where the header names none of ours."""
    if not route.writes:
        return None
    given = request.headers.get("If-Match")
    if given is None:
        if route.kind is Kind.CHANGE:
            raise Stopped(problems.VERSION_NEEDED)
        return None
    if given.strip() == "*":
        return None
    found = _VERSION.fullmatch(given.strip())
    return int(found[2]) if found else -1
