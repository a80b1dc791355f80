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
    within: tuple[str, ...] = ()

    def marks_in(self, form: Form) -> list[str]:
        """How the fields that may carry the marker read, each taken by itself."""
        marks = []
        for name in (self.name, *self.within):
            for value in form.all(name):
                mark = self.marker.match(name + value, name.index(self.name))
                marks += [mark[0]] if mark else []
        return marks


def shape(name: str, value: str, read_as: str | None = None, within: tuple[str, ...] = ()) -> FieldShape:
    """A field with its value's pattern; `read_as` is the marker's value pattern, where it is a wider one."""
    marker = name + (value if read_as is None else read_as)
    return FieldShape(name, re.compile(value, re.ASCII), re.compile(marker, re.ASCII), within)


def check_names(form: Form) -> None:
    """Names begin with a letter, so that a digit cannot be moved from a value into the name after it.

    Raises Misshapen, as all functions here do.
    """
    for name, _ in form.pairs:
        if not _NAME.fullmatch(name):
            raise Misshapen("field-name")


def take(form: Form, shapes: Mapping[str, FieldShape], name: str) -> str:
    """The value of a field that must be there exactly once, of its shape, and readable in one way only."""
    value = take_if_there(form, shapes, name)
    if value is None:
        raise Misshapen(f"{name} missing")
    return value


def take_if_there(form: Form, shapes: Mapping[str, FieldShape], name: str) -> str | None:
    """The same for a field that may be absent: then nothing in the signed text may read as it either."""
    field = shapes[name]
    values = form.all(name)
    if len(values) > 1:
        raise Misshapen(f"{name} repeated")
    found = [mark[0] for mark in field.marker.finditer(form.signed)]
    marks = field.marks_in(form)
    if found != marks and sorted(found) != sorted(marks):
        raise Misshapen(f"{name} ambiguous")
    if values and not field.value.fullmatch(values[0]):
        raise Misshapen(f"{name} shape")
    return values[0] if values else None
