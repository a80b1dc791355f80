"""Form bodies: read strictly and once, and the text that the Twilio family signs over them."""

from dataclasses import dataclass, field
from urllib.parse import unquote_plus

MAX_BYTES = 64 * 1024
MAX_FIELDS = 200

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Form:
    """The fields in the order in which they came, repeated ones and empty values kept.

    `signed` is the text under the signature: names and values without separators, sorted by name, each
    name's different values sorted and taken once
    (https://www.twilio.com/docs/usage/security#validating-requests).
    """

    pairs: Pairs
    signed: str = field(init=False)
    _values: dict[str, list[str]] = field(init=False, default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, value in self.pairs:
            self._values.setdefault(name, []).append(value)
        text = "".join(name + value for name, value in sorted(set(self.pairs)))
        object.__setattr__(self, "signed", text)

    def all(self, name: str) -> list[str]:
        """Every value of a field, as often as it came."""
        return self._values.get(name, [])


def read_form(body: bytes) -> Form | None:
    """The fields of an application/x-www-form-urlencoded body; None where it is too long, has too many
    fields, or is not UTF-8 once the escapes are undone. A broken escape stands for itself."""
    if len(body) > MAX_BYTES:
        return None
    try:
        parts = [part.partition("=") for part in body.decode().split("&") if part]
        if len(parts) > MAX_FIELDS:
            return None
        return Form(tuple((_plain(name), _plain(value)) for name, _, value in parts))
    except UnicodeDecodeError:
        return None


def _plain(text: str) -> str:
    """The escapes undone; a number's plus sign, the only one in most requests, by the short way."""
    if "+" not in text and text.count("%") == text.count("%2B"):
        return text.replace("%2B", "+")
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text
