"""The way in, and the page on which a day's work begins."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from gateway.services.list_rows import Page
from gateway.services.list_work import Counted, connection_names, list_sections, list_tasks
from gateway.services.permissions import Action
from gateway.services.work import Work
from gateway.services.work_sections import Narrowed
from gateway.web.desk.frame.asked import ROWS, Asked
from gateway.web.desk.frame.door import Area, Visit, visit
from gateway.web.desk.frame.rendering import show
from gateway.web.desk.words.lists import SECTIONS

AREA = Area("home")
SPANS = (3, 7, 14, 30)
"""Days within which something may be asked to be due."""


@AREA.open_page("/")
def root() -> ResponseReturnValue:
    """The desk for who is signed in, signing in for everybody else."""
    return redirect(url_for("desk.home_work_list" if visit() else "desk.sign_in_password"))


@AREA.page("/desk", None)
def work_list(here: Visit) -> ResponseReturnValue:
    """What waits for this person: his sections with their counts, and the rows of one of them."""
    if not here.may(Action.READ):
        return redirect(url_for("desk.alerts_listed"))
    asked = Asked()
    narrowed = Narrowed(asked.whole("within"), asked.text("connection"))
    with here.reading() as work:
        counted = asked.attempt(lambda: list_sections(work, narrowed)) or ()
        chosen = _chosen(asked, counted)
        page = asked.attempt(lambda: _rows(work, chosen, narrowed, asked)) if chosen else None
        return show(
            "home/work_list.html",
            asked.status,
            asked=asked,
            form=asked.form,
            counted=counted,
            chosen=chosen,
            page=page or Page((), None),
            titles=SECTIONS,
            spans=SPANS,
            connections=connection_names(work),
            today=work.today(),
        )


def _chosen(asked: Asked, counted: tuple[Counted, ...]) -> str | None:
    """The section that was asked for, else the first in which something waits."""
    waiting = [each.name for each in counted if each.count.number]
    return asked.text("section") or next(iter(waiting or [each.name for each in counted]), None)


def _rows(work: Work, section: str, narrowed: Narrowed, asked: Asked) -> Page:  # type: ignore[type-arg]
    return list_tasks(work, section, narrowed, asked.cursor, ROWS)
