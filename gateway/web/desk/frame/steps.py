"""A step as a page of its own: a form that names the version that was seen, and what comes after it."""

from collections.abc import Callable
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from gateway.services.reauthenticate import spend_confirmation
from gateway.services.work import Work
from gateway.web.desk.frame.confirming import ConfirmedForm, confirmed
from gateway.web.desk.frame.door import Visit
from gateway.web.desk.frame.forms import Form, attempt
from gateway.web.desk.frame.rendering import done, show

NEVER = -1
"""A version that no row has."""


class SeenForm(Form):
    """A form about a row: it carries the version that the person saw."""

    version = HiddenField()

    @property
    def seen(self) -> int:
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else NEVER


def take(
    here: Visit,
    form: Form,
    do: Callable[[Work], object],
    told: str,
    address: str,
    template: str,
    **shown: Any,
) -> ResponseReturnValue:
    """The page with the form; done where nothing is refused, and else it says what was."""
    if form.validate_on_submit() and attempt(here, form, lambda work: (do(work), True)) is not None:
        return done(told, address)
    return show(template, form=form, **shown)


def take_confirmed(
    here: Visit,
    form: ConfirmedForm,
    purpose: str,
    do: Callable[[Work], object],
    told: str,
    address: str,
    template: str,
    **shown: Any,
) -> ResponseReturnValue:
    """The same for a step that the person confirms with a code, at that very moment."""

    def confirm_and_do(work: Work) -> None:
        spend_confirmation(work, here.signed_in.session.id, purpose)
        do(work)

    if request.method == "POST" and not (form.validate() and confirmed(here, form, purpose)):
        return show(template, form=form, **shown)
    return take(here, form, confirm_and_do, told, address, template, **shown)
