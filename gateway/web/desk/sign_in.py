"""Signing in, in two steps, and signing out."""

from flask import Response, make_response, redirect, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from gateway.services.end_sessions import end_session
from gateway.services.prove_person import Code
from gateway.services.refusals import SignInRefused, TooManyAttempts
from gateway.services.sign_in import Visitor, check_password, check_second_factor
from gateway.services.transactions import Transactions
from gateway.web.desk.cookies import hand_out_session, read_cookie, set_cookie, take_back_session
from gateway.web.desk.door import Area, Visit
from gateway.web.desk.forms import Form, secret_field, submit_field, text_field
from gateway.web.desk.languages import language, own_address
from gateway.web.desk.rendering import show
from gateway.web.requests import runtime

AREA = Area("sign_in")
HALF, KNOWN = "desk-half", "desk-known"
"""Cookies: a sign-in whose second factor is awaited; browsers that have signed in before."""
HALF_SECONDS, KNOWN_SECONDS = 300, 180 * 86400


class PasswordForm(Form):
    """The first step."""

    username = text_field(_l("User name"), width="20", autocomplete="username")
    password = secret_field(_l("Password"))
    go = submit_field(_l("Continue"))


class CodeForm(Form):
    """The second step."""

    code = text_field(
        _l("Code from your authenticator app"),
        _l("Six digits, a new one every 30 seconds."),
        width="10",
        autocomplete="one-time-code",
        inputmode="numeric",
    )
    go = submit_field(_l("Sign in"))


@AREA.open_page("/sign-in", ("GET", "POST"))
def password() -> ResponseReturnValue:
    """User name and password."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            half = check_password(
                _transactions(), _visitor(), form.username.data or "", form.password.data or ""
            )
        except (SignInRefused, TooManyAttempts) as refused:
            form.form_errors.append(getattr(refused, language()))
        else:
            wanted = own_address(request.args.get("next"))
            response = make_response(redirect(url_for("desk.sign_in_code", next=wanted), 303))
            set_cookie(response, HALF, half.token, HALF_SECONDS)
            return response
    return show("sign_in/password.html", form=form)


@AREA.open_page("/sign-in/code", ("GET", "POST"))
def code() -> ResponseReturnValue:
    """The second factor. The session's token, and the form's, are new from here on."""
    form = CodeForm()
    if form.validate_on_submit():
        proof = Code((form.code.data or "").replace(" ", ""))
        try:
            opened = check_second_factor(_transactions(), _visitor(), read_cookie(HALF), proof)
        except (SignInRefused, TooManyAttempts) as refused:
            form.form_errors.append(getattr(refused, language()))
        else:
            form_session.clear()
            response = make_response(redirect(own_address(request.args.get("next")), 303))
            hand_out_session(response, opened.token)
            set_cookie(response, KNOWN, opened.known, KNOWN_SECONDS)
            set_cookie(response, HALF, "", 0)
            return response
    return show("sign_in/code.html", form=form)


@AREA.page("/sign-out", None, ("POST",))
def out(here: Visit) -> ResponseReturnValue:
    """End this session."""
    here.change(lambda work: end_session(work, here.signed_in.session.id))
    form_session.clear()
    response: Response = make_response(redirect(url_for("desk.sign_in_password"), 303))
    take_back_session(response)
    return response


def _transactions() -> Transactions:
    here = runtime()
    return Transactions(here.engine, here.clock, here.vault)


def _visitor() -> Visitor:
    browser = request.user_agent.string
    return Visitor(request.remote_addr or "", read_cookie(KNOWN), browser)
