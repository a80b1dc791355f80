"""Uploading a file: template, declarations, progress, preview, confirmation; and exports."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO

from flask import Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from govuk_frontend_wtf.wtforms_widgets import GovFileInput

from gateway.models import ImportJob
from gateway.services.claim_job import WORKING
from gateway.services.confirm_upload import WITHDRAWABLE, confirm_upload, withdraw_upload
from gateway.services.export_notices import as_csv, count_exported, export_rows
from gateway.services.export_workbook import MOST_ROWS, export_workbook, heading_of, template_workbook
from gateway.services.import_columns import FILE_KINDS
from gateway.services.list_imports import JobFile, names_of, read_file
from gateway.services.permissions import Action
from gateway.services.preview_import import PreviewRow, refusals_as_csv
from gateway.services.read_import import COLUMNS
from gateway.services.receive_upload import NewUpload, receive_upload
from gateway.services.refusals import NotFound, NotValid
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import (
    Form,
    choice_field,
    explain,
    prose_field,
    submit_field,
    text_field,
    tick_field,
)
from gateway.web.desk.frame.rendering import done, show

AREA = Area("uploads")
SHOWN_ROWS = 20
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV = "text/csv; charset=utf-8"
_BOM = "\ufeff"


def _file_field() -> FileField:
    """A file to send, with a button that speaks the page's language where scripts run."""
    params = {
        "javascript": True,
        "attributes": {"accept": ".csv,.xlsx"},
        "chooseFilesButtonText": _l("Choose file"),
        "dropInstructionText": _l("or drop file"),
        "noFileChosenText": _l("No file chosen"),
        "enteredDropZoneText": _l("Entered drop zone"),
        "leftDropZoneText": _l("Left drop zone"),
    }
    hint = _l("An Excel workbook (.xlsx) or CSV, at most 24 MB.")
    return FileField(_l("File"), description=hint, widget=GovFileInput(), render_kw={"params": params})


class UploadForm(Form):
    """A file of closures."""

    file = _file_field()
    rows = text_field(
        _l("How many rows has the file?"),
        _l("Without its heading. A different count shows that something was lost on the way."),
        width="5",
        inputmode="numeric",
    )
    go = submit_field(_l("Upload and check"))


class EnrolmentForm(UploadForm):
    """A file of enrolments, with what its columns have no place for."""

    art3_evidence = prose_field(
        _l("None of the bars of Art. 3 applies to any row: on what does this rest?"),
        _l("Needed where a row has ground 1. For example the page of the file with the findings."),
        rows=2,
    )
    not_public = tick_field(_l("No line of an entity in this file serves the public"))


class ExportForm(Form):
    """In which format."""

    format = choice_field(_l("Format"), [("csv", _l("CSV")), ("xlsx", _l("Excel workbook (.xlsx)"))])
    go = submit_field(_l("Export"))


@AREA.form("/desk/imports/new", Action.ENROL)
def enrolment(here: Visit) -> ResponseReturnValue:
    """Upload enrolments."""
    return _upload(here, EnrolmentForm(), "enrolment")


@AREA.form("/desk/imports/closures", Action.SILENCE)
def closures(here: Visit) -> ResponseReturnValue:
    """Upload the cases that are over."""
    return _upload(here, UploadForm(), "closures")


def _upload(here: Visit, form: UploadForm, kind: str) -> ResponseReturnValue:
    if form.validate_on_submit():
        try:
            job_id = receive_upload(here.transactions(), _new(form, kind), _sent(form))
        except NotValid as refused:
            explain(form, refused)
        else:
            return redirect(url_for("desk.uploads_file", job_id=job_id), 303)
    return show("uploads/new.html", form=form, kind=kind, columns=FILE_KINDS[kind].columns)


def _new(form: UploadForm, kind: str) -> NewUpload:
    rows = (form.rows.data or "").strip()
    return NewUpload(
        kind,
        getattr(form.file.data, "filename", None) or "",
        int(rows) if rows.isascii() and rows.isdigit() and len(rows) < 8 else 0,
        form["art3_evidence"].data if "art3_evidence" in form else None,
        bool(form["not_public"].data) if "not_public" in form else False,
    )


def _sent(form: UploadForm) -> BinaryIO:
    stream: BinaryIO = getattr(form.file.data, "stream", None) or BytesIO()
    return stream


@AREA.page("/desk/imports/template/<kind>.<ending>", Action.READ)
def template(_here: Visit, kind: str, ending: str) -> ResponseReturnValue:
    """An empty file to fill in."""
    if kind not in FILE_KINDS or ending not in {"csv", "xlsx"}:
        raise NotFound
    if ending == "csv":
        return _download((_BOM + as_csv([heading_of(kind)])).encode(), _CSV, f"{kind}.csv")
    with template_workbook(kind) as file:
        return _download(file.read(), _XLSX, f"{kind}.xlsx")


@AREA.page("/desk/imports/files/<id:job_id>", Action.READ)
def file(here: Visit, job_id: str) -> ResponseReturnValue:
    """Where a file is: being worked on, to be confirmed, refused, or an import."""
    with here.reading() as work:
        found = read_file(work, job_id)
        names = names_of(work, found.job.created_by)
    job = found.job
    if job.state == "submitted":
        return redirect(url_for("desk.imports_batch", import_id=job.import_id), 303)
    if job.state in WORKING:
        return show("uploads/progress.html", file=found, job=job, progress=_progress(job))
    own = job.created_by == here.actor.user_id
    return show(
        "uploads/checked.html",
        file=found,
        job=job,
        own=own,
        may_withdraw=own and job.state in WITHDRAWABLE,
        sent_by=names.get(job.created_by, ""),
        **_rows_shown(found),
    )


def _rows_shown(found: JobFile) -> dict[str, Any]:
    """One page of the preview: rows with errors where there are some, else the first rows."""
    preview = found.preview
    if preview is None:
        return {"rows": (), "pages": 0, "page": 1, "only_wrong": False}
    wrong = tuple(row for row in preview.rows if row.refusals)
    only_wrong = bool(wrong) and request.args.get("show") != "all"
    chosen: tuple[PreviewRow, ...] = wrong if only_wrong else preview.rows
    pages = max(1, -(-len(chosen) // SHOWN_ROWS))
    asked = request.args.get("page", "1")
    page = min(int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1, pages) or 1
    rows = chosen[(page - 1) * SHOWN_ROWS : page * SHOWN_ROWS]
    return {"rows": rows, "pages": pages, "page": page, "only_wrong": only_wrong}


@AREA.page("/desk/imports/files/<id:job_id>/progress", Action.READ)
def progress(here: Visit, job_id: str) -> ResponseReturnValue:
    """The same for the script that keeps the bar moving."""
    with here.reading() as work:
        job = read_file(work, job_id).job
    return jsonify({"state": job.state, "working": job.state in WORKING, **_progress(job)})


def _progress(job: ImportJob) -> dict[str, object]:
    """Done, total, and the sentence that says so; no total before it is known."""
    if not job.rows_total or job.state in {"received", "confirmed"}:
        return {"done": 0, "total": 0, "text": _("Waiting for its turn.")}
    percent = min(100, 100 * job.rows_done // job.rows_total)
    return {
        "done": job.rows_done,
        "total": job.rows_total,
        "text": _("%(percent)s per cent done", percent=percent),
    }


@AREA.page("/desk/imports/files/<id:job_id>/confirm", Action.READ, ("POST",))
def confirm(here: Visit, job_id: str) -> ResponseReturnValue:
    """The clerk says that these are his rows."""
    rows, version = _number("rows"), _number("version")
    here.change(lambda work: confirm_upload(work, job_id, rows, version))
    return redirect(url_for("desk.uploads_file", job_id=job_id), 303)


@AREA.page("/desk/imports/files/<id:job_id>/withdraw", Action.READ, ("POST",))
def withdraw(here: Visit, job_id: str) -> ResponseReturnValue:
    """The clerk takes the file back."""
    withdraw_upload(here.transactions(), job_id)
    return done(_("The file was taken back and deleted."), url_for("desk.imports_batches"))


@AREA.page("/desk/imports/files/<id:job_id>/errors.csv", Action.READ)
def errors(here: Visit, job_id: str) -> ResponseReturnValue:
    """Everything that was refused, for a spreadsheet."""
    with here.reading() as work:
        found = read_file(work, job_id)
    return _download(refusals_as_csv(found.refusals, found.job.errors).encode(), _CSV, "errors.csv")


@AREA.form("/desk/imports/export", Action.READ_NAMES)
def export(here: Visit) -> ResponseReturnValue:
    """All enrolled rows of the court, in the columns of an import."""
    form = ExportForm()
    if form.validate_on_submit():
        if form.format.data == "csv":
            return _export_csv(here)
        if form.format.data == "xlsx":
            try:
                with export_workbook(here.transactions()) as workbook:
                    return _download(workbook.read(), _XLSX, "notices.xlsx")
            except NotValid as refused:
                explain(form, refused)
        else:
            form.refuse("format", _("Choose a format."))
    with here.reading() as work:
        rows = count_exported(work)
    return show("uploads/export.html", form=form, rows=rows, most=MOST_ROWS)


def _export_csv(here: Visit) -> Response:
    chunks = export_rows(here.transactions())

    def lines() -> Iterator[bytes]:
        yield as_csv([COLUMNS]).encode()
        for chunk in chunks:
            yield as_csv(chunk).encode()

    return _download(lines(), _CSV, "notices.csv")


def _download(content: bytes | Iterator[bytes], kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, content_type=kind, headers=headers)


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
