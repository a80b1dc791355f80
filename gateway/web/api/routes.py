"""What a route is: one row from which the router, the door and the OpenAPI document are all made."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from gateway.carrier_box import Transport
from gateway.runtime import Runtime
from gateway.services.list_rows import Wanted
from gateway.services.permissions import Action
from gateway.services.transactions import Transactions
from gateway.services.work import Work
from gateway.web.api.shapes import Query, Shape, Shown

Body = TypeVar("Body", bound=Shape)


class Kind(StrEnum):
    """What a route does, as far as HTTP is concerned."""

    READ = "read"
    LIST = "list"
    CREATE = "create"
    ACT = "act"
    CHANGE = "change"
    SOUND = "sound"


class Sends(StrEnum):
    """How a body is written."""

    JSON = "application/json"
    FORM = "multipart/form-data"
    CSV = "text/csv"


@dataclass(frozen=True, slots=True)
class Asked(Generic[Body]):
    """A request that was read: the id in its path, its body, its query, the version that was seen."""

    id: str
    body: Body
    wanted: Wanted
    seen_version: int | None
    upload: bytes
    prepared: Any
    runtime: Runtime


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is done between the permission and the transaction: slow work that must hold nothing locked."""

    transactions: Transactions
    asked: Asked[Any]
    transport: Transport


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording's bytes, for a person to hear."""

    wav: bytes


@dataclass(frozen=True, slots=True)
class Route:
    """One method at one address. `action` is asked at the door, and by the service once more."""

    kind: Kind
    method: str
    path: str
    summary: str
    action: Action
    handle: Callable[[Work, Asked[Any]], Shown | Sound]
    gives: type[Shown] | None
    takes: type[Shape] | None = None
    sends: Sends = Sends.JSON
    upload: str | None = None
    """The name of the form's field that is a file."""
    query: type[Query] | None = None
    prepare: Callable[[Preparation], Any] | None = None
    silences: bool = False
    """Never limited, never in need of a version."""

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    @property
    def has_id(self) -> bool:
        return "<id>" in self.path

    @property
    def name(self) -> str:
        """A stable name: method and path in words."""
        words = self.path.strip("/").replace("<id>", "one").replace("-", "_").replace("/", "_")
        return f"{self.method.lower()}_{words}"


def read(path: str, summary: str, action: Action, handle: Any, gives: type[Shown]) -> Route:
    return Route(Kind.READ, "GET", path, summary, action, handle, gives)


def listing(path: str, summary: str, action: Action, handle: Any, gives: type[Shown]) -> Route:
    return Route(Kind.LIST, "GET", path, summary, action, handle, gives, query=Query)


def create(
    path: str, summary: str, action: Action, handle: Any, gives: type[Shown], takes: type[Shape], **more: Any
) -> Route:
    return Route(Kind.CREATE, "POST", path, summary, action, handle, gives, takes, **more)


def act(
    path: str, summary: str, action: Action, handle: Any, gives: type[Shown], takes: type[Shape], **more: Any
) -> Route:
    return Route(Kind.ACT, "POST", path, summary, action, handle, gives, takes, **more)


def change(
    path: str, summary: str, action: Action, handle: Any, gives: type[Shown], takes: type[Shape]
) -> Route:
    return Route(Kind.CHANGE, "PATCH", path, summary, action, handle, gives, takes)
