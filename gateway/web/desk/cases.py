"""The case page: debtor, decisions, notices; closing, extending, deleting early; the identity number."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gateway.jurisdictions import facts
from gateway.services.add_decision import add_decision
from gateway.services.close_case import close_case
from gateway.services.enrol_case import profile_of
from gateway.services.enrolment_steps import BY_NAME
from gateway.services.list_cases import CaseFile, read_case
from gateway.services.list_notices import list_notices
from gateway.services.list_rows import Wanted
from gateway.services.notice_actions import Offer
from gateway.services.notice_life import state_at
from gateway.services.permissions import Action
from gateway.services.read_draft import Form as Answers
from gateway.services.read_draft import decision_of
from gateway.services.read_numbers import Fields
from gateway.services.record_deletion import record_deletion
from gateway.services.unmask import unmask
from gateway.services.work import Work
from gateway.web.desk.enrolment_choices import bars, offer, told
from gateway.web.desk.enrolment_forms import (
    DECLARED,
    EXTENSIONS,
    DecisionForm,
    ServiceForm,
    attribute,
)
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import (
    Form,
    ReasonForm,
    attempt,
    choice_field,
    choices_of,
    day_field,
    prose_field,
    submit_field,
    text_field,
)
from gateway.web.desk.frame.rendering import done
from gateway.web.desk.frame.rendering import show as show_page
from gateway.web.desk.notice_forms import OFFERS
from ivr.numbers import mask

AREA = Area("cases")
NOTICES_SHOWN = 50
_FIELDS = tuple(field for step in ("decision", "service", "declarations") for field in BY_NAME[step].fields)


class CloseForm(ReasonForm):
    """On which of the seven grounds of removal, and why."""

    removal_ground = choice_field(_l("Ground of removal (Art. 10)"), ())
    go = submit_field(_l("Close the case"), warning=True)


class DeleteEarlyForm(Form):
    """The decision that deletes the listing early."""

    decision_number = text_field(_l("Number of the decision"), width="20")
    decision_made_on = day_field(_l("Made on"))
    decision_reasons = prose_field(_l("Reasons stated in the decision"))
    go = submit_field(_l("Delete the listing early"), warning=True)


class DeletedForm(ReasonForm):
    """When the formal record was deleted, and what proves it."""

    done_on = day_field(_l("Deleted on"))
    go = submit_field(_l("Record the deletion"))


class ExtendForm(Form):
    """The decision that makes the term longer; it asks for all that the first one did."""

    go = submit_field(_l("Add the decision"))


for _step in (DecisionForm, ServiceForm):
    for _name, _field in vars(_step).items():
        if _name.startswith("decision_"):
            setattr(ExtendForm, _name, _field)
for _name, _field in DECLARED.items():
    setattr(ExtendForm, _name, _field)
ExtendForm.decision_extension = choice_field(_l("Reason for a longer term"), EXTENSIONS[1:])


@AREA.page("/desk/cases/<id:case_id>", Action.READ)
def show(here: Visit, case_id: str) -> ResponseReturnValue:
    """Everything about one case."""
    with here.reading() as work:
        return _page(work, case_id)


@AREA.page("/desk/cases/<id:case_id>/identity", Action.UNMASK, ("POST",))
def identity(here: Visit, case_id: str) -> ResponseReturnValue:
    """The identity number in full, on this one page; the record says who asked for it."""
    plain = here.change(lambda work: unmask(work, "identity_number", case_id))
    with here.reading() as work:
        return _page(work, case_id, plain)


def _page(work: Work, case_id: str, plain: str | None = None) -> ResponseReturnValue:
    file = read_case(work, case_id)
    notices = list_notices(work, Wanted(limit=NOTICES_SHOWN, case=case_id))
    profile = profile_of(work)
    return show_page(
        "cases/show.html",
        file=file,
        case=file.case,
        debtor=_debtor(work, file, plain),
        obligation=_opened(work, file.case.obligation_sealed, "obligation"),
        signed_by={each.id: _opened(work, each.signed_by_sealed, "person") for each in file.decisions},
        names=work.actor.may(Action.READ_NAMES),
        grounds=lambda numbers: [told(profile.grounds[int(each)]) for each in numbers.split(",") if each],
        service=lambda method: told(profile.service_methods[facts.ServiceMethod(method)]),
        removal=lambda ground: told(profile.removal_grounds[ground]),
        notices=[(each.notice, state_at(each.notice, work.now)) for each in notices.items],
        more=notices.next is not None,
        may=work.actor.may,
        actions=Action,
    )


def _debtor(work: Work, file: CaseFile, plain: str | None) -> dict[str, str | None]:
    names, debtor = work.actor.may(Action.READ_NAMES), file.debtor
    number = _opened(work, debtor.identity_sealed, "person")
    return {
        "kind": debtor.kind,
        "name": _opened(work, debtor.name_sealed, "person") if names else None,
        "representative": _opened(work, debtor.representative_sealed, "person") if names else None,
        "identity": plain or (mask(number) if number else None),
    }


def _opened(work: Work, sealed: bytes | None, purpose: str) -> str | None:
    return work.vault.open(sealed, purpose) if sealed is not None else None


@AREA.form("/desk/cases/<id:case_id>/close", Action.SILENCE)
def close(here: Visit, case_id: str) -> ResponseReturnValue:
    """Close: every notice of the case is silent before the page answers."""
    form = CloseForm()

    def do(work: Work) -> object:
        text = form.removal_ground.data or ""
        return close_case(work, case_id, int(text) if text.isdigit() else 0, form.reason.data or "")

    if request.method == "POST" and attempt(here, form, do) is not None:
        return done(str(OFFERS[Offer.CLOSE_CASE].done), url_for("desk.cases_show", case_id=case_id))
    with here.reading() as work:
        case = read_case(work, case_id).case
        grounds = profile_of(work).removal_grounds.items()
        form.removal_ground.choices = choices_of((str(number), told(law)) for number, law in grounds)
    return show_page("cases/form.html", form=form, case=case, title=_("Close the case"), warning=_silent())


@AREA.form("/desk/cases/<id:case_id>/deleted", Action.SILENCE)
def deleted(here: Visit, case_id: str) -> ResponseReturnValue:
    """The formal record was deleted: the legal clock that ran since the closing ends."""
    form = DeletedForm()

    def do(work: Work) -> object:
        fields = Fields()
        if form.done_on.day is None:
            fields.add("done_on", "date", "Enter the day.", "请填写日期。")
        fields.done()
        assert form.done_on.day is not None
        return record_deletion(work, case_id, form.done_on.day, form.reason.data or "")

    if form.validate_on_submit() and attempt(here, form, do) is not None:
        return done(_("The deletion is recorded."), url_for("desk.cases_show", case_id=case_id))
    with here.reading() as work:
        case = read_case(work, case_id).case
    title = _("Record the deletion of the formal record")
    hint = _("This gateway deletes nothing by it: say when the record was deleted, and what proves it.")
    return show_page("cases/form.html", form=form, case=case, title=title, told=hint)


@AREA.form("/desk/cases/<id:case_id>/delete-early", Action.ENROL)
def delete_early(here: Visit, case_id: str) -> ResponseReturnValue:
    """An early deletion silences every notice of the case at once."""
    title = _("Early deletion of the listing")
    return _decide(here, case_id, DeleteEarlyForm(), facts.DecisionKind.EARLY_DELETION, title)


@AREA.form("/desk/cases/<id:case_id>/extend", Action.ENROL)
def extend(here: Visit, case_id: str) -> ResponseReturnValue:
    """An extension; notices that wait for approval must be looked at anew."""
    form = ExtendForm()
    with here.reading() as work:
        for step in ("decision", "service"):
            offer(work, step, form)
        bars(work, form)
    return _decide(here, case_id, form, facts.DecisionKind.EXTENSION, _("Extension of the term"))


def _decide(
    here: Visit, case_id: str, form: Form, kind: facts.DecisionKind, title: str
) -> ResponseReturnValue:
    def do(work: Work) -> object:
        fields = Fields()
        decision = decision_of(Answers(fields, {"decision": _typed()}), kind)
        fields.done()
        return add_decision(work, case_id, decision)

    if request.method == "POST" and attempt(here, form, do) is not None:
        return done(_("The decision is entered."), url_for("desk.cases_show", case_id=case_id))
    with here.reading() as work:
        case = read_case(work, case_id).case
    warning = _silent() if kind is facts.DecisionKind.EARLY_DELETION else None
    return show_page("cases/form.html", form=form, case=case, title=title, warning=warning)


def _typed() -> dict[str, tuple[str, ...]]:
    """What was sent, by the dotted names of the decision's fields."""
    return {field: tuple(request.form.getlist(attribute(field))) for field in _FIELDS}


def _silent() -> str:
    return str(_("Every notice of the case is silent before the page answers."))
