"""Changing a court at the desk: quieter at once with a reason, louder by a proposal that another confirms."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gateway.jurisdictions import PROFILES
from gateway.services.change_court import (
    LOUDER,
    Programme,
    confirm_change,
    propose_policy,
    propose_programme,
    quieten,
    withdraw_change,
)
from gateway.services.list_courts import (
    CourtFile,
    find_change,
    list_proposals,
    read_court,
    read_proposal,
)
from gateway.services.list_rows import Wanted
from gateway.services.permissions import Action
from gateway.services.refusals import NotFound
from gateway.services.work import Work
from gateway.web.desk.frame.confirming import ConfirmedForm
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import ReasonForm, select_field, submit_field, text_field
from gateway.web.desk.frame.rendering import show
from gateway.web.desk.frame.steps import SeenForm, take, take_confirmed
from gateway.web.desk.words.courts import POLICIES, profile_title

AREA = Area("court_changes")


class QuietenForm(SeenForm, ReasonForm):
    """The quieter side of a policy."""

    go = submit_field(_l("Do it now"))


class ProposeForm(SeenForm, ReasonForm):
    """The louder side."""

    go = submit_field(_l("Propose it"))


class ProgrammeForm(SeenForm, ReasonForm):
    """Another programme."""

    profile = select_field(_l("Rules of law"), [])
    legal_basis = text_field(_l("Legal basis"), _l("The act on which the programme rests."))
    go = submit_field(_l("Propose it"))


class ConfirmForm(SeenForm, ConfirmedForm):
    """The second person's word."""

    go = submit_field(_l("Confirm the change"))


class WithdrawForm(SeenForm, ReasonForm):
    """Why not."""

    go = submit_field(_l("Withdraw the proposal"))


@AREA.page("/desk/court-changes", Action.QUIETEN_COURT)
def waiting(here: Visit) -> ResponseReturnValue:
    """What waits for a second person: an operator's in every court."""
    with here.reading() as work:
        page = list_proposals(work, Wanted(after=request.args.get("cursor")))
    return show("courts/waiting.html", page=page)


@AREA.page("/desk/court-changes/<id:change_id>", Action.READ_COURT)
def one(here: Visit, change_id: str) -> ResponseReturnValue:
    """To the page that confirms it for who may, else to the court."""
    with here.reading() as work:
        change = find_change(work, change_id)
    if change.state == "proposed" and here.may(Action.CONFIRM_COURT_CHANGE):
        return redirect(url_for("desk.court_changes_confirm", change_id=change.id))
    return redirect(url_for("desk.courts_show_court", court_id=change.court_id))


@AREA.form("/desk/courts/<id:court_id>/quieten/<policy>", Action.QUIETEN_COURT)
def make_quieter(here: Visit, court_id: str, policy: str) -> ResponseReturnValue:
    """One person, at once."""
    file = _court(here, court_id, policy)
    form = QuietenForm()
    return take(
        here,
        form,
        lambda work: quieten(work, court_id, policy, form.reason.data or ""),
        _("Done. It holds from the next call on."),
        url_for("desk.courts_show_court", court_id=court_id),
        "courts/policy.html",
        file=file,
        policy=POLICIES[policy],
        title=POLICIES[policy].quieter,
        is_louder=False,
    )


@AREA.form("/desk/courts/<id:court_id>/propose/<policy>", Action.PROPOSE_COURT_CHANGE)
def propose(here: Visit, court_id: str, policy: str) -> ResponseReturnValue:
    """The first of two persons."""
    file = _court(here, court_id, policy)
    form = ProposeForm(data=None if request.method == "POST" else {"version": str(file.court.version)})
    return take(
        here,
        form,
        lambda work: propose_policy(work, court_id, policy, form.reason.data or "", form.seen),
        _("Proposed. It waits for a second person."),
        url_for("desk.courts_show_court", court_id=court_id),
        "courts/policy.html",
        file=file,
        policy=POLICIES[policy],
        title=POLICIES[policy].louder,
        is_louder=True,
    )


@AREA.form("/desk/courts/<id:court_id>/programme", Action.PROPOSE_COURT_CHANGE)
def programme(here: Visit, court_id: str) -> ResponseReturnValue:
    """Another jurisdiction profile or legal basis, proposed."""
    file = _court(here, court_id)
    court = file.court
    shown = {"version": str(court.version), "profile": court.profile, "legal_basis": court.legal_basis}
    form = ProgrammeForm(data=None if request.method == "POST" else shown)
    form.profile.choices = [(name, profile_title(name)) for name in PROFILES]

    def propose_it(work: Work) -> object:
        wanted = Programme(form.profile.data or "", form.legal_basis.data or "")
        return propose_programme(work, court_id, wanted, form.reason.data or "", form.seen)

    return take(
        here,
        form,
        propose_it,
        _("Proposed. It waits for a second person."),
        url_for("desk.courts_show_court", court_id=court_id),
        "courts/programme.html",
        file=file,
        profiles=PROFILES.values(),
    )


@AREA.form("/desk/court-changes/<id:change_id>/confirm", Action.CONFIRM_COURT_CHANGE)
def confirm(here: Visit, change_id: str) -> ResponseReturnValue:
    """The second of two persons."""
    with here.reading() as work:
        file, proposal = read_proposal(work, change_id)
    shown = {"version": str(proposal.change.version)}
    form = ConfirmForm(data=None if request.method == "POST" else shown)
    return take_confirmed(
        here,
        form,
        f"confirm court change {change_id}",
        lambda work: confirm_change(work, change_id, form.seen),
        _("Confirmed. The change holds from now on."),
        url_for("desk.courts_show_court", court_id=file.court.id),
        "courts/confirm.html",
        file=file,
        proposal=proposal,
        policies=POLICIES,
        profile_title=profile_title,
        own=proposal.change.proposed_by == here.actor.user_id,
    )


@AREA.form("/desk/court-changes/<id:change_id>/withdraw", Action.QUIETEN_COURT)
def withdraw(here: Visit, change_id: str) -> ResponseReturnValue:
    """It stays as it is."""
    with here.reading() as work:
        file, proposal = read_proposal(work, change_id)
    form = WithdrawForm()
    return take(
        here,
        form,
        lambda work: withdraw_change(work, change_id, form.reason.data or ""),
        _("Withdrawn. Nothing was changed."),
        url_for("desk.courts_show_court", court_id=file.court.id),
        "courts/withdraw.html",
        file=file,
        proposal=proposal,
        policies=POLICIES,
        profile_title=profile_title,
    )


def _court(here: Visit, court_id: str, policy: str = "shadow") -> CourtFile:
    """The court; NotFound for a policy that does not exist."""
    if policy not in LOUDER:
        raise NotFound
    with here.reading() as work:
        return read_court(work, court_id)
