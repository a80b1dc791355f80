"""Confirming a grave step at the desk: the person types a code, or touches a key, at that very moment."""

from typing import Any

from flask import g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from govuk_frontend_wtf import wtforms_widgets as govuk
from markupsafe import Markup
from wtforms import StringField

from gateway.services.change_own_access import read_own_access
from gateway.services.prove_person import Code, Proof, Touch
from gateway.services.reauthenticate import ask_to_confirm, confirm
from gateway.services.refusals import SignInRefused, TooManyAttempts
from gateway.web.desk.frame.door import Visit, visit
from gateway.web.desk.frame.forms import Form
from gateway.web.desk.frame.keys import AnswerField, key_block, site
from gateway.web.desk.frame.languages import language

_PARAMS = {
    "classes": "govuk-input--width-10",
    "spellcheck": False,
    "autocomplete": "one-time-code",
    "inputmode": "numeric",
}


class _CodeOrKey(govuk.GovTextInput):  # type: ignore[misc]
    """A line for a code and a button for a key, each where the person has one."""

    def __call__(self, field: StringField, **kwargs: Any) -> Markup:
        here = visit()
        if here is None:
            return Markup(super().__call__(field, **kwargs))
        with here.reading() as work:
            access = read_own_access(work)
        line = Markup(super().__call__(field, **kwargs)) if access.has_codes or not access.keys else Markup()
        if not access.keys or site() is None:
            return line
        question: str | None = getattr(field, "question", None)
        return line + key_block("get", question, at_once=True, offer=True)


class ConfirmedForm(Form):
    """A form whose step must be confirmed: `form.code` shows whatever the person can confirm with.

    The service that takes the step spends the confirmation.
    """

    code = StringField(
        _l("Code from your authenticator app"),
        description=_l("Six digits. You confirm this very step with it."),
        widget=_CodeOrKey(),
        render_kw={"params": _PARAMS},
    )
    key_answer = AnswerField()


def confirmed(here: Visit, form: ConfirmedForm, purpose: str) -> bool:
    """Whether the person has confirmed this purpose.

    Else the form says why not, or asks the person's key: it comes again with the answer.
    """
    session_id, where = here.signed_in.session.id, site()
    digits, answer = (form.code.data or "").replace(" ", ""), form.key_answer.data
    proof: Proof = Code(digits)
    if where is not None and not digits and answer:
        proof = Touch(answer, where)
    elif where is not None and not digits and "by_key" in request.form:
        form.code.question = here.change(lambda work: ask_to_confirm(work, session_id, purpose, where))
        if form.code.question is None:
            form.refuse("code", _("You have no security key. Enter a code."))
        return False
    try:
        renewed = confirm(here.transactions(), session_id, purpose, proof)
    except (SignInRefused, TooManyAttempts) as refused:
        form.refuse("code", getattr(refused, language()))
        return False
    g.renewed_session = renewed.token
    return True
