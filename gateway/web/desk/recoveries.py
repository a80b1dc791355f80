"""Recoveries that wait for a second person: an administrator, a judge or a president of the court."""

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gateway.services.access_links import Invited
from gateway.services.permissions import Action
from gateway.services.reauthenticate import spend_confirmation
from gateway.services.recover_person import Recovery, confirm_recovery, list_recoveries, refuse_recovery
from gateway.services.refusals import NotFound
from gateway.services.work import Work
from gateway.web.desk.frame.confirming import ConfirmedForm, confirmed
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import Form, attempt, submit_field, tick_field
from gateway.web.desk.frame.rendering import done
from gateway.web.desk.frame.rendering import show as render
from gateway.web.desk.users import show_link

AREA = Area("recoveries")


class ConfirmForm(ConfirmedForm):
    """The second person's word."""

    sure = tick_field(_l("I have made sure that it is this person who asks"))
    go = submit_field(_l("Confirm the recovery"))


class RefuseForm(Form):
    """Nothing but a button."""


@AREA.page("/desk/recoveries", Action.CONFIRM_RECOVERY)
def waiting(here: Visit) -> ResponseReturnValue:
    """Those of this court."""
    with here.reading() as work:
        rows = [(each, _name(here, each)) for each in list_recoveries(work)]
    return render("users/recoveries.html", rows=rows)


@AREA.form("/desk/recoveries/<id:link_id>", Action.CONFIRM_RECOVERY)
def decide(here: Visit, link_id: str) -> ResponseReturnValue:
    """Confirm one: the link is shown to the one who confirms, this once."""
    recovery, form, purpose = _found(here, link_id), ConfirmForm(), f"recovery {link_id}"
    if form.validate_on_submit() and _is_sure(form) and confirmed(here, form, purpose):

        def do(work: Work) -> Invited:
            spend_confirmation(work, here.signed_in.session.id, purpose)
            return confirm_recovery(work, link_id)

        invited = attempt(here, form, do)
        if invited is not None:
            return show_link(invited)
    own = recovery.link.made_by == here.actor.user_id
    return render(
        "users/decide.html",
        form=form,
        recovery=recovery,
        name=_name(here, recovery),
        own=own,
        other=RefuseForm(),
    )


@AREA.page("/desk/recoveries/<id:link_id>/refuse", Action.CONFIRM_RECOVERY, ("POST",))
def refuse(here: Visit, link_id: str) -> ResponseReturnValue:
    """Say no, or take one's own request back."""
    here.change(lambda work: refuse_recovery(work, link_id))
    return done(_("The recovery is refused. Nothing has changed."), url_for("desk.recoveries_waiting"))


def _is_sure(form: ConfirmForm) -> bool:
    if not form.sure.data:
        form.refuse("sure", _("Make sure first, then tick."))
    return bool(form.sure.data)


def _found(here: Visit, link_id: str) -> Recovery:
    with here.reading() as work:
        found = next((each for each in list_recoveries(work) if each.link.id == link_id), None)
    if found is None:
        raise NotFound
    return found


def _name(here: Visit, recovery: Recovery) -> str:
    return here.runtime.vault.open(recovery.user.name_sealed, "person")
