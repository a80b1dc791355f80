"""Searching: by case number in the address, by telephone number in a form that nobody keeps."""

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from gateway.services.browse_lists import Filter, browse
from gateway.services.list_rows import Page
from gateway.services.permissions import Action
from gateway.services.search_numbers import search_number
from gateway.web.desk.frame.asked import ROWS, Asked
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import Form, attempt, submit_field, text_field
from gateway.web.desk.frame.rendering import show

AREA = Area("search")


class NumberForm(Form):
    """A telephone number; it is neither kept nor shown again."""

    number = text_field(
        _l("Telephone number"),
        _l("It is not kept. That you searched is recorded, but not the number."),
        width="20",
        inputmode="tel",
        autocomplete="off",
    )
    go = submit_field(_l("Search by number"), secondary=True)


@AREA.page("/desk/search", Action.READ)
def cases(here: Visit) -> ResponseReturnValue:
    """Cases whose number begins so, in whatever brackets and digits it is written."""
    asked = Asked()
    typed = asked.text("case_number")
    with here.reading() as work:
        wanted = Filter(case_number=typed)
        page = asked.attempt(lambda: browse(work, "cases", wanted, asked.cursor, ROWS)) if typed else None
        today = work.today()
    return show(
        "search/cases.html",
        asked.status,
        asked=asked,
        form=asked.form,
        by_number=NumberForm(),
        typed=typed,
        page=page or Page((), None),
        today=today,
    )


@AREA.form("/desk/search/number", Action.READ)
def number(here: Visit) -> ResponseReturnValue:
    """The court's lines on which a number stands."""
    form = NumberForm()
    found = None
    if form.validate_on_submit():
        found = attempt(here, form, lambda work: search_number(work, form.number.data or ""))
        form.number.data = ""
    return show("search/number.html", 422 if form.summary else 200, form=form, found=found)
