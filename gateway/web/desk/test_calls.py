"""Test calls at the desk: choose a connection and a phone of one's own, and hear what callers would."""

from collections.abc import Callable
from functools import partial

from flask import current_app, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from gateway.carrier_box import Transport
from gateway.services.permissions import Action
from gateway.services.place_test_call import AN_HOUR, NewTestCall, Placed, place_test_call
from gateway.services.read_test_call import (
    Choices,
    choices_for_notice,
    choices_for_recording,
    read_test_call,
)
from gateway.services.refusals import NotValid, WrongState
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import (
    Form,
    choices_of,
    explain,
    select_field,
    submit_field,
    text_field,
    tick_field,
)
from gateway.web.desk.frame.rendering import done, show

AREA = Area("test_calls")


class TestCallForm(Form):
    """Over which connection, and to which phone."""

    connection = select_field(_l("Connection"), ())
    phone = text_field(
        _l("Your phone number"),
        _l("A fixed or mobile number of the court's own country. It is called once and not kept."),
        width="20",
        autocomplete="tel",
        inputmode="tel",
    )
    own_phone = tick_field(_l("This phone is my own, and I can pick it up now."))
    go = submit_field(_l("Call me"))


@AREA.form("/notices/<id:notice_id>/test-call", Action.TEST_CALL)
def of_notice(here: Visit, notice_id: str) -> ResponseReturnValue:
    """Hear a notice."""
    with here.reading() as work:
        choices = choices_for_notice(work, notice_id)
    return _placed(here, choices, partial(_new, notice_id=notice_id), _subject(notice_id, None))


@AREA.form("/prompts/<id:recording_id>/test-call", Action.TEST_CALL)
def of_recording(here: Visit, recording_id: str) -> ResponseReturnValue:
    """Hear one recording."""
    with here.reading() as work:
        choices = choices_for_recording(work, recording_id)
    new = partial(_new, recording_id=recording_id)
    return _placed(here, choices, new, _subject(None, recording_id))


@AREA.page("/test-calls/<id:test_call_id>", Action.TEST_CALL)
def result(here: Visit, test_call_id: str) -> ResponseReturnValue:
    """How it went."""
    with here.reading() as work:
        file = read_test_call(work, test_call_id)
    way_back = _subject(file.row.notice_id, file.row.recording_id)
    return show("test_calls/result.html", file=file, way_back=way_back)


def _placed(
    here: Visit, choices: Choices, new: Callable[[TestCallForm], NewTestCall], way_back: str
) -> ResponseReturnValue:
    form = TestCallForm()
    form.connection.choices = choices_of((each.slug, each.slug) for each in choices.connections)
    if form.validate_on_submit():
        try:
            placed = place_test_call(here.transactions(), _transport(), new(form))
        except (NotValid, WrongState) as refused:
            explain(form, refused)
        else:
            return done(_told(placed), url_for("desk.test_calls_result", test_call_id=placed.id))
    return show("test_calls/place.html", form=form, choices=choices, an_hour=AN_HOUR, way_back=way_back)


def _subject(notice_id: str | None, recording_id: str | None) -> str:
    """The page of what is heard."""
    if notice_id is not None:
        return url_for("desk.notices_show", notice_id=notice_id)
    return url_for("desk.prompts_recording", recording_id=recording_id)


def _new(form: TestCallForm, notice_id: str | None = None, recording_id: str | None = None) -> NewTestCall:
    entered = form.connection.data or "", form.phone.data or "", bool(form.own_phone.data)
    return NewTestCall(*entered, notice_id, recording_id)


def _told(placed: Placed) -> str:
    if placed.heard is None:
        return str(_("Your phone rings now."))
    seconds = sum(each.seconds for each in placed.heard.heard)
    told = ngettext(
        "A carrier in a box picked up and heard %(num)d recording of %(seconds)s seconds.",
        "A carrier in a box picked up and heard %(num)d recordings of %(seconds)s seconds together.",
        len(placed.heard.heard),
        seconds=f"{seconds:.1f}",
    )
    return str(told)


def _transport() -> Transport:
    """How this application reaches carriers; the API's desk holds it for both."""
    found: Transport = current_app.extensions["court-gateway-api"].transport
    return found
