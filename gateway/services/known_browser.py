"""Known browsers: by a signed cookie a person's own browser has attempts that nobody else uses up."""

import hmac
import secrets
from datetime import datetime, timedelta

from gateway.vault import Vault

KNOWN_FOR = timedelta(days=180)
MOST = 6
"""How many people one browser remembers."""


def remember_browser(vault: Vault, cookie: str, user_id: str, now: datetime) -> str:
    """The cookie with this person added, or his entry renewed; it lets nobody in."""
    browser = secrets.token_hex(8)
    until = str(int((now + KNOWN_FOR).timestamp()))
    own = known_browser(vault, cookie, user_id, now)
    others = [each for each in cookie.split("~") if each and each.partition(".")[0] != own]
    entry = ".".join((browser, until, _mark(vault, user_id, browser, until)))
    return "~".join([entry, *others][:MOST])


def known_browser(vault: Vault, cookie: str, user_id: str, now: datetime) -> str | None:
    """The name of this person's known browser; None for a stranger's cookie, an old one or none."""
    for entry in cookie.split("~")[:MOST]:
        browser, _, rest = entry.partition(".")
        until, _, mark = rest.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) <= 12 and mark.isascii()):
            continue
        marks = (_mark(vault, user_id, browser, until, key_id) for key_id in vault.key_ids)
        if int(until) > now.timestamp() and any(hmac.compare_digest(mark, each) for each in marks):
            return browser
    return None


def _mark(vault: Vault, user_id: str, browser: str, until: str, key_id: str | None = None) -> str:
    return vault.look_up_hash(f"browser {user_id} {browser} {until}", key_id).hex()
