"""The words in which requests and answers are written down: strict shapes, and text that hides nothing."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

_HIDDEN = {"Cc", "Cs", "Zl", "Zp"}
_TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _plain(text: str, allowed: str) -> str:
    for sign in text:
        if sign not in allowed and (unicodedata.category(sign) in _HIDDEN or sign in _TURNING):
            raise PydanticCustomError("text", "control characters are not allowed")
    return text


def _one_line(text: str) -> str:
    return _plain(text, "")


def _prose(text: str) -> str:
    return _plain(text, "\n\r\t")


Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_one_line)]
"""A line of text without control characters."""
Prose = Annotated[str, StringConstraints(max_length=5000), AfterValidator(_prose)]
"""Text that may have several lines."""
Ref = Annotated[str, StringConstraints(max_length=64), AfterValidator(_one_line)]
"""The id of another resource."""
Whole = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Moment = Annotated[
    datetime, PlainSerializer(lambda at: at.astimezone(UTC).isoformat().replace("+00:00", "Z"))
]
"""An instant in UTC."""


def _day(value: Any) -> Any:
    """ISO dates only: pydantic would also take a day for a number of seconds."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise PydanticCustomError("date", "write a date as YYYY-MM-DD")
    if not isinstance(value, str | date):
        raise PydanticCustomError("date", "write a date as YYYY-MM-DD")
    return value


_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
Day = Annotated[date, Field(strict=False), BeforeValidator(_day)]
"""A day of the court, YYYY-MM-DD."""


class Shape(BaseModel):
    """What a request may hold, and nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Nothing(Shape):
    """A body without members."""


class Reason(Shape):
    """Why something is done."""

    reason: Prose


class OptionalReason(Shape):
    """Why something is done, where there is something to say."""

    reason: Prose | None = None


class Query(Shape):
    """Which part of a list is wanted."""

    cursor: Annotated[str, StringConstraints(max_length=200), AfterValidator(_one_line)] | None = None
    limit: Annotated[int, Field(ge=1, le=200, strict=False)] = 50
    state: Annotated[str, StringConstraints(max_length=40), AfterValidator(_one_line)] | None = None
    case: Ref | None = None
    line: Ref | None = None


class Shown(BaseModel):
    """Something that is answered."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Resource(Shown):
    """What every resource has. `version` counts its changes and is its ETag."""

    id: str
    state: str
    version: int
    created_at: Moment


R = TypeVar("R", bound=Shown)


class Listed(Shown, Generic[R]):
    """A page of a list, newest first; `next` is the cursor of the following page."""

    items: tuple[R, ...]
    next: str | None


class FieldError(Shown):
    """One field that breaks a rule."""

    field: str
    rule: str
    message: str
    article: str | None = Field(default=None, description="The article of law behind the rule.")


class Difference(Shown):
    """What changed between what was seen and what is there now."""

    field: str
    seen: str
    now: str


class ProblemDetails(Shown):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    rule: str
    errors: tuple[FieldError, ...] = ()
    difference: tuple[Difference, ...] = ()
