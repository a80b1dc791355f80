"""Where one can go from every page: one row each, shown to those whose role opens it."""

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from gateway.services.permissions import Action
from gateway.web.desk.frame.door import Visit


@dataclass(frozen=True, slots=True)
class Place:
    """One entry: words, the page behind it, the action that opens it (None: any role), areas behind it."""

    text: LazyString
    endpoint: str
    action: Action | None
    areas: frozenset[str] = frozenset()


PLACES = (
    Place(_l("Work list"), "desk.home_work_list", None),
    Place(_l("Enrolments"), "desk.enrolment_drafts", Action.ENROL),
    Place(_l("Notices"), "desk.lists_notices", Action.READ),
    Place(_l("Cases"), "desk.lists_cases", Action.READ),
    Place(_l("Lines"), "desk.lists_lines", Action.READ),
    Place(_l("Recordings"), "desk.prompts_library", Action.READ),
    Place(_l("Objections"), "desk.lists_objections", Action.READ),
    Place(_l("Imports"), "desk.imports_batches", Action.READ),
    Place(_l("Calls"), "desk.lists_calls", Action.READ),
    Place(_l("Dashboard"), "desk.dashboard_show", None),
    Place(
        _l("Administration"),
        "desk.admin_index",
        None,
        frozenset(
            [
                "admin",
                "courts",
                "court_changes",
                "calendar",
                "users",
                "recoveries",
                "tokens",
                "protected",
                "connections",
                "fallbacks",
                "alerts",
                "audit",
                "settings",
            ]
        ),
    ),
)
"""The order of the bar at the top."""


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as the page shows it."""

    text: str
    href: str
    active: bool


def items(here: Visit | None) -> list[Item]:
    """The entries for this person; none before signing in."""
    if here is None:
        return []
    return [
        Item(str(place.text), url_for(place.endpoint), _is_here(place, url_for(place.endpoint)))
        for place in PLACES
        if place.action is None or here.may(place.action)
    ]


def _is_here(place: Place, href: str) -> bool:
    below = href != "/desk" and request.path.startswith(href + "/")
    area = any((request.endpoint or "").startswith(f"desk.{each}_") for each in place.areas)
    return request.path == href or below or area
