"""The line page: numbers masked, its proof and fallback, where its calls go, and its release."""

from collections.abc import Callable

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gateway.carrier_box import over_http
from gateway.services.attest_line import attest_line
from gateway.services.change_delivery import approve_delivery, propose_delivery
from gateway.services.check_fallback import check_fallback, fallback_token
from gateway.services.count_calls import count_calls
from gateway.services.list_lines import LineFile, read_line
from gateway.services.list_notices import list_notices
from gateway.services.list_rows import Wanted
from gateway.services.notice_life import state_at
from gateway.services.permissions import Action
from gateway.services.read_draft import Form as Answers
from gateway.services.read_draft import attestation_of
from gateway.services.read_numbers import Fields
from gateway.services.release_line import release_line
from gateway.services.unmask import MASKED, unmask
from gateway.services.work import Work
from gateway.web.calling_fallback import call_fallback
from gateway.web.desk.enrolment_forms import ATTESTATION_SOURCES, CALLER_ID, typed_of
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import Form, attempt
from gateway.web.desk.frame.rendering import done
from gateway.web.desk.frame.rendering import show as show_page
from gateway.web.desk.line_forms import ApproveForm, AttestForm, FallbackForm, ProposeForm, ReleaseForm
from gateway.web.desk.pictures.call_chart import chart_of
from ivr.carriers import Addresses
from ivr.numbers import mask

AREA = Area("lines")
NOTICES_SHOWN = 50


@AREA.page("/desk/lines/<id:line_id>", Action.READ)
def show(here: Visit, line_id: str) -> ResponseReturnValue:
    """Everything about one line."""
    with here.reading() as work:
        return _page(work, line_id, {})


@AREA.page("/desk/lines/<id:line_id>/number/<field>", Action.UNMASK, ("POST",))
def number(here: Visit, line_id: str, field: str) -> ResponseReturnValue:
    """One number in full, on this one page; the record says who asked for it."""
    plain = here.change(lambda work: unmask(work, field, line_id))
    with here.reading() as work:
        return _page(work, line_id, {field: plain})


def _page(work: Work, line_id: str, plain: dict[str, str]) -> ResponseReturnValue:
    file = read_line(work, line_id)
    notices = list_notices(work, Wanted(limit=NOTICES_SHOWN, line=line_id))
    return show_page(
        "lines/show.html",
        line=file.line,
        connection=file.connection,
        numbers={**_masked(work, file), **plain},
        plain=plain,
        fallback=_fallback(work, file),
        sources=dict(ATTESTATION_SOURCES),
        caller_id=dict(CALLER_ID),
        notices=[(each.notice, state_at(each.notice, work.now)) for each in notices.items],
        chart=chart_of(count_calls(work, line_id)),
        stale=file.line.attested_until <= work.now,
        may=work.actor.may,
        actions=Action,
    )


def _masked(work: Work, file: LineFile) -> dict[str, str]:
    sealed = {
        name: each.sealed(work, file.line) for name, each in MASKED.items() if name != "identity_number"
    }
    return {name: mask(work.vault.open(value, "number")) for name, value in sealed.items() if value}


def _fallback(work: Work, file: LineFile) -> str | None:
    """The address that a clerk sets at the carrier."""
    if not work.actor.may(Action.ENROL) or file.line.state == "released":
        return None
    slug, token = fallback_token(work, file.line.id)
    return Addresses(file.connection.public_base_url, slug).fallback(token)


@AREA.form("/desk/lines/<id:line_id>/attest", Action.ATTEST)
def attest(here: Visit, line_id: str) -> ResponseReturnValue:
    """A new proof; 30 days from its date."""

    def do(work: Work) -> object:
        fields = Fields()
        attestation = attestation_of(Answers(fields, {"attestation": typed_of("attestation", request.form)}))
        fields.done()
        return attest_line(work, line_id, attestation)

    return _answer(
        here, line_id, AttestForm(), do, _("Attest the line anew"), _("The line is attested anew.")
    )


@AREA.form("/desk/lines/<id:line_id>/check-fallback", Action.ENROL)
def fallback(here: Visit, line_id: str) -> ResponseReturnValue:
    """The gateway calls the fallback as the carrier would; the line is active where it connects."""
    form = FallbackForm()
    ticked = request.method == "POST" and form.set_at_carrier.data
    reached = call_fallback(here.transactions(), line_id, over_http) if ticked else None

    def do(work: Work) -> object:
        told = bool(form.set_at_carrier.data)
        return check_fallback(work, line_id, told, form.reference.data or "", reached)

    title = _("Check the fallback")
    return _answer(here, line_id, form, do, title, _("The fallback connects: the line is active."))


@AREA.form("/desk/lines/<id:line_id>/deliver-elsewhere", Action.ENROL)
def propose(here: Visit, line_id: str) -> ResponseReturnValue:
    """Propose another delivery; nothing changes for callers until a judge approves it."""
    form = ProposeForm()

    def do(work: Work) -> object:
        return propose_delivery(work, line_id, form.deliver_to.data or "", None)

    title = _("Propose another delivery")
    return _answer(here, line_id, form, do, title, _("The change waits for a judge's approval."))


@AREA.form("/desk/lines/<id:line_id>/approve-delivery", Action.APPROVE)
def approve(here: Visit, line_id: str) -> ResponseReturnValue:
    """Apply the proposed delivery, as it was seen; the line is silent until its fallback is checked anew."""
    form = ApproveForm()
    with here.reading() as work:
        file = read_line(work, line_id)
        present, proposed = file.line.version, _masked(work, file).get("proposed_deliver_to")

    def do(work: Work) -> object:
        text = form.version.data or ""
        seen = int(text) if text.isascii() and text.isdigit() else 0
        return approve_delivery(work, line_id, seen, form.reason.data)

    title, said = (
        _("Approve another delivery"),
        _("Calls are delivered elsewhere once the fallback is checked."),
    )
    return _answer(here, line_id, form, do, title, said, present=present, proposed=proposed)


@AREA.form("/desk/lines/<id:line_id>/release", Action.RELEASE)
def release(here: Visit, line_id: str) -> ResponseReturnValue:
    """Stop forwarding: only when the carrier confirmed that it sends no more calls."""
    form = ReleaseForm()

    def do(work: Work) -> object:
        return release_line(work, line_id, form.reference.data or "")

    return _answer(here, line_id, form, do, _("Release the line"), _("The line is released."))


def _answer(
    here: Visit,
    line_id: str,
    form: Form,
    do: Callable[[Work], object],
    title: str,
    said: str,
    present: int | None = None,
    proposed: str | None = None,
) -> ResponseReturnValue:
    """The form's page, with what was refused; back at the line when it is done."""
    if request.method == "POST" and attempt(here, form, do) is not None:
        return done(said, url_for("desk.lines_show", line_id=line_id))
    with here.reading() as work:
        file = read_line(work, line_id)
        address = _fallback(work, file) if isinstance(form, FallbackForm) else None
        numbers = _masked(work, file)
    return show_page(
        "lines/form.html",
        form=form,
        title=title,
        line=file.line,
        number=numbers["public_number"],
        fallback=address,
        present=present,
        proposed=proposed,
    )
