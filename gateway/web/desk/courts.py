"""Courts at the desk: listed, founded, switched off at once and on by somebody else."""

from dataclasses import replace

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gateway.jurisdictions import PROFILES
from gateway.services.change_court import LOUDER
from gateway.services.court_switch import disable_court, enable_court
from gateway.services.find_court import court_named
from gateway.services.found_court import NewCourt, found_court
from gateway.services.list_courts import list_courts, read_court
from gateway.services.list_rows import Wanted
from gateway.services.permissions import Action
from gateway.services.set_parent import set_parent
from gateway.services.work import Work
from gateway.web.desk.frame.confirming import ConfirmedForm
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import (
    Form,
    ReasonForm,
    attempt,
    select_field,
    submit_field,
    text_field,
    tick_field,
)
from gateway.web.desk.frame.rendering import done, show
from gateway.web.desk.frame.steps import SeenForm, take, take_confirmed
from gateway.web.desk.words.courts import POLICIES, profile_title

AREA = Area("courts")
STATES = {"enabled": _l("Switched on"), "disabled": _l("Switched off"), "shadow": _l("Trial operation")}


class FoundForm(Form):
    """A new court."""

    name = text_field(_l("Name of the court"))
    parent = text_field(_l("The court above it"), _l("Its whole name. Empty: none."), width="30")
    zone = text_field(_l("Time zone"), width="20")
    country = text_field(_l("Country"), _l("Two capital letters."), width="2")
    profile = select_field(_l("Rules of law"), [])
    legal_basis = text_field(
        _l("Legal basis"), _l("The act on which the programme rests. Without it the court cannot speak.")
    )
    shadow = tick_field(_l("Begin in trial operation: decide and record, play nothing"))
    go = submit_field(_l("Found the court"))


class DisableForm(SeenForm, ReasonForm):
    """The whole-court stop."""

    go = submit_field(_l("Switch the court off"), warning=True)


class EnableForm(SeenForm, ReasonForm, ConfirmedForm):
    """Speaking again."""

    go = submit_field(_l("Switch the court on"))


class ParentForm(SeenForm):
    """The court above."""

    parent = text_field(_l("The court above it"), _l("Its whole name. Empty: none."), width="30")
    go = submit_field(_l("Save"))


@AREA.page("/desk/courts", Action.READ_COURT)
def listed(here: Visit) -> ResponseReturnValue:
    """All courts for the operator; everybody else comes to his own."""
    if here.court is not None:
        return redirect(url_for("desk.courts_show_court", court_id=here.court.id))
    state, name = request.args.get("state", ""), request.args.get("name", "")
    wanted = Wanted(after=request.args.get("cursor"), state=state if state in STATES else None)
    with here.reading() as work:
        page = list_courts(work, wanted, name)
    return show("courts/listed.html", page=page, states=STATES, state=state, name=name)


@AREA.form("/desk/courts/new", Action.FOUND_COURT)
def new(here: Visit) -> ResponseReturnValue:
    """Founding a court: it is switched off until another operator switches it on."""
    form = FoundForm(data=None if request.method == "POST" else {"zone": "Asia/Shanghai", "country": "CN"})
    form.profile.choices = [("", _("None yet")), *((name, profile_title(name)) for name in PROFILES)]

    def do(work: Work) -> str:
        above = court_named(work, form.parent.data or "", "parent")
        return found_court(work, replace(_new_court(form), parent_id=above)).id

    if form.validate_on_submit():
        court_id = attempt(here, form, do)
        if court_id is not None:
            told = _("The court is founded and switched off. Another operator switches it on.")
            return done(told, url_for("desk.courts_show_court", court_id=court_id))
    return show("courts/new.html", form=form)


def _new_court(form: FoundForm) -> NewCourt:
    return NewCourt(
        name=form.name.data or "",
        zone=(form.zone.data or "").strip(),
        country=(form.country.data or "").strip(),
        profile=form.profile.data or None,
        legal_basis=form.legal_basis.data.strip() or None if form.legal_basis.data else None,
        shadow=bool(form.shadow.data),
    )


@AREA.page("/desk/courts/<id:court_id>", Action.READ_COURT)
def show_court(here: Visit, court_id: str) -> ResponseReturnValue:
    """One court, and what this person can do with it."""
    with here.reading() as work:
        file = read_court(work, court_id)
    profile = PROFILES.get(file.court.profile or "")
    return show("courts/show.html", file=file, profile=profile, policies=POLICIES, louder=LOUDER)


@AREA.form("/desk/courts/<id:court_id>/disable", Action.DISABLE_COURT)
def disable(here: Visit, court_id: str) -> ResponseReturnValue:
    """Every notice of the court is silent from the next call on."""
    with here.reading() as work:
        file = read_court(work, court_id)
    form = DisableForm()
    return take(
        here,
        form,
        # Silencing is never refused because something else has changed meanwhile.
        lambda work: disable_court(work, court_id, form.reason.data or ""),
        _("The court is switched off. From the next call on nobody hears a notice of it."),
        url_for("desk.courts_show_court", court_id=court_id),
        "courts/disable.html",
        file=file,
    )


@AREA.form("/desk/courts/<id:court_id>/enable", Action.ENABLE_COURT)
def enable(here: Visit, court_id: str) -> ResponseReturnValue:
    """The court's notices may play again."""
    with here.reading() as work:
        file = read_court(work, court_id)
    form = EnableForm(data=None if request.method == "POST" else {"version": str(file.court.version)})
    return take_confirmed(
        here,
        form,
        f"enable court {court_id}",
        lambda work: enable_court(work, court_id, form.reason.data or "", form.seen),
        _("The court is switched on."),
        url_for("desk.courts_show_court", court_id=court_id),
        "courts/enable.html",
        file=file,
    )


@AREA.form("/desk/courts/<id:court_id>/parent", Action.FOUND_COURT)
def parent(here: Visit, court_id: str) -> ResponseReturnValue:
    """The court above."""
    with here.reading() as work:
        file = read_court(work, court_id)
    shown = {"version": str(file.court.version), "parent": file.parent.name if file.parent else ""}
    form = ParentForm(data=None if request.method == "POST" else shown)
    return take(
        here,
        form,
        lambda work: set_parent(
            work, court_id, court_named(work, form.parent.data or "", "parent"), form.seen
        ),
        _("Saved."),
        url_for("desk.courts_show_court", court_id=court_id),
        "courts/parent.html",
        file=file,
    )
