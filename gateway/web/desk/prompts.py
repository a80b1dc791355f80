"""The library of prompts: which there are, and each with its sound, its picture and what was found in it."""

from dataclasses import dataclass

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from gateway.models import Recording
from gateway.services.judge_prompt import LIFE
from gateway.services.list_prompts import STATES, list_prompts, read_prompt
from gateway.services.list_rows import Wanted
from gateway.services.permissions import Action
from gateway.services.read_prompt_page import read_prompt_page
from gateway.services.refusals import NotFound
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.rendering import show
from gateway.web.desk.pictures.waveforms import picture_of
from prompts.store import RecordingDamaged, RecordingMissing

AREA = Area("prompts")
_SECOND, _GRAVE = "govuk-button--secondary", "govuk-button--warning"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that can be done with a recording: the page, who may, in which states, and its looks."""

    endpoint: str
    action: Action
    states: frozenset[str]
    text: LazyString
    classes: str = _SECOND


STEPS = (
    Step("prompt_steps_submit", Action.SUBMIT, frozenset(LIFE["submitted"]), _l("Submit for approval"), ""),
    Step("prompt_steps_approve", Action.APPROVE, frozenset(LIFE["approved"]), _l("Approve a recording"), ""),
    Step("prompt_steps_reject", Action.REJECT, frozenset(LIFE["rejected"]), _l("Send back")),
    Step("prompt_upload_version", Action.ENROL, frozenset(STATES), _l("New version")),
    Step("test_calls_of_recording", Action.TEST_CALL, frozenset({"approved"}), _l("Test call")),
    Step("prompt_steps_withdraw", Action.SILENCE, frozenset(LIFE["withdrawn"]), _l("Withdraw"), _GRAVE),
)
"""In the order of the buttons."""


@dataclass(frozen=True, slots=True)
class Button:
    """A step as the page shows it."""

    href: str
    text: str
    classes: str


@AREA.page("/prompts", Action.READ)
def library(here: Visit) -> ResponseReturnValue:
    """Every recording of the court, newest first; `state` in the address narrows it."""
    state = request.args.get("state")
    wanted = Wanted(after=request.args.get("cursor"), state=state if state in STATES else None)
    with here.reading() as work:
        page = list_prompts(work, wanted)
    can_enrol = here.may(Action.ENROL)
    return show("prompts/library.html", page=page, states=STATES, state=wanted.state, can_enrol=can_enrol)


@AREA.page("/prompts/<id:recording_id>", Action.READ)
def recording(here: Visit, recording_id: str) -> ResponseReturnValue:
    """One version: hear it, see it, read what was found and what can be done."""
    with here.reading() as work:
        page = read_prompt_page(work, recording_id)
    row = page.file.recording
    wave = picture_of(here.runtime, row)
    return show("prompts/recording.html", page=page, wave=wave, steps=buttons(here, row))


def buttons(here: Visit, row: Recording) -> list[Button]:
    """What this person can do with it now."""
    return [
        Button(url_for(f"desk.{step.endpoint}", recording_id=row.id), str(step.text), step.classes)
        for step in STEPS
        if row.state in step.states and here.may(step.action)
    ]


@AREA.page("/prompts/<id:recording_id>/sound.wav", Action.READ)
def sound(here: Visit, recording_id: str) -> ResponseReturnValue:
    """The sound, for the court's people only; parts of it where the player asks for a part."""
    with here.reading() as work:
        sha256 = read_prompt(work, recording_id).recording.sha256
    try:
        wav = here.runtime.recordings.read(sha256)
    except (RecordingMissing, RecordingDamaged):
        raise NotFound from None
    response = Response(wav, content_type="audio/wav")
    response.headers["Cache-Control"] = "private, no-store"
    response.make_conditional(request, accept_ranges=True, complete_length=len(wav))
    return response
