"""Protected callers at the desk: listed masked, added, seen in full with an entry in the record, removed."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gateway.services.list_protected import list_protected, read_protected, unmask_protected
from gateway.services.list_rows import Wanted
from gateway.services.permissions import Action
from gateway.services.protect_caller import protect_caller, stop_protecting
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import Form, submit_field, text_field
from gateway.web.desk.frame.rendering import show
from gateway.web.desk.frame.steps import take

AREA = Area("protected")


class ProtectForm(Form):
    """A caller to protect."""

    number = text_field(
        _l("Telephone number"),
        _l("With country code, such as +86 171 0000 0000."),
        width="20",
        inputmode="tel",
    )
    label = text_field(
        _l("Whose number it is"), _l("An office or a hospital, not a person's name."), width="30"
    )
    go = submit_field(_l("Protect"))


class RemoveForm(Form):
    """The end of the protection."""

    go = submit_field(_l("Take off the list"), warning=True)


class UnmaskForm(Form):
    """Nothing but the form's token."""


@AREA.page("/desk/protected", Action.PROTECT)
def listed(here: Visit) -> ResponseReturnValue:
    """Those of the court, and by their labels those of the whole platform."""
    wanted = Wanted(after=request.args.get("cursor"), line=request.args.get("line"))
    with here.reading() as work:
        page = list_protected(work, wanted)
    return show("protected/listed.html", page=page, line=wanted.line, other=UnmaskForm())


@AREA.form("/desk/protected/new", Action.PROTECT)
def new(here: Visit) -> ResponseReturnValue:
    """One more; with a line in the address on that line only."""
    form, line = ProtectForm(), request.args.get("line") or None
    return take(
        here,
        form,
        lambda work: protect_caller(work, form.number.data or "", form.label.data or "", line),
        _("Protected. Calls from this number never hear a notice."),
        url_for("desk.protected_listed", line=line),
        "protected/new.html",
        line=line,
    )


@AREA.page("/desk/protected/<id:row_id>/number", Action.PROTECT, ("POST",))
def number(here: Visit, row_id: str) -> ResponseReturnValue:
    """The number in full, on a page that nothing keeps; that it was looked at is entered."""
    found = here.change(lambda work: (unmask_protected(work, row_id), read_protected(work, row_id)))
    return show("protected/number.html", number=found[0], row=found[1])


@AREA.form("/desk/protected/<id:row_id>/remove", Action.PROTECT)
def remove(here: Visit, row_id: str) -> ResponseReturnValue:
    """The caller may hear notices again."""
    with here.reading() as work:
        row = read_protected(work, row_id)
    return take(
        here,
        RemoveForm(),
        lambda work: stop_protecting(work, row_id),
        _("Taken off the list."),
        url_for("desk.protected_listed"),
        "protected/remove.html",
        row=row,
    )
