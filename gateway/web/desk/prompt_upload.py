"""A new recording at the desk: a file or what the browser records, checked before anything is kept."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gateway.services.list_prompts import read_prompt
from gateway.services.permissions import Action
from gateway.services.prepare_sound import prepare_sound, refuse_wording
from gateway.services.refusals import NotValid
from gateway.services.upload_prompt import NewPrompt, PreparedSound, upload_prompt
from gateway.services.work import Work
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import (
    Form,
    attempt,
    choice_field,
    explain,
    file_field,
    prose_field,
    submit_field,
    text_field,
)
from gateway.web.desk.frame.languages import language
from gateway.web.desk.frame.rendering import done, show
from prompts.findings import Finding
from prompts.refusals import AudioRefused
from prompts.waveform import Waveform
from prompts.workshop import UploadRefused

AREA = Area("prompt_upload")
LANGUAGES = (("zh-CN", _l("Mandarin")), ("en", _l("English")))
_ACCEPTED = "audio/*,.wav,.mp3,.ogg,.webm,.m4a,.mp4"


class VersionForm(Form):
    """The words and the sound of one version."""

    transcript = prose_field(
        _l("Words that are spoken"),
        _l("Exactly as they are heard. No name, sum, case number or creditor: one text for all debtors."),
    )
    recording = file_field(
        _l("Recording"),
        _l("WAV, MP3, Ogg, WebM or M4A, at most 20 MB and 15 seconds of speech."),
        accept=_ACCEPTED,
    )
    go = submit_field(_l("Check and keep as a draft"))


class NewPromptForm(VersionForm):
    """A template that is not there yet."""

    name = text_field(
        _l("Name of the text"), _l("How the court finds this text again, for example: first notice.")
    )
    language = choice_field(_l("Language"), LANGUAGES, inline=True)


@dataclass(frozen=True, slots=True)
class Refused:
    """What was measured in an upload that is not kept, and its picture."""

    findings: tuple[Finding, ...]
    wave: Waveform


@AREA.form("/prompts/new", Action.ENROL)
def new(here: Visit) -> ResponseReturnValue:
    """A new template with its first version."""
    form = NewPromptForm()
    if form.validate_on_submit():
        words = NewPrompt(form.name.data or "", form.language.data or "", form.transcript.data or "")
        return _receive(here, form, words, prompt=None)
    return _shown(form, None, None)


@AREA.form("/prompts/<id:recording_id>/version", Action.ENROL)
def version(here: Visit, recording_id: str) -> ResponseReturnValue:
    """One more version of a template; what was approved stays as it is."""
    with here.reading() as work:
        file = read_prompt(work, recording_id)
        name, spoken, words = file.prompt.name, file.prompt.language, file.recording.transcript
    form = VersionForm(transcript=words)
    if form.validate_on_submit():
        entered = NewPrompt(name, spoken, form.transcript.data or "")
        return _receive(here, form, entered, prompt=name)
    return _shown(form, name, None)


def _receive(here: Visit, form: VersionForm, words: NewPrompt, prompt: str | None) -> ResponseReturnValue:
    """Words first, as that costs nothing; then the sound, in no transaction; then both are kept."""
    try:
        _refuse_words(here, words, demo_only=False)
    except NotValid as refused:
        explain(form, refused)
    upload = _sent(form.recording.name)
    if not upload:
        form.refuse("recording", _("Choose a file, or record the text here."))
    if form.summary:
        return _shown(form, prompt, None)
    try:
        recording = attempt(here, form, _keep(here, words, _prepared(here, words, upload)))
    except AudioRefused as refused:
        for each in refused.refusals:
            form.refuse(each.field, getattr(each, language()))
        return _shown(form, prompt, _measured(refused))
    except NotValid as refused:
        explain(form, refused)
        return _shown(form, prompt, None)
    if recording is None:
        return _shown(form, prompt, None)
    address = url_for("desk.prompts_recording", recording_id=recording)
    return done(_("The recording was checked and is kept as a draft. Listen to it, then submit it."), address)


def _sent(field: str) -> bytes:
    """The file that was sent; empty where none was."""
    chosen = request.files.get(field)
    if chosen is None:
        return b""
    with closing(chosen):
        content: bytes = chosen.read()
    return content


def _refuse_words(here: Visit, words: NewPrompt, *, demo_only: bool) -> None:
    with here.reading() as work:
        refuse_wording(work, words, demo_only)


def _prepared(here: Visit, words: NewPrompt, upload: bytes) -> PreparedSound:
    sound, demo_only = prepare_sound(upload)
    if demo_only:
        _refuse_words(here, words, demo_only=True)
    return sound


def _keep(here: Visit, words: NewPrompt, sound: PreparedSound) -> Callable[[Work], str]:
    return lambda work: upload_prompt(work, here.runtime.recordings, words, sound).id


def _measured(refused: AudioRefused) -> Refused | None:
    """None where the file could not even be read."""
    return Refused(refused.findings, refused.picture) if isinstance(refused, UploadRefused) else None


def _shown(form: VersionForm, prompt: str | None, refused: Refused | None) -> ResponseReturnValue:
    return show("prompts/upload.html", form=form, prompt=prompt, refused=refused)
