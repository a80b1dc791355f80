"""Cursors: where the next page of a list begins, in a form that promises nothing."""

import base64
import binascii
import re

from gateway.services.list_rows import bad_cursor

_KEY = re.compile(r"[0-9a-z]{1,26}")


def cursor_of(key: str | None) -> str | None:
    """The cursor of a key; None at the end of a list."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=") if key is not None else None


def key_of(cursor: str) -> str:
    """The key again; raises NotValid."""
    try:
        key = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode(
            "ascii"
        )
    except (ValueError, binascii.Error):
        raise bad_cursor() from None
    if not _KEY.fullmatch(key):
        raise bad_cursor()
    return key
