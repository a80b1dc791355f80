"""Trying a text with the draft voice: for the court's people, for a quarter of an hour, kept nowhere."""

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from gateway.services.permissions import Action
from gateway.services.refusals import NotValid
from gateway.services.try_text import Text, is_installed, open_text, speak, try_text
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import Form, choice_field, explain, prose_field, submit_field
from gateway.web.desk.frame.rendering import show
from gateway.web.desk.prompt_upload import LANGUAGES
from prompts.rules import RESULT_RULES

AREA = Area("prompt_draft")
LONGEST_MS = next(int(rule.most) for rule in RESULT_RULES if rule.rule == "audio-too-long")


class DraftForm(Form):
    """A text to be heard."""

    words = prose_field(_l("Text"), _l("At most 400 characters. Nothing is kept."))
    language = choice_field(_l("Language"), LANGUAGES, inline=True)
    go = submit_field(_l("Let me hear it"))


@AREA.form("/prompts/draft", Action.ENROL)
def write(here: Visit) -> ResponseReturnValue:
    """Write a text; the answer has the sound and what the lint says."""
    form = DraftForm()
    tried, draft = None, None
    text = Text(form.words.data or "", form.language.data or "")
    if form.validate_on_submit():
        try:
            with here.reading() as work:
                tried = try_text(work, text)
            draft = speak(text)
        except NotValid as refused:
            explain(form, refused)
    address = url_for("desk.prompt_draft_sound", token=tried.token) if tried and draft else None
    return show(
        "prompts/draft.html",
        form=form,
        installed=is_installed(),
        text=text,
        tried=tried,
        draft=draft,
        address=address,
        longest_ms=LONGEST_MS,
    )


@AREA.page("/prompts/draft/<token>.wav", Action.ENROL)
def sound(here: Visit, token: str) -> ResponseReturnValue:
    """The draft, spoken anew from what is sealed in its address."""
    with here.reading() as work:
        text = open_text(work, token)
    wav = speak(text).wav
    response = Response(wav, content_type="audio/wav")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Disposition"] = 'inline; filename="DRAFT-not-a-recording.wav"'
    response.make_conditional(request, accept_ranges=True, complete_length=len(wav))
    return response
