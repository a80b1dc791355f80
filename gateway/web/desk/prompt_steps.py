"""A recording's steps at the desk: submitted, approved as it was heard, sent back, withdrawn."""

from typing import TypeVar

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from gateway.services.judge_prompt import approve_prompt, reject_prompt, submit_prompt, withdraw_prompt
from gateway.services.permissions import Action
from gateway.services.read_prompt_page import PromptPage, read_prompt_page
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import Form, ReasonForm, attempt, prose_field, submit_field, tick_field
from gateway.web.desk.frame.rendering import done, show
from gateway.web.desk.pictures.waveforms import picture_of

AREA = Area("prompt_steps")
Opened = TypeVar("Opened", bound="SeenForm")


class SeenForm(Form):
    """The version that the person saw: a change in between is refused."""

    version = HiddenField()

    @property
    def seen(self) -> int:
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class SubmitForm(SeenForm):
    """Handing a draft to a judge."""

    reason = prose_field(_l("Remark for the judge (optional)"), rows=3)
    go = submit_field(_l("Submit for approval"))


class ApproveForm(SeenForm):
    """Bound to the very sound: its hash stands in the form."""

    sha256 = HiddenField()
    heard = tick_field(
        _l("I have heard the whole recording, and it says exactly the words shown here, and nothing else.")
    )
    reason = prose_field(_l("Remark (optional)"), rows=3)
    go = submit_field(_l("Approve this recording"))


class RejectForm(SeenForm, ReasonForm):
    """Sending it back."""

    go = submit_field(_l("Send back"), secondary=True)


class WithdrawForm(SeenForm, ReasonForm):
    """Silence from the very next call on; nobody brings it back."""

    go = submit_field(_l("Withdraw this recording"), warning=True)


@AREA.form("/prompts/<id:recording_id>/submit", Action.SUBMIT)
def submit(here: Visit, recording_id: str) -> ResponseReturnValue:
    """Hand it to a judge."""
    page, form = _opened(here, recording_id, SubmitForm())
    if form.validate_on_submit():
        step = attempt(
            here, form, lambda work: submit_prompt(work, recording_id, form.seen, form.reason.data).id
        )
        if step is not None:
            return _went_on(recording_id, _("The recording waits for a judge's approval."))
    return _shown(here, "submit", page, form)


@AREA.form("/prompts/<id:recording_id>/approve", Action.APPROVE)
def approve(here: Visit, recording_id: str) -> ResponseReturnValue:
    """Approve what was heard."""
    page, form = _opened(here, recording_id, ApproveForm())
    if form.validate_on_submit():
        if not form.heard.data:
            form.refuse("heard", _("Listen to the recording first, then confirm that you have."))
            return _shown(here, "approve", page, form)
        sha256, reason = form.sha256.data or "", form.reason.data
        step = attempt(
            here, form, lambda work: approve_prompt(work, recording_id, sha256, form.seen, reason).id
        )
        if step is not None:
            return _went_on(recording_id, _("The recording is approved: notices can use it."))
    return _shown(here, "approve", page, form)


@AREA.form("/prompts/<id:recording_id>/reject", Action.REJECT)
def reject(here: Visit, recording_id: str) -> ResponseReturnValue:
    """Send it back with a reason."""
    page, form = _opened(here, recording_id, RejectForm())
    if form.validate_on_submit():
        reason = form.reason.data or ""
        step = attempt(here, form, lambda work: reject_prompt(work, recording_id, reason, form.seen).id)
        if step is not None:
            return _went_on(recording_id, _("The recording was sent back."))
    return _shown(here, "reject", page, form)


@AREA.form("/prompts/<id:recording_id>/withdraw", Action.SILENCE)
def withdraw(here: Visit, recording_id: str) -> ResponseReturnValue:
    """Withdraw it; whatever changed since the page was opened does not stop silence."""
    page, form = _opened(here, recording_id, WithdrawForm())
    if form.validate_on_submit():
        reason = form.reason.data or ""
        step = attempt(here, form, lambda work: withdraw_prompt(work, recording_id, reason).id)
        if step is not None:
            return _went_on(recording_id, _("The recording is withdrawn: no call hears it any more."))
    return _shown(here, "withdraw", page, form)


def _opened(here: Visit, recording_id: str, form: Opened) -> tuple[PromptPage, Opened]:
    with here.reading() as work:
        return read_prompt_page(work, recording_id), form


def _went_on(recording_id: str, message: str) -> ResponseReturnValue:
    return done(message, url_for("desk.prompts_recording", recording_id=recording_id))


def _shown(here: Visit, step: str, page: PromptPage, form: SeenForm) -> ResponseReturnValue:
    """The form is bound to what this very page shows, also where an older one was just refused."""
    recording = page.file.recording
    form.version.data = str(recording.version)
    if isinstance(form, ApproveForm):
        form.sha256.data = recording.sha256
    return show(f"prompts/{step}.html", page=page, form=form, wave=picture_of(here.runtime, recording))
