"""Case numbers as people type them: full-width or half-width digits and brackets, with or without spaces."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_BRACKETS = str.maketrans("〔【[〕】]", "((()))")


def case_key(case_number: str) -> bytes:
    """What all ways of writing one case number have in common; the key of a beginning begins the key.

    Bytes, so that both databases compare it alike, whatever their collation.
    """
    return _SPACES.sub("", unicodedata.normalize("NFKC", case_number)).translate(_BRACKETS).upper().encode()


def after_keys(beginning: bytes) -> bytes:
    """The first key behind all that begin with this one: UTF-8 never holds the byte 0xFF."""
    return beginning + b"\xff"
