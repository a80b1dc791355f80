"""API tokens at the desk: one's own, and those of everybody whom the person looks after."""

from collections.abc import Callable

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gateway.services.hold_tokens import (
    issue_own_token,
    issue_reading_token,
    list_holders,
    list_own_tokens,
    list_tokens,
    read_own_token,
    read_token,
    revoke_own_token,
    revoke_token,
)
from gateway.services.list_rows import Wanted
from gateway.services.permissions import Action, usable_scopes
from gateway.services.read_numbers import Fields
from gateway.services.reauthenticate import spend_confirmation
from gateway.services.work import Work
from gateway.web.desk.frame.confirming import ConfirmedForm, confirmed
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import Form, attempt, choices_field, select_field, submit_field, text_field
from gateway.web.desk.frame.rendering import done, show

AREA = Area("tokens")
ISSUE = "issue token"
SCOPE_WORDS = {
    "read": _l("Read what you may read"),
    "enrol": _l("Enrol, write notices, submit"),
    "approve": _l("Approve and reject"),
    "resume": _l("Let suspended notices speak again"),
    "silence": _l("Suspend, end, close, object"),
    "unmask": _l("See numbers in full"),
    "operate": _l("Operate the platform"),
    "administer": _l("Look after people and courts"),
}


class NewForm(ConfirmedForm):
    """A token of one's own."""

    label = text_field(_l("What it is for"), _l("You recognise it by this in the list."), width="20")
    scopes = choices_field(_l("What the program may do"), [])
    days = text_field(_l("Days for which it is good"), _l("At most 365."), width="4", inputmode="numeric")
    go = submit_field(_l("Issue the token"))


class ReadingForm(ConfirmedForm):
    """A token for somebody else, that reads."""

    person = select_field(_l("Person"), [])
    label = text_field(_l("What it is for"), _l("You recognise it by this in the list."), width="20")
    days = text_field(_l("Days for which it is good"), _l("At most 365."), width="4", inputmode="numeric")
    go = submit_field(_l("Issue the token"))


class RevokeForm(Form):
    """The end of a token."""

    go = submit_field(_l("Revoke the token"), warning=True)


@AREA.page("/desk/tokens", Action.OWN_ACCOUNT)
def own(here: Visit) -> ResponseReturnValue:
    """One's own."""
    with here.reading() as work:
        page = list_own_tokens(work, Wanted(after=request.args.get("cursor")))
    now = here.runtime.clock.now()
    return show("tokens/listed.html", page=page, now=now, everybody=False)


@AREA.page("/desk/tokens/everybody", Action.MANAGE_USERS)
def everybody(here: Visit) -> ResponseReturnValue:
    """Those of everybody in the court; an operator's: of the platform's people."""
    with here.reading() as work:
        page = list_tokens(work, Wanted(after=request.args.get("cursor")))
    now = here.runtime.clock.now()
    return show("tokens/listed.html", page=page, now=now, everybody=True)


@AREA.form("/desk/tokens/new", Action.OWN_ACCOUNT)
def new(here: Visit) -> ResponseReturnValue:
    """A token for one's own programs, shown this once."""
    form = NewForm(data=None if request.method == "POST" else {"days": "90", "scopes": ["read"]})
    usable = usable_scopes(here.actor.roles)
    form.scopes.choices = [(scope, text) for scope, text in SCOPE_WORDS.items() if scope in usable]

    def do(work: Work) -> str:
        spend_confirmation(work, here.signed_in.session.id, ISSUE)
        return issue_own_token(work, frozenset(form.scopes.data or ()), form.label.data or "", _days(form))

    return _issue(here, form, do, url_for("desk.tokens_own"))


@AREA.form("/desk/tokens/everybody/new", Action.MANAGE_USERS)
def new_reading(here: Visit) -> ResponseReturnValue:
    """A token for somebody else, that reads and nothing more."""
    form = ReadingForm(data=None if request.method == "POST" else {"days": "90"})
    with here.reading() as work:
        holders = list_holders(work)
    form.person.choices = [("", ""), *((each.id, each.username) for each in holders)]

    def do(work: Work) -> str:
        fields = Fields()
        if not form.person.data:
            fields.add("person", "choice", "Choose one.", "请选择一项。")
        fields.done()
        spend_confirmation(work, here.signed_in.session.id, ISSUE)
        return issue_reading_token(work, form.person.data or "", form.label.data or "", _days(form))

    return _issue(here, form, do, url_for("desk.tokens_everybody"))


def _issue(
    here: Visit, form: NewForm | ReadingForm, do: Callable[[Work], str], back: str
) -> ResponseReturnValue:
    if form.validate_on_submit() and confirmed(here, form, ISSUE):
        token = attempt(here, form, do)
        if token is not None:
            return show("tokens/shown.html", token=token, label=form.label.data, back=back)
    return show("tokens/new.html", form=form, back_to=back)


@AREA.form("/desk/tokens/<id:token_id>/revoke", Action.OWN_ACCOUNT)
def revoke(here: Visit, token_id: str) -> ResponseReturnValue:
    """The end of one's own token."""
    form = RevokeForm()
    with here.reading() as work:
        file = read_own_token(work, token_id)
    if form.validate_on_submit():
        here.change(lambda work: revoke_own_token(work, token_id))
        return done(_("The token is revoked."), url_for("desk.tokens_own"))
    return show("tokens/revoke.html", form=form, file=file, back_to=url_for("desk.tokens_own"))


@AREA.form("/desk/tokens/everybody/<id:token_id>/revoke", Action.MANAGE_USERS)
def revoke_any(here: Visit, token_id: str) -> ResponseReturnValue:
    """The end of somebody's token."""
    form = RevokeForm()
    with here.reading() as work:
        file = read_token(work, token_id)
    if form.validate_on_submit():
        here.change(lambda work: revoke_token(work, token_id))
        return done(_("The token is revoked."), url_for("desk.tokens_everybody"))
    return show("tokens/revoke.html", form=form, file=file, back_to=url_for("desk.tokens_everybody"))


def _days(form: NewForm | ReadingForm) -> int:
    """The number typed; 0, which the service refuses, for anything else."""
    text = (form.days.data or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
