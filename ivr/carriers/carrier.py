"""The Carrier protocol: requests come in as facts and events, plans go out in its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, NamedTuple, Protocol, TypeVar

from ivr.carriers.form import Form, read_form
from ivr.facts import CallFacts
from ivr.plan import CallPlan
from ivr.progress import Event, KeysPressed, LegEnded, StatusReport


class NoticeMode(StrEnum):
    """When a notice is heard: after the call was answered, before that, or in place of the ringing tone."""

    answered = "answered"
    early_media = "early_media"
    ringback = "ringback"


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a carrier can do, as shown to the court that chooses it."""

    notice_modes: frozenset[NoticeMode]
    pause: bool
    time_limit: bool
    caller_id_pass: bool
    ring_timeout: bool
    fallback_document: bool


class Misshapen(Exception):
    """A genuine request whose fields are missing, repeated, of a wrong shape or readable in two ways.

    `reason` is a code for logs and names a field, never its value. `dialled` is what was dialled, where at
    least that could be read beyond doubt.
    """

    def __init__(self, reason: str, dialled: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.dialled = dialled


class SignedRequest(NamedTuple):
    """A webhook as it arrived. Nothing in it is to be believed before `Carrier.is_genuine` said so.

    `url` is what the carrier signed: the configured public origin and the raw request target. The names in
    `headers` are lower case. `form` is the body read as a form, None where it is not one: make it by `of`.
    `received_at` (aware UTC) is for carriers that sign the time with the request, and as `sign`'s time:
    without it such a carrier finds nothing genuine.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    form: Form | None
    received_at: datetime | None = None

    @classmethod
    def of(
        cls, method: str, url: str, headers: Mapping[str, str], body: bytes, at: datetime | None = None
    ) -> "SignedRequest":
        return cls(method, url, headers, body, read_form(body), at)


E_co = TypeVar("E_co", bound=Event, covariant=True)


@dataclass(frozen=True)
class Report(Generic[E_co]):
    """An event and the call that it belongs to."""

    call: CallFacts
    event: E_co


class Addresses(NamedTuple):
    """Where a carrier finds us: `base` is the public origin without a slash at its end."""

    base: str
    connection: str

    def recording(self, sha256: str) -> str:
        return f"{self.base}/recordings/{sha256}.wav"

    @property
    def voice(self) -> str:
        return self._webhook("voice")

    @property
    def keys(self) -> str:
        return self._webhook("keys")

    @property
    def dialled(self) -> str:
        return self._webhook("dialled")

    @property
    def dialled_again(self) -> str:
        return self._webhook("dialled/again")

    @property
    def status(self) -> str:
        return self._webhook("status")

    def fallback(self, token: str) -> str:
        return self._webhook(f"fallback/{token}")

    def test_call(self, token: str) -> str:
        return self._webhook(f"test/{token}")

    def _webhook(self, name: str) -> str:
        return f"{self.base}/webhooks/{self.connection}/{name}"


class Carrier(Protocol):
    """One carrier's dialect. All of it is arithmetic on what it is given.

    The readers are called after `is_genuine` said yes, and raise Misshapen.
    """

    @property
    def kind(self) -> str: ...

    @property
    def abilities(self) -> Abilities: ...

    @property
    def content_type(self) -> str:
        """Of what `render` gives."""
        ...

    def is_genuine(self, request: SignedRequest, secrets: Sequence[str]) -> bool:
        """Was this request signed with one of these secrets? Never raises; without secrets it says no."""
        ...

    def sign(self, request: SignedRequest, secret: str) -> dict[str, str]:
        """The headers, names in lower case, with which the carrier would send this request."""
        ...

    def read_account(self, request: SignedRequest) -> str:
        """Whose call it is at the carrier."""
        ...

    def read_call(self, request: SignedRequest) -> CallFacts: ...

    def read_keys(self, request: SignedRequest) -> Report[KeysPressed]: ...

    def read_dialled(self, request: SignedRequest) -> Report[LegEnded]: ...

    def read_status(self, request: SignedRequest) -> Report[StatusReport]: ...

    def render(self, plan: CallPlan, addresses: Addresses) -> bytes: ...
