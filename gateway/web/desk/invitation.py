"""A one-time link in somebody's hand: he chooses a password, then a second factor, then he can sign in."""

from flask import make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gateway.services.accept_link import (
    Welcome,
    accept_with_code,
    accept_with_key,
    ask_key_for_link,
    choose_password,
    read_link,
    secret_of_link,
)
from gateway.services.refusals import NotFound, NotValid, TooManyAttempts
from gateway.web.desk.frame.cookies import read_cookie, set_cookie
from gateway.web.desk.frame.door import Area
from gateway.web.desk.frame.forms import Form, explain, secret_field, submit_field, text_field
from gateway.web.desk.frame.keys import AnswerField, site
from gateway.web.desk.frame.languages import language
from gateway.web.desk.frame.rendering import done, show
from gateway.web.desk.pictures.qr_codes import in_groups, secret_picture
from gateway.web.desk.sign_in import transactions

AREA = Area("invitation")
LINK, LINK_SECONDS = "desk-link", 3600


class NewPasswordForm(Form):
    """A password, twice."""

    password = secret_field(
        _l("Choose a password"),
        _l("15 characters or more. Several words with spaces are easy to remember. No special signs needed."),
        autocomplete="new-password",
    )
    again = secret_field(_l("The same password again"), autocomplete="new-password")
    go = submit_field(_l("Continue"))

    def is_twice_the_same(self) -> bool:
        """Whether nothing was mistyped; else the form says so."""
        if self.password.data == self.again.data:
            return True
        self.refuse("again", _("The two passwords differ."))
        return False


class NewCodeForm(Form):
    """The code of a new authenticator program."""

    code = text_field(
        _l("Code that the app shows now"),
        _l("Six digits, a new one every 30 seconds."),
        width="10",
        autocomplete="one-time-code",
        inputmode="numeric",
    )
    go = submit_field(_l("Finish"))


class NewKeyForm(Form):
    """A new security key, and what its owner calls it."""

    label = text_field(_l("Name of the key"), _l("For example: blue key on my key ring."), width="20")
    key_answer = AnswerField()


@AREA.open_page("/invitation/<token>")
def arrive(token: str) -> ResponseReturnValue:
    """Take the token out of the address, where it would stay in the browser's history."""
    response = make_response(redirect(url_for("desk.invitation_password")))
    set_cookie(response, LINK, token, LINK_SECONDS)
    return response


@AREA.open_page("/invitation", ("GET", "POST"))
def password() -> ResponseReturnValue:
    """Whom the link is for, and a password."""
    welcome = _welcome()
    if welcome is None:
        return _no_link()
    form = NewPasswordForm()
    if form.validate_on_submit() and form.is_twice_the_same():
        try:
            choose_password(transactions(), read_cookie(LINK), form.password.data or "")
        except NotValid as refused:
            explain(form, refused)
        except TooManyAttempts as refused:
            form.form_errors.append(getattr(refused, language()))
        else:
            return redirect(url_for("desk.invitation_codes"), 303)
    return show("invitation/password.html", form=form, welcome=welcome)


@AREA.open_page("/invitation/codes", ("GET", "POST"))
def codes() -> ResponseReturnValue:
    """An authenticator program as the second factor."""
    welcome = _welcome()
    if welcome is None:
        return _no_link()
    if not welcome.has_password:
        return redirect(url_for("desk.invitation_password"))
    form, token = NewCodeForm(), read_cookie(LINK)
    if form.validate_on_submit():
        try:
            accept_with_code(transactions(), token, form.code.data or "")
        except NotValid as refused:
            explain(form, refused)
        else:
            return _finished()
    secret = secret_of_link(transactions(), token)
    picture = secret_picture(welcome.username, secret)
    return show(
        "invitation/codes.html", form=form, picture=picture, secret=in_groups(secret), keys=site() is not None
    )


@AREA.open_page("/invitation/key", ("GET", "POST"))
def key() -> ResponseReturnValue:
    """A security key as the second factor."""
    welcome, where = _welcome(), site()
    if welcome is None or where is None:
        return _no_link()
    if not welcome.has_password:
        return redirect(url_for("desk.invitation_password"))
    form, token = NewKeyForm(), read_cookie(LINK)
    if form.validate_on_submit():
        try:
            accept_with_key(transactions(), token, form.key_answer.data or "", form.label.data or "", where)
        except NotValid as refused:
            explain(form, refused)
        else:
            return _finished()
    question = ask_key_for_link(transactions(), token, where)
    return show("invitation/key.html", form=form, question=question)


def _welcome() -> Welcome | None:
    try:
        with transactions().reading() as work:
            return read_link(work, read_cookie(LINK))
    except NotFound:
        return None


def _no_link() -> ResponseReturnValue:
    return show("invitation/no_link.html", 404)


def _finished() -> ResponseReturnValue:
    answer = done(_("Your account is ready. Sign in."), url_for("desk.sign_in_password"))
    response = make_response(answer)
    set_cookie(response, LINK, "", 0)
    return response
