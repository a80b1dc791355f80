"""Confirming a grave step at the desk: the person types a code once more, at that very moment."""

from flask import g
from flask_babel import lazy_gettext as _l

from gateway.services.prove_person import Code
from gateway.services.reauthenticate import confirm
from gateway.services.refusals import SignInRefused, TooManyAttempts
from gateway.web.desk.door import Visit
from gateway.web.desk.forms import Form, text_field
from gateway.web.desk.languages import language


class ConfirmedForm(Form):
    """A form whose step must be confirmed. The service that takes the step spends the confirmation."""

    code = text_field(
        _l("Code from your authenticator app"),
        _l("Six digits. You confirm this very step with it."),
        width="10",
        autocomplete="one-time-code",
        inputmode="numeric",
    )


def confirmed(here: Visit, form: ConfirmedForm, purpose: str) -> bool:
    """Whether the person has confirmed this purpose; else the form says why not."""
    proof = Code((form.code.data or "").replace(" ", ""))
    try:
        renewed = confirm(here.transactions(), here.signed_in.session.id, purpose, proof)
    except (SignInRefused, TooManyAttempts) as refused:
        form.refuse("code", getattr(refused, language()))
        return False
    g.renewed_session = renewed.token
    return True
