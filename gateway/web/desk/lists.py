"""Lists of everything a court has: narrowed by the address, a page at a time, counted to a bound."""

from typing import Any

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from gateway.services.browse_lists import (
    LISTS,
    Filter,
    browse,
    browse_calls,
    count_list,
    span_of_calls,
)
from gateway.services.list_rows import Page
from gateway.services.list_work import connection_names
from gateway.services.permissions import Action
from gateway.services.work import Work
from gateway.web.desk.frame.asked import ROWS, Asked
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.rendering import show
from gateway.web.desk.words.lists import choices, said

AREA = Area("lists")

TITLES: dict[str, tuple[LazyString, str]] = {
    "notices": (_l("Notices"), "notice"),
    "cases": (_l("Cases"), "case"),
    "lines": (_l("Lines"), "line"),
    "objections": (_l("Objections"), "objection"),
    "calls": (_l("Calls"), "decision"),
}
"""List -> its heading, and the kind of its states."""


@AREA.page("/desk/notices", Action.READ)
def notices(here: Visit) -> ResponseReturnValue:
    """Notices, by the state that is shown."""
    return _listed(here, "notices")


@AREA.page("/desk/cases", Action.READ)
def cases(here: Visit) -> ResponseReturnValue:
    """Cases, by state or the beginning of their number."""
    return _listed(here, "cases")


@AREA.page("/desk/lines", Action.READ)
def lines(here: Visit) -> ResponseReturnValue:
    """Lines, by state and connection."""
    return _listed(here, "lines")


@AREA.page("/desk/objections", Action.READ)
def objections(here: Visit) -> ResponseReturnValue:
    """Objections, by state and kind."""
    return _listed(here, "objections")


@AREA.page("/desk/calls", Action.READ)
def calls(here: Visit) -> ResponseReturnValue:
    """Calls of some days, by what was decided and what came of them; never who called."""
    asked = Asked()
    wanted = _wanted(asked)
    with here.reading() as work:
        span = asked.attempt(lambda: span_of_calls(work, wanted))
        page = asked.attempt(lambda: browse_calls(work, wanted, asked.cursor, ROWS))
        names = connection_names(work)
        context = _context(work, asked, "calls", wanted, page)
        return show("lists/calls.html", asked.status, span=span, connections=names, **context)


def _listed(here: Visit, name: str) -> ResponseReturnValue:
    asked = Asked()
    wanted = _wanted(asked)
    with here.reading() as work:
        page = asked.attempt(lambda: browse(work, name, wanted, asked.cursor, ROWS))
        context = _context(work, asked, name, wanted, page)
        return show("lists/listed.html", asked.status, connections=connection_names(work), **context)


def _context(work: Work, asked: Asked, name: str, wanted: Filter, page: Page[Any] | None) -> dict[str, Any]:
    title, kind = TITLES[name]
    return {
        "asked": asked,
        "form": asked.form,
        "name": name,
        "title": title,
        "states": [(code, said(kind, code)) for code in LISTS[name][0]],
        "kinds": choices("outcome" if name == "calls" else "objection_kind"),
        "page": page or Page((), None),
        "count": asked.attempt(lambda: count_list(work, name, wanted)),
        "today": work.today(),
    }


def _wanted(asked: Asked) -> Filter:
    return Filter(
        state=asked.text("state"),
        kind=asked.text("kind"),
        connection=asked.text("connection"),
        case_number=asked.text("case_number"),
        line=asked.text("line"),
        since=asked.day("since"),
        until=asked.day("until"),
    )
