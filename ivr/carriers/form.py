"""Form bodies: read strictly and once, and the text that the Twilio family signs over them."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple
from urllib.parse import unquote_plus

MAX_BYTES = 64 * 1024
MAX_FIELDS = 200

Pairs = tuple[tuple[str, str], ...]


class Form(NamedTuple):
    """The fields in the order in which they came, repeated ones and empty values kept.

    `values` holds by name every value of a field, as often as it came. `signed` is the text under the
    signature: names and values without separators, sorted by name, each name's different values sorted and
    taken once (https://www.twilio.com/docs/usage/security#validating-requests).
    """

    pairs: Pairs
    values: Mapping[str, Sequence[str]]
    signed: str

    @classmethod
    def of(cls, pairs: Pairs) -> "Form":
        values: dict[str, Sequence[str]] = {name: (value,) for name, value in pairs}
        if len(values) == len(pairs):
            return cls(pairs, values, "".join(chain.from_iterable(sorted(pairs))))
        repeated: dict[str, list[str]] = {}
        for name, value in pairs:
            repeated.setdefault(name, []).append(value)
        return cls(pairs, repeated, "".join(chain.from_iterable(sorted(set(pairs)))))


def read_form(body: bytes) -> Form | None:
    """The fields of an application/x-www-form-urlencoded body; None where it is too long, has too many
    fields, or is not UTF-8 once the escapes are undone. A broken escape stands for itself."""
    if len(body) > MAX_BYTES:
        return None
    try:
        text = body.decode()
        # A number's plus sign is the only escape in most requests: it can be undone before anything is cut.
        plain = "+" not in text and text.count("%") == text.count("%2B")
        if plain:
            text = text.replace("%2B", "+")
        parts = [part.partition("=")[::2] for part in text.split("&") if part]
        if len(parts) > MAX_FIELDS:
            return None
        if not plain:
            parts = [(_plain(name), _plain(value)) for name, value in parts]
        return Form.of(tuple(parts))
    except UnicodeDecodeError:
        return None


def _plain(text: str) -> str:
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text
