"""Codes of the database as words of the desk: the states of things, and roles."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from gateway.web.desk.words.notices import NOTICE_WORDS

WORDS: dict[str, dict[str, LazyString]] = {
    "notice": {
        "draft": _l("Draft"),
        "submitted": _l("Waiting for approval"),
        "rejected": _l("Rejected"),
        "approved": _l("Approved, not yet started"),
        "in_force": _l("In force"),
        "suspended": _l("Suspended"),
        "ended": _l("Ended"),
    },
    "case": {"open": _l("Open"), "stayed": _l("Stayed"), "closed": _l("Closed")},
    "line": {
        "enrolled": _l("Enrolled, fallback not checked"),
        "active": _l("Active"),
        "released": _l("Released"),
    },
    "prompt": {
        "draft": _l("Draft"),
        "submitted": _l("Waiting for approval"),
        "approved": _l("Approved"),
        "rejected": _l("Rejected"),
        "withdrawn": _l("Withdrawn"),
    },
    "objection": {"open": _l("Open"), "upheld": _l("Upheld"), "rejected": _l("Rejected")},
    "import": {
        "writing": _l("Being written"),
        "submitted": _l("Waiting for approval"),
        "approved": _l("Approved"),
        "failed": _l("Failed"),
    },
    "file": {
        "received": _l("Waiting to be checked"),
        "checking": _l("Being checked"),
        "checked": _l("Checked, waiting for you"),
        "refused": _l("Refused"),
        "confirmed": _l("Waiting to be written"),
        "writing": _l("Being written"),
        "submitted": _l("Submitted"),
        "withdrawn": _l("Withdrawn"),
        "failed": _l("Failed"),
    },
    "number": {
        "mobile": _l("Mobile"),
        "fixed": _l("Fixed line"),
        "premium": _l("Premium rate"),
        "shared": _l("Shared cost"),
        "satellite": _l("Satellite"),
        "personal": _l("Personal number"),
        "short": _l("Short code"),
        "toll_free": _l("Free of charge"),
        "unknown": _l("Unknown"),
    },
    "person": {"invited": _l("Invited"), "active": _l("Active"), "disabled": _l("Disabled")},
    "role": {
        "clerk": _l("Clerk"),
        "judge": _l("Judge"),
        "president": _l("President"),
        "auditor": _l("Auditor"),
        "administrator": _l("Court administrator"),
        "operator": _l("Platform operator"),
    },
    **NOTICE_WORDS,
}
"""Kind -> code -> word."""

COLOURS = {
    "in_force": "green",
    "active": "green",
    "approved": "green",
    "upheld": "green",
    "submitted": "blue",
    "checked": "blue",
    "refused": "red",
    "open": "blue",
    "suspended": "orange",
    "stayed": "orange",
    "enrolled": "yellow",
    "rejected": "red",
    "withdrawn": "red",
    "failed": "red",
    "disabled": "red",
    "invited": "yellow",
}
"""Code -> colour of its tag; grey where none is named."""


def word(kind: str, code: str | None) -> str:
    """The word of a code; the code itself where a newer program wrote it."""
    return str(WORDS[kind].get(code or "", code or ""))
