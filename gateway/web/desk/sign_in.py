"""Signing in, in two steps, and signing out."""

from flask import Response, make_response, redirect, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from gateway.services.end_sessions import end_session
from gateway.services.find_session import find_half_open
from gateway.services.prove_person import Code, Proof, Touch, factors_of
from gateway.services.refusals import SignInRefused, TooManyAttempts
from gateway.services.sign_in import (
    HalfOpen,
    Opened,
    Visitor,
    ask_at_the_door,
    check_password,
    check_second_factor,
)
from gateway.services.transactions import Transactions
from gateway.vault import token_hash
from gateway.web.desk.frame.browsers import browser_named
from gateway.web.desk.frame.cookies import hand_out_session, read_cookie, set_cookie, take_back_session
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import Form, secret_field, submit_field, text_field
from gateway.web.desk.frame.keys import AnswerField, site
from gateway.web.desk.frame.languages import language, own_address
from gateway.web.desk.frame.rendering import show
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
    key_answer = AnswerField()
    go = submit_field(_l("Sign in"))


@AREA.open_page("/sign-in", ("GET", "POST"))
def password() -> ResponseReturnValue:
    """User name and password."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            half = check_password(
                transactions(), visitor(), form.username.data or "", form.password.data or ""
            )
        except (SignInRefused, TooManyAttempts) as refused:
            form.form_errors.append(getattr(refused, language()))
        else:
            return to_second_factor(half, own_address(request.args.get("next")))
    return show("sign_in/password.html", form=form, has_sso=bool(runtime().settings.oidc_issuer))


def to_second_factor(half: HalfOpen, wanted: str) -> ResponseReturnValue:
    """On to the second step, with the half of a session in a cookie."""
    response = make_response(redirect(url_for("desk.sign_in_code", next=wanted), 303))
    set_cookie(response, HALF, half.token, HALF_SECONDS)
    return response


@AREA.open_page("/sign-in/code", ("GET", "POST"))
def code() -> ResponseReturnValue:
    """The second factor. The session's token, and the form's, are new from here on."""
    form = CodeForm()
    if form.validate_on_submit():
        try:
            opened = check_second_factor(transactions(), visitor(), read_cookie(HALF), _proof(form))
        except (SignInRefused, TooManyAttempts) as refused:
            form.form_errors.append(getattr(refused, language()))
        else:
            return _signed_in(opened)
    factors = _factors()
    if not factors and not form.form_errors:
        return redirect(url_for("desk.sign_in_password", next=own_address(request.args.get("next"))))
    return show("sign_in/code.html", form=form, factors=factors, question=_question(factors))


def _proof(form: CodeForm) -> Proof:
    where = site()
    if form.key_answer.data and where is not None:
        return Touch(form.key_answer.data, where)
    return Code((form.code.data or "").replace(" ", ""))


def _signed_in(opened: Opened) -> ResponseReturnValue:
    form_session.clear()
    response = make_response(redirect(own_address(request.args.get("next")), 303))
    hand_out_session(response, opened.token)
    set_cookie(response, KNOWN, opened.known, KNOWN_SECONDS)
    set_cookie(response, HALF, "", 0)
    return response


def _factors() -> frozenset[str]:
    """What the person whose password was right can prove himself with; nothing where none is awaited."""
    with transactions().reading() as work:
        found = find_half_open(work.session, token_hash(read_cookie(HALF)), work.now)
        return factors_of(work, found[1]) if found is not None else frozenset()


def _question(factors: frozenset[str]) -> str | None:
    """What the person's key is asked; None where he has none."""
    where = site()
    if "key" not in factors or where is None:
        return None
    with transactions().writing() as work:
        return ask_at_the_door(work, read_cookie(HALF), where)


@AREA.page("/sign-out", None, ("POST",))
def out(here: Visit) -> ResponseReturnValue:
    """End this session."""
    here.change(lambda work: end_session(work, here.signed_in.session.id))
    form_session.clear()
    response: Response = make_response(redirect(url_for("desk.sign_in_password"), 303))
    take_back_session(response)
    return response


def transactions() -> Transactions:
    """For what is done before anybody is signed in."""
    here = runtime()
    return Transactions(here.engine, here.clock, here.vault)


def visitor() -> Visitor:
    """Whoever sends this request."""
    browser = browser_named(request.user_agent.string)
    return Visitor(request.remote_addr or "", read_cookie(KNOWN), browser)
