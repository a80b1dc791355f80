"""A person's own account: where he is signed in, his password, his authenticator app, his security keys."""

from collections.abc import Callable

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gateway.services.change_own_access import (
    CHANGE,
    add_key,
    ask_own_new_key,
    change_password,
    offer_secret,
    read_own_access,
    read_own_key,
    remove_key,
    remove_secret,
    set_secret,
)
from gateway.services.end_sessions import end_other_sessions, end_session, list_sessions
from gateway.services.permissions import Action
from gateway.services.refusals import NotAllowed, NotFound, NotValid, TooManyAttempts, WrongState
from gateway.services.work import Work
from gateway.web.desk.frame.confirming import ConfirmedForm, confirmed
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import Form, explain, secret_field, submit_field
from gateway.web.desk.frame.keys import site
from gateway.web.desk.frame.languages import language
from gateway.web.desk.frame.rendering import done
from gateway.web.desk.frame.rendering import show as render
from gateway.web.desk.invitation import NewCodeForm, NewKeyForm, NewPasswordForm
from gateway.web.desk.pictures.qr_codes import in_groups, secret_picture

AREA = Area("account")


class PasswordForm(ConfirmedForm, NewPasswordForm):
    """The present password, the new one twice, and a confirmation."""

    present = secret_field(_l("Your present password"))
    go = submit_field(_l("Change password"))


class ConfirmForm(ConfirmedForm):
    """Nothing but a confirmation."""

    go = submit_field(_l("Continue"))


class GoForm(Form):
    """Nothing but a button."""


@AREA.page("/desk/account", Action.OWN_ACCOUNT)
def show(here: Visit) -> ResponseReturnValue:
    """Everything at one glance."""
    with here.reading() as work:
        access, sessions = read_own_access(work), list_sessions(work)
    return render(
        "account/show.html",
        access=access,
        sessions=sessions,
        present=here.signed_in.session.id,
        username=here.signed_in.user.username,
        roles=sorted(here.actor.roles),
        keys_possible=site() is not None,
        form=GoForm(),
    )


@AREA.page("/desk/account/sessions/<id:session_id>/end", Action.OWN_ACCOUNT, ("POST",))
def end(here: Visit, session_id: str) -> ResponseReturnValue:
    """Sign out in another browser."""
    here.change(lambda work: end_session(work, session_id, "ended_by_owner"))
    return _back(_("You are signed out there."))


@AREA.page("/desk/account/sessions/end-others", Action.OWN_ACCOUNT, ("POST",))
def end_others(here: Visit) -> ResponseReturnValue:
    """Sign out everywhere but here."""
    here.change(lambda work: end_other_sessions(work, here.signed_in.session.id))
    return _back(_("You are signed out everywhere else."))


@AREA.form("/desk/account/password", Action.OWN_ACCOUNT)
def password(here: Visit) -> ResponseReturnValue:
    """Another password."""
    form = PasswordForm()
    if form.validate_on_submit() and form.is_twice_the_same() and confirmed(here, form, CHANGE):
        try:
            change_password(
                here.transactions(),
                here.signed_in.session.id,
                form.present.data or "",
                form.password.data or "",
            )
        except (NotValid, NotAllowed) as refused:
            explain(form, refused)
        except TooManyAttempts as refused:
            form.refuse("present", getattr(refused, language()))
        else:
            return _back(_("Your password is changed. You are signed out everywhere else."))
    return render("account/password.html", form=form)


@AREA.form("/desk/account/codes/begin", Action.OWN_ACCOUNT)
def begin_codes(here: Visit) -> ResponseReturnValue:
    """Confirm, before a new authenticator app is set up."""
    return _confirm_first(here, _("Set up an authenticator app"), "desk.account_codes")


@AREA.form("/desk/account/codes", Action.OWN_ACCOUNT)
def codes(here: Visit) -> ResponseReturnValue:
    """A new authenticator app in place of the one before."""
    form, session_id = NewCodeForm(), here.signed_in.session.id
    if form.validate_on_submit() and _attempted(
        here, form, lambda work: set_secret(work, session_id, form.code.data or "")
    ):
        return _back(_("Your authenticator app is set up. You are signed out everywhere else."))
    secret = here.change(lambda work: offer_secret(work, session_id))
    return render(
        "invitation/codes.html",
        form=form,
        picture=secret_picture(here.signed_in.user.username, secret),
        secret=in_groups(secret),
        way_back=url_for("desk.account_show"),
    )


@AREA.form("/desk/account/codes/remove", Action.OWN_ACCOUNT)
def remove_codes(here: Visit) -> ResponseReturnValue:
    """Give the authenticator app up."""
    return _removal(here, _("Remove the authenticator app"), lambda work, own: remove_secret(work, own))


@AREA.form("/desk/account/keys/begin", Action.OWN_ACCOUNT)
def begin_key(here: Visit) -> ResponseReturnValue:
    """Confirm, before a key is added."""
    return _confirm_first(here, _("Add a security key"), "desk.account_new_key")


@AREA.form("/desk/account/keys/new", Action.OWN_ACCOUNT)
def new_key(here: Visit) -> ResponseReturnValue:
    """One more security key."""
    where, form, session_id = site(), NewKeyForm(), here.signed_in.session.id
    if where is None:
        raise NotFound
    if form.validate_on_submit() and _attempted(
        here,
        form,
        lambda work: add_key(work, session_id, form.key_answer.data or "", form.label.data or "", where),
    ):
        return _back(_("Your security key is added. You are signed out everywhere else."))
    question = here.change(lambda work: ask_own_new_key(work, session_id, where))
    return render("invitation/key.html", form=form, question=question, way_back=url_for("desk.account_show"))


@AREA.form("/desk/account/keys/<id:key_id>/remove", Action.OWN_ACCOUNT)
def drop_key(here: Visit, key_id: str) -> ResponseReturnValue:
    """Give a key up."""
    with here.reading() as work:
        read_own_key(work, key_id)
    return _removal(here, _("Remove the security key"), lambda work, own: remove_key(work, own, key_id))


def _back(message: str) -> ResponseReturnValue:
    return done(message, url_for("desk.account_show"))


def _confirm_first(here: Visit, title: str, endpoint: str) -> ResponseReturnValue:
    """A page that asks for a confirmation and leads on to the step itself, which spends it."""
    form = ConfirmForm()
    if form.validate_on_submit() and confirmed(here, form, CHANGE):
        return redirect(url_for(endpoint), 303)
    return render("account/confirm.html", form=form, title=title)


def _removal(here: Visit, title: str, remove: Callable[[Work, str], None]) -> ResponseReturnValue:
    """A page that asks for a confirmation and then removes something."""
    form = ConfirmForm()
    if (
        form.validate_on_submit()
        and confirmed(here, form, CHANGE)
        and _attempted(here, form, lambda work: remove(work, here.signed_in.session.id))
    ):
        return _back(_("Removed. You are signed out everywhere else."))
    return render("account/confirm.html", form=form, title=title)


def _attempted(here: Visit, form: Form, do: Callable[[Work], object]) -> bool:
    """Whether it was done; else the form says why not, also where the confirmation has run out."""
    try:
        here.change(do)
    except (NotValid, NotAllowed, WrongState) as refused:
        explain(form, refused)
        return False
    return True
