"""The record at the desk: its state, its entries narrowed, handed out whole, and told to a debtor."""

import json
from dataclasses import asdict
from itertools import chain

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from gateway.services.browse_audit import Sought, browse_audit, holds, read_chain_state
from gateway.services.export_audit import export_audit
from gateway.services.extract_debtor import Extract, extract_by_number
from gateway.services.name_people import names_of
from gateway.services.permissions import Action
from gateway.services.search_people import person_named
from gateway.web.desk.frame.asked import ROWS, Asked
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import Form, attempt, submit_field, text_field
from gateway.web.desk.frame.rendering import show
from gateway.web.desk.words.lists import choices

AREA = Area("audit")


class ExportForm(Form):
    """Nothing to fill in."""

    go = submit_field(_l("Download the whole record"), secondary=True)


class DebtorForm(Form):
    """Whose extract it is, named by one of his cases."""

    case_number = text_field(
        _l("Case number"), _l("Any case of the debtor. The extract is of all his cases here."), width="30"
    )
    go = submit_field(_l("Make the extract"))
    download = submit_field(_l("Download as JSON"), secondary=True)


@AREA.page("/desk/audit", None)
def browse(here: Visit) -> ResponseReturnValue:
    """The chain that this person may read, the last entry first."""
    asked = Asked()
    with here.reading() as work:
        state = read_chain_state(work)
        sought = Sought(
            asked.text("kind"),
            asked.text("subject"),
            person_named(work, asked.text("actor")),
            asked.text("action"),
            asked.day("since"),
            asked.day("until"),
        )
        found = asked.attempt(lambda: browse_audit(work, sought, asked.cursor, ROWS))
        people = names_of(work, [each.actor for each in found.entries] if found else [])
    return show(
        "audit/browse.html",
        asked.status,
        asked=asked,
        form=asked.form,
        export=ExportForm(),
        state=state,
        found=found,
        whole=holds(found.entries) if found else True,
        people=people,
        kinds=choices("kind"),
        actions=choices("action"),
        may_extract=here.may(Action.READ_AUDIT),
    )


@AREA.page("/desk/audit/export", None, ("POST",))
def export(here: Visit) -> ResponseReturnValue:
    """The whole chain as lines of JSON; the first line says how to check it."""
    lines = export_audit(here.transactions())
    first = next(lines)
    response = Response(chain((first,), lines), mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = "attachment; filename=audit.jsonl"
    return response


@AREA.form("/desk/audit/debtor", Action.READ_AUDIT)
def debtor(here: Visit) -> ResponseReturnValue:
    """What is recorded about one debtor."""
    form, extract, people = DebtorForm(), None, {}
    if form.validate_on_submit():
        extract = attempt(here, form, lambda work: extract_by_number(work, form.case_number.data or ""))
    if extract is not None and form.download.data:
        return _as_file(extract)
    if extract is not None:
        with here.reading() as work:
            people = names_of(work, [each.actor for each in extract.entries])
    return show("audit/debtor.html", 422 if form.summary else 200, form=form, extract=extract, people=people)


def _as_file(extract: Extract) -> Response:
    text = json.dumps(asdict(extract), ensure_ascii=False, indent=2, default=str)
    response = Response(text + "\n", mimetype="application/json")
    response.headers["Content-Disposition"] = "attachment; filename=extract.json"
    return response
