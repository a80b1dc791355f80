"""What a request's shape breaks, told field by field: pydantic's findings in our rules and both languages."""

from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gateway.jurisdictions.refusal import Refusal
from gateway.services.refusals import NotValid

_RULES = {
    "missing": ("required", "This is needed.", "此项必填。"),
    "extra_forbidden": ("unknown-field", "There is no such field.", "没有此字段。"),
    "string_too_long": ("too-long", "This is too long.", "内容过长。"),
    "string_too_short": ("required", "This is needed.", "此项必填。"),
    "string_pattern_mismatch": ("pattern", "This is not written as it must be.", "书写格式不符。"),
    "literal_error": ("choice", "This is none of the choices.", "不在可选项之内。"),
    "enum": ("choice", "This is none of the choices.", "不在可选项之内。"),
    "union_tag_invalid": ("choice", "This is none of the choices.", "不在可选项之内。"),
    "union_tag_not_found": ("required", "This is needed.", "此项必填。"),
    "greater_than_equal": ("range", "This number is out of range.", "数值超出范围。"),
    "less_than_equal": ("range", "This number is out of range.", "数值超出范围。"),
    "too_long": ("too-many", "There are too many.", "数量过多。"),
    "too_short": ("too-few", "There are too few.", "数量过少。"),
    "text": ("text", "Control characters are not allowed.", "不得包含控制字符。"),
    "date": ("date", "Write a date as YYYY-MM-DD.", "日期须写作 YYYY-MM-DD。"),
    "repeated": ("repeated", "Send this once.", "此项只能出现一次。"),
}
_DATES = ("date", "The date does not exist or is not written as YYYY-MM-DD.", "日期无效，须写作 YYYY-MM-DD。")
_TYPE = ("type", "This is of the wrong type.", "类型不符。")
_TAGS = {("debtor", "person"), ("debtor", "entity")}
"""Where pydantic names the chosen form of a union inside the path of a field."""


def refused_shape(fault: ValidationError) -> NotValid:
    """The findings as a refusal; never a value that was sent."""
    found = fault.errors(include_url=False, include_context=False, include_input=False)
    return NotValid(tuple(_refusal(each) for each in found))


def repeated(names: Sequence[str]) -> NotValid:
    """Fields that were sent more than once, where once is all that can be meant."""
    return NotValid(
        tuple(Refusal(name[:80], _RULES["repeated"][0], "", *_RULES["repeated"][1:]) for name in names)
    )


def _refusal(found: ErrorDetails) -> Refusal:
    kind = found["type"]
    rule, en, zh = _RULES.get(kind, _DATES if kind.startswith("date") else _TYPE)
    return Refusal(_path(found["loc"], kind), rule, "", en, zh)


def _path(loc: tuple[int | str, ...], kind: str) -> str:
    kept: list[str] = []
    for place, step in enumerate(loc):
        if place and (loc[place - 1], step) in _TAGS:
            continue
        kept.append(str(step)[:80])
    if kind.startswith("union_tag"):
        kept.append("kind")
    return ".".join(kept) or "body"
