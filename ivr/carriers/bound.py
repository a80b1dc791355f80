"""Which value is really under the signature? The guard against shifted field boundaries.

The Twilio family signs names and values without separators, so whoever holds one genuine request can cut the
same signed text into other fields: a caller name that says `xCallSidCA...` becomes a call id. A field is
therefore taken only if the signed text can be read in no other way: every place in it that reads as this
field must *be* this field, whole, or a known longer name that ends or begins like it.

Two things remain open by nature. Optional fields that were not sent: whoever controls free text in a captured
request can make it look as if one had been; none of them decides whose call it is. And a SIP address, which
ends where the next name begins with a capital: Twilio's names after `To` all do, and before one in small
letters the genuine request itself is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ivr.carriers.carrier import Misshapen
from ivr.carriers.form import Form

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FieldShape:
    """What a field's value must look like, and how the field reads inside the signed text.

    `marker` is the name with as much of a value as belongs to it; greedy, so that no value can be cut short.
    `within` are the published names that contain this one and may bring the marker with them.
    """

    name: str
    value: re.Pattern[str]
    marker: re.Pattern[str]
    within: frozenset[str] = frozenset()

    def marks_in(self, form: Form) -> list[str]:
        """How the fields that may carry the marker read, each taken by itself."""
        if form.values.keys().isdisjoint(self.within):
            return self._marks(form, self.name)
        return [mark for name in (self.name, *self.within) for mark in self._marks(form, name)]

    def _marks(self, form: Form, name: str) -> list[str]:
        at = name.index(self.name)
        found = [self.marker.match(name + value, at) for value in form.values.get(name, ())]
        return [mark[0] for mark in found if mark]


def shape(name: str, value: str, read_as: str | None = None, within: tuple[str, ...] = ()) -> FieldShape:
    """A field with its value's pattern; `read_as` is the marker's value pattern, where it is a wider one."""
    marker = re.compile(name + (value if read_as is None else read_as), re.ASCII)
    assert marker.groups == 0, "findall is to give whole marks"
    return FieldShape(name, re.compile(value, re.ASCII), marker, frozenset(within))


def check_names(form: Form) -> None:
    """Names begin with a letter, so that a digit cannot be moved from a value into the name after it.

    Raises Misshapen, as all functions here do.
    """
    if not _are_names(tuple(form.values)):
        raise Misshapen("field-name")


@lru_cache(maxsize=64)
def _are_names(names: tuple[str, ...]) -> bool:
    """A carrier sends the same few sets of names again and again."""
    return all(map(_NAME.fullmatch, names))


def take(form: Form, shapes: Mapping[str, FieldShape], name: str) -> str:
    """The value of a field that must be there exactly once, of its shape, and readable in one way only."""
    value = take_if_there(form, shapes, name)
    if value is None:
        raise Misshapen(f"{name} missing")
    return value


def take_if_there(form: Form, shapes: Mapping[str, FieldShape], name: str) -> str | None:
    """The same for a field that may be absent: then nothing in the signed text may read as it either."""
    field, values = shapes[name], form.values.get(name, ())
    found = field.marker.findall(form.signed)
    if not values and not found:
        return None
    if len(values) > 1:
        raise Misshapen(f"{name} repeated")
    # Mostly nothing reads as the field but the field itself, whole, which is the only mark then.
    if (not values or found != [name + values[0]]) and sorted(found) != sorted(field.marks_in(form)):
        raise Misshapen(f"{name} ambiguous")
    if values and not field.value.fullmatch(values[0]):
        raise Misshapen(f"{name} shape")
    return values[0] if values else None
