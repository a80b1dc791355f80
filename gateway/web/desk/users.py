"""People: who they are, whom to invite, what they may do, and letting them in again."""

from collections.abc import Callable

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from gateway.models import ROLES, Court
from gateway.services.access_links import Invited
from gateway.services.link_identity import allow_identity, forbid_identity
from gateway.services.list_people import Person, list_people, read_person
from gateway.services.list_rows import Wanted
from gateway.services.manage_people import (
    NewPerson,
    change_roles,
    disable_person,
    enable_person,
    invite_again,
    invite_person,
    must_give_roles,
)
from gateway.services.permissions import Action
from gateway.services.reauthenticate import spend_confirmation
from gateway.services.recover_person import request_recovery
from gateway.services.work import Work
from gateway.web.desk.frame.confirming import ConfirmedForm, confirmed
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import (
    Form,
    ReasonForm,
    attempt,
    choices_field,
    choices_of,
    select_field,
    submit_field,
    text_field,
)
from gateway.web.desk.frame.rendering import done
from gateway.web.desk.frame.rendering import show as render
from gateway.web.desk.words import WORDS
from gateway.web.requests import runtime

AREA = Area("users")
OF_A_COURT = [(role, WORDS["role"][role]) for role in ROLES if role != "operator"]
INVITE, ROLE_CHANGE = "invite person", "change roles"
"""What is confirmed, before the person's id."""


class InviteForm(ConfirmedForm):
    """A person to invite."""

    username = text_field(_l("User name"), _l("The person signs in with it."), width="20")
    name = text_field(_l("Name"), width="20")
    identity = text_field(
        _l("Identity number"),
        _l("Nobody can read it again. It makes sure that one person has one account."),
        width="20",
        autocomplete="off",
    )
    court = select_field(_l("Court"), [])
    roles = choices_field(_l("Roles"), OF_A_COURT)
    go = submit_field(_l("Invite"))


class RolesForm(ConfirmedForm):
    """Other roles."""

    roles = choices_field(_l("Roles"), OF_A_COURT)
    go = submit_field(_l("Change roles"))


class LostForm(ReasonForm):
    """Why somebody must be let in again."""

    go = submit_field(_l("Ask for a recovery"))


class GoForm(Form):
    """Nothing but a button."""


@AREA.page("/desk/users", Action.MANAGE_USERS)
def people(here: Visit) -> ResponseReturnValue:
    """Everybody whom this person looks after."""
    with here.reading() as work:
        page = list_people(work, Wanted(after=request.args.get("cursor")))
    return render("users/people.html", people=page.items, cursor=page.next)


@AREA.form("/desk/users/invite", Action.MANAGE_USERS)
def invite(here: Visit) -> ResponseReturnValue:
    """A new account, and the link for it, shown once."""
    form = InviteForm()
    _fit(here, form)
    if form.validate_on_submit() and confirmed(here, form, INVITE):
        session_id = here.signed_in.session.id

        def do(work: Work) -> Invited:
            spend_confirmation(work, session_id, INVITE)
            return invite_person(work, _new_person(here, form))

        invited = attempt(here, form, do)
        if invited is not None:
            return show_link(invited)
    return render("users/invite.html", form=form)


def _fit(here: Visit, form: InviteForm) -> None:
    """An administrator chooses roles; an operator a court for its first administrator, or a colleague."""
    if here.court is not None:
        del form.court
        return
    del form.roles
    with here.reading() as work:
        courts = work.session.execute(select(Court.id, Court.name).order_by(Court.name)).all()
    nobody = ("", _("No court: a platform operator"))
    form.court.choices = choices_of([nobody, *((row.id, row.name) for row in courts)])


def _new_person(here: Visit, form: InviteForm) -> NewPerson:
    named = (form.username.data or "", form.name.data or "", form.identity.data or "")
    if here.court is not None:
        return NewPerson(*named, tuple(form.roles.data or ()))
    court_id = form.court.data or None
    return NewPerson(*named, ("administrator",) if court_id else ("operator",), court_id)


def show_link(invited: Invited) -> ResponseReturnValue:
    """The link, this once: it is kept nowhere."""
    address = runtime().settings.desk_origin + url_for("desk.invitation_arrive", token=invited.token)
    return render("users/link.html", address=address, user=invited.user, link=invited.link)


@AREA.page("/desk/users/<id:user_id>", Action.MANAGE_USERS)
def show(here: Visit, user_id: str) -> ResponseReturnValue:
    """One person, and what can be done."""
    with here.reading() as work:
        person = read_person(work, user_id)
    return render(
        "users/show.html",
        person=person,
        form=GoForm(),
        oneself=user_id == here.actor.user_id,
        of_own_court=here.court is not None,
        has_sso=bool(runtime().settings.oidc_issuer),
    )


@AREA.form("/desk/users/<id:user_id>/roles", Action.MANAGE_USERS)
def roles(here: Visit, user_id: str) -> ResponseReturnValue:
    """What the person may do; he signs in anew."""
    person = _person(here, user_id)
    with here.reading() as work:
        must_give_roles(work, person.court_id)
    form, purpose = RolesForm(data={"roles": list(person.roles)}), f"{ROLE_CHANGE} {user_id}"
    seen = request.form.get("version", person.version, type=int)
    if form.validate_on_submit() and confirmed(here, form, purpose):

        def do(work: Work) -> bool:
            spend_confirmation(work, here.signed_in.session.id, purpose)
            change_roles(work, user_id, tuple(form.roles.data or ()), seen)
            return True

        if attempt(here, form, do):
            return _back(user_id, _("The roles are changed. The person has to sign in again."))
    return render("users/roles.html", form=form, person=person, version=seen)


@AREA.page("/desk/users/<id:user_id>/disable", Action.MANAGE_USERS, ("POST",))
def disable(here: Visit, user_id: str) -> ResponseReturnValue:
    """His next request fails."""
    here.change(lambda work: disable_person(work, user_id))
    return _back(user_id, _("The account is disabled. The person's next request fails."))


@AREA.page("/desk/users/<id:user_id>/enable", Action.MANAGE_USERS, ("POST",))
def enable(here: Visit, user_id: str) -> ResponseReturnValue:
    """He may sign in again."""
    here.change(lambda work: enable_person(work, user_id))
    return _back(user_id, _("The account is enabled. The person signs in as before."))


@AREA.page("/desk/users/<id:user_id>/invite-again", Action.MANAGE_USERS, ("POST",))
def again(here: Visit, user_id: str) -> ResponseReturnValue:
    """A new link for who has not accepted yet."""
    return show_link(here.change(lambda work: invite_again(work, user_id)))


@AREA.form("/desk/users/<id:user_id>/recovery", Action.MANAGE_USERS)
def recovery(here: Visit, user_id: str) -> ResponseReturnValue:
    """Ask that the person may set up his account anew."""
    person, form = _person(here, user_id), LostForm()
    if form.validate_on_submit() and attempt(
        here, form, lambda work: request_recovery(work, user_id, form.reason.data or "")
    ):
        return _back(user_id, _("A second person must now confirm the recovery."))
    return render("users/recovery.html", form=form, person=person)


@AREA.page("/desk/users/<id:user_id>/sso/allow", Action.MANAGE_USERS, ("POST",))
def allow_sso(here: Visit, user_id: str) -> ResponseReturnValue:
    """Let the court's identity provider stand for the password."""
    return _sso(
        here, user_id, allow_identity, _("Single sign-on is allowed. It must be used within 72 hours.")
    )


@AREA.page("/desk/users/<id:user_id>/sso/forbid", Action.MANAGE_USERS, ("POST",))
def forbid_sso(here: Visit, user_id: str) -> ResponseReturnValue:
    """The provider stands for this person no more."""
    return _sso(here, user_id, forbid_identity, _("Single sign-on is switched off for this person."))


def _sso(here: Visit, user_id: str, do: Callable[[Work, str], None], message: str) -> ResponseReturnValue:
    here.change(lambda work: do(work, user_id))
    return _back(user_id, message)


def _person(here: Visit, user_id: str) -> Person:
    with here.reading() as work:
        return read_person(work, user_id)


def _back(user_id: str, message: str) -> ResponseReturnValue:
    return done(message, url_for("desk.users_show", user_id=user_id))
