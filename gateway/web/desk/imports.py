"""Imports: the list of them, and one import as the judge sees, hears and approves it."""

from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gateway.models import ImportBatch
from gateway.services.approve_import import approve_import
from gateway.services.list_imports import (
    STATES,
    file_of_import,
    list_files,
    list_imports,
    names_of,
    read_import_batch,
)
from gateway.services.list_prompts import read_prompt
from gateway.services.list_rows import Wanted
from gateway.services.permissions import Action
from gateway.services.reauthenticate import spend_confirmation
from gateway.services.receive_upload import declared_of
from gateway.services.refusals import NotAllowed, NotFound, NotValid, WrongState
from gateway.services.sample_import import Contents, contents_of_import, sample_of_import
from gateway.web.desk.frame.confirming import ConfirmedForm, confirmed
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import explain, prose_field, submit_field, tick_field
from gateway.web.desk.frame.rendering import done, show
from gateway.web.desk.words import word
from prompts.store import RecordingDamaged, RecordingMissing

AREA = Area("imports")


class ApproveForm(ConfirmedForm):
    """What the judge signs with the whole file."""

    reason = prose_field(
        _l("Reason"), _l("It is kept in the record, where the court's people can read it."), 3
    )
    heard = tick_field(_l("I have heard the recordings and looked at the sample"))
    no_conflict = tick_field(_l("I have no conflict of interest in any of these cases"))
    go = submit_field(_l("Approve the whole import"))


@AREA.page("/desk/imports", Action.READ)
def batches(here: Visit) -> ResponseReturnValue:
    """Files under way, and the court's imports, newest first."""
    state = request.args.get("state")
    wanted = Wanted(30, request.args.get("cursor"), state if state in STATES else None)
    with here.reading() as work:
        page, files = list_imports(work, wanted), list_files(work)
        names = names_of(work, *(each.submitted_by for each in page.items))
    return show("imports/list.html", page=page, files=files, names=names, state=wanted.state)


@AREA.page("/desk/imports/<id:import_id>", Action.READ)
def batch(here: Visit, import_id: str) -> ResponseReturnValue:
    """What is in an import, and a sample of it."""
    with here.reading() as work:
        read_import_batch(work, import_id)
    return _shown(here, import_id, ApproveForm())


@AREA.form("/desk/imports/<id:import_id>/approve", Action.APPROVE)
def approve(here: Visit, import_id: str) -> ResponseReturnValue:
    """The judge approves the file as one; each step of the form's checks is told at its field."""
    form = ApproveForm()
    if form.validate_on_submit() and _complete(form) and _own_doing(here, import_id, form):
        purpose = f"approve import {import_id}"
        if confirmed(here, form, purpose) and _approve(here, import_id, form, purpose):
            address = url_for("desk.imports_batch", import_id=import_id)
            return done(_("The import is approved: its notices play as soon as the law lets them."), address)
    return _shown(here, import_id, form)


def _complete(form: ApproveForm) -> bool:
    if not (form.reason.data or "").strip():
        form.refuse("reason", _("Give a reason."))
    if not form.heard.data:
        form.refuse("heard", _("Hear the recordings and look at the sample first."))
    if not form.no_conflict.data:
        form.refuse("no_conflict", _("Who has a conflict of interest must not approve."))
    return not form.summary


def _own_doing(here: Visit, import_id: str, form: ApproveForm) -> bool:
    """Whether a second person is at it; asked before a code is used up."""
    with here.reading() as work:
        submitted_by = read_import_batch(work, import_id).submitted_by
    try:
        here.actor.must_differ_from(submitted_by)
    except NotAllowed as refused:
        explain(form, refused)
        return False
    return True


def _approve(here: Visit, import_id: str, form: ApproveForm, purpose: str) -> bool:
    session_id, rows = here.signed_in.session.id, request.form.get("rows", "")
    try:
        approve_import(
            here.transactions(),
            import_id,
            int(rows) if rows.isascii() and rows.isdigit() and len(rows) < 10 else -1,
            request.form.get("sha256", ""),
            form.reason.data,
            begin=lambda work: spend_confirmation(work, session_id, purpose),
            declared={"conflict_of_interest": "none"},
        )
    except (NotValid, WrongState, NotAllowed) as refused:
        explain(form, refused)
        return False
    return True


def _shown(here: Visit, import_id: str, form: ApproveForm) -> ResponseReturnValue:
    with here.reading() as work:
        row = read_import_batch(work, import_id)
        is_enrolment = row.kind == "enrolment"
        file = file_of_import(work, import_id)
        return show(
            "imports/batch.html",
            form=form,
            batch=row,
            file=file,
            declared=declared_of(work, file.job) if file else None,
            names=names_of(work, row.submitted_by, row.approved_by),
            **(_counted(contents_of_import(work, import_id)) if is_enrolment else {}),
            sample=sample_of_import(work, import_id) if _may_sample(here, row) else (),
            may_approve=_may_approve(here, row),
        )


def _counted(contents: Contents) -> dict[str, Any]:
    """What is in an import, in words."""
    return {
        "contents": contents,
        "named_states": [(word("notice", state), rows) for state, rows in contents.states],
        "named_grounds": [(_("Ground %(ground)s", ground=ground), rows) for ground, rows in contents.grounds],
        "named_terms": [(_term(months), rows) for months, rows in contents.terms],
        "named_classes": [(word("number", name), rows) for name, rows in contents.classes],
    }


def _term(months: int | None) -> str:
    return str(_("Without a term") if months is None else _("%(months)s months", months=months))


def _may_sample(here: Visit, row: ImportBatch) -> bool:
    return row.kind == "enrolment" and here.may(Action.READ_NAMES)


def _may_approve(here: Visit, row: ImportBatch) -> bool:
    """Whether the form is offered; the service asks all of it again."""
    waits = row.kind == "enrolment" and row.state == "submitted"
    return waits and here.may(Action.APPROVE) and row.submitted_by != here.actor.user_id


@AREA.page("/desk/imports/recordings/<id:recording_id>.wav", Action.READ)
def recording(here: Visit, recording_id: str) -> ResponseReturnValue:
    """The sound of a recording of the court."""
    with here.reading() as work:
        sha256 = read_prompt(work, recording_id).recording.sha256
    try:
        sound = here.runtime.recordings.read(sha256)
    except (RecordingMissing, RecordingDamaged):
        raise NotFound from None
    return Response(sound, content_type="audio/wav", headers={"Cache-Control": "private, no-store"})
