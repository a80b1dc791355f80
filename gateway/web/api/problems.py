"""Which refusal gets which status and words: RFC 9457 problem details, in the reader's language."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Response, request

from gateway.jurisdictions.refusal import Refusal
from gateway.services.refusals import (
    NotAllowed,
    NotFound,
    NotValid,
    ServiceRefused,
    StaleVersion,
    WrongState,
)
from prompts.refusals import AudioRefused

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong: the status, a stable rule, and the same sentence in both languages."""

    status: int
    rule: str
    en: str
    zh: str
    errors: tuple[Refusal, ...] = ()
    difference: tuple[tuple[str, str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


class Stopped(Exception):
    """A request that ends at the door."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.rule)
        self.problem = problem


_TITLES = {
    400: "请求无法读取",
    401: "需要身份验证",
    403: "无权办理",
    404: "没有此记录",
    405: "不支持此方法",
    409: "与当前状态冲突",
    412: "版本已过期",
    413: "内容过大",
    415: "不支持的内容类型",
    422: "内容不符合规则",
    428: "须指明版本",
    429: "请求过于频繁",
    500: "内部错误",
    503: "暂时无法办理",
}
"""Titles in Chinese; in English they are HTTP's own phrases."""

NOT_FOUND = Problem(404, "not-found", "There is nothing here.", "此处没有任何记录。")
NOT_JSON = Problem(400, "not-json", "The body is not JSON.", "请求内容不是 JSON。")
NOT_A_FORM = Problem(400, "not-a-form", "The form cannot be read.", "表单无法读取。")
TOO_LARGE = Problem(413, "too-large", "The body is too large.", "请求内容过大。")
WRONG_TYPE = Problem(
    415, "media-type", "This address takes another content type.", "此地址不接受该内容类型。"
)
NO_TOKEN = Problem(
    401,
    "token",
    "A valid bearer token is needed.",
    "需要有效的访问令牌。",
    headers={"WWW-Authenticate": 'Bearer realm="court-gateway"'},
)
BAD_TOKEN = Problem(
    401,
    "token",
    "A valid bearer token is needed.",
    "需要有效的访问令牌。",
    headers={"WWW-Authenticate": 'Bearer realm="court-gateway", error="invalid_token"'},
)
TOO_MANY = Problem(
    429,
    "too-many-requests",
    "Too many requests; wait a second.",
    "请求过于频繁，请稍后再试。",
    headers={"Retry-After": "1"},
)
VERSION_NEEDED = Problem(
    428,
    "if-match-required",
    "Send If-Match with the version that you saw.",
    "请在 If-Match 中指明您所查看的版本。",
)
STALE = Problem(
    412, "stale-version", "It has changed since the version that you saw.", "该记录在您查看之后已有变动。"
)
CHANGED_MEANWHILE = Problem(
    409, "changed-meanwhile", "Somebody else was first; look again.", "他人已先行办理，请重新查看。"
)
BUSY = Problem(
    503,
    "unavailable",
    "The database does not answer; try again.",
    "数据库暂无响应，请稍后再试。",
    headers={"Retry-After": "1"},
)
TROUBLE = Problem(500, "trouble", "Something went wrong here.", "系统内部发生错误。")
_FIELDS = ("validation", "Some fields break rules.", "部分字段不符合规则。")


def problem_of(refused: ServiceRefused | AudioRefused | Stopped) -> Problem:
    """The problem that tells of a refusal."""
    match refused:
        case Stopped():
            return refused.problem
        case NotValid():
            return Problem(422, *_FIELDS, errors=refused.refusals)
        case AudioRefused():
            found = tuple(Refusal(each.field, each.rule, "", each.en, each.zh) for each in refused.refusals)
            return Problem(422, *_FIELDS, errors=found)
        case NotAllowed():
            return Problem(403, refused.rule, refused.en, refused.zh)
        case WrongState():
            return Problem(409, refused.rule, refused.en, refused.zh, difference=refused.difference)
        case StaleVersion():
            return STALE
        case NotFound() | _:
            return NOT_FOUND


def of_status(status: int, headers: Mapping[str, str] | None = None) -> Problem:
    """A problem for an HTTP error that has no more to tell."""
    known = {404: NOT_FOUND, 413: TOO_LARGE, 415: WRONG_TYPE, 503: BUSY}.get(status)
    if known is not None:
        return known
    if status >= 500:
        return TROUBLE
    phrase = _phrase(status)
    rule = phrase.lower().replace(" ", "-")
    return Problem(status, rule, f"{phrase}.", f"{_TITLES.get(status, phrase)}。", headers=headers or {})


def answer(problem: Problem) -> Response:
    """The problem as a response. Nothing in it depends on what was asked for, only on what went wrong."""
    zh = request.accept_languages.best_match(("en", "zh"), "en") == "zh"
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _TITLES.get(problem.status, _phrase(problem.status)) if zh else _phrase(problem.status),
        "status": problem.status,
        "detail": problem.zh if zh else problem.en,
        "rule": problem.rule,
    }
    if problem.errors:
        body["errors"] = [_told(each, zh) for each in problem.errors]
    if problem.difference:
        body["difference"] = [
            {"field": name, "seen": seen, "now": now} for name, seen, now in problem.difference
        ]
    response = Response(json.dumps(body, ensure_ascii=False), problem.status, mimetype=MEDIA_TYPE)
    response.headers.extend(dict(problem.headers))
    response.headers["Content-Language"] = "zh" if zh else "en"
    response.headers["Vary"] = "Accept-Language"
    return response


def _told(refusal: Refusal, zh: bool) -> dict[str, str]:
    told = {"field": refusal.field, "rule": refusal.rule, "message": refusal.zh if zh else refusal.en}
    return told | ({"article": refusal.article} if refusal.article else {})


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
