"""A notice's steps at the desk: each a page with its form, and one click more."""

from collections.abc import Callable, Mapping

from flask import request, url_for
from flask.typing import ResponseReturnValue

from gateway.jurisdictions.dates import add_months
from gateway.models import Notice
from gateway.services.amend_notice import amend_notice
from gateway.services.end_notice import end_notice
from gateway.services.list_notices import read_notice
from gateway.services.notice_actions import Offer
from gateway.services.notice_guards import GUARDS
from gateway.services.notice_life import Event
from gateway.services.permissions import Action
from gateway.services.read_draft import read_notice_form
from gateway.services.read_numbers import Fields
from gateway.services.refusals import NotFound
from gateway.services.reject_notice import reject_notice
from gateway.services.resume_notice import resume_notice
from gateway.services.review_notice import review_notice
from gateway.services.submit_notice import submit_notice
from gateway.services.suspend_notice import suspend_notice
from gateway.services.work import Work
from gateway.web.desk.enrolment_choices import offer
from gateway.web.desk.enrolment_forms import typed_of
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.forms import Form, ReasonForm, attempt
from gateway.web.desk.frame.rendering import done, show
from gateway.web.desk.notice_forms import OFFERS, AmendForm, ReviewForm, StepForm, SubmitForm, SuspendForm

AREA = Area("notice_steps")

Take = Callable[[Work, str, str], Notice]
WITH_REASON: Mapping[Offer, tuple[type[ReasonForm], Take]] = {
    Offer.SUBMIT: (SubmitForm, submit_notice),
    Offer.REJECT: (StepForm, reject_notice),
    Offer.SUSPEND: (SuspendForm, suspend_notice),
    Offer.RESUME: (StepForm, resume_notice),
    Offer.END: (StepForm, end_notice),
}


@AREA.form("/desk/notices/<id:notice_id>/<verb>", Action.READ)
def take(here: Visit, notice_id: str, verb: str) -> ResponseReturnValue:
    """The form of a step, and the step: for the roles that may take it; all else the service says."""
    for each in (*WITH_REASON, Offer.REVIEW, Offer.AMEND):
        if each.value == verb:
            here.actor.must(GUARDS[Event(verb)].action)
            return _OF_ITS_OWN.get(each, _with_reason)(here, notice_id, each)
    raise NotFound


def _with_reason(here: Visit, notice_id: str, step: Offer) -> ResponseReturnValue:
    kind, do = WITH_REASON[step]
    form = kind()
    return _answer(here, notice_id, step, form, lambda work: do(work, notice_id, form.reason.data or ""))


def _review(here: Visit, notice_id: str, step: Offer) -> ResponseReturnValue:
    form = ReviewForm()
    if request.method == "POST":
        form.validate()
    else:
        with here.reading() as work:
            form.review_on.process_data(add_months(work.today(), 3))

    def do(work: Work) -> Notice:
        fields = Fields()
        if form.review_on.day is None:
            fields.add("review_on", "date", "Write the date as 2026-11-25.", "日期应写作2026-11-25。")
        fields.done()
        assert form.review_on.day is not None
        return review_notice(work, notice_id, form.review_on.day, form.reason.data or "")

    return _answer(here, notice_id, step, form, do)


def _amend(here: Visit, notice_id: str, step: Offer) -> ResponseReturnValue:
    with here.reading() as work:
        notice = read_notice(work, notice_id).notice
        form = AmendForm() if request.method == "POST" else AmendForm(data=_as_typed(notice))
        offer(work, "recordings", form)

    def do(work: Work) -> Notice:
        fields = Fields()
        typed = {name: typed_of(name, request.form) for name in ("recordings", "times")}
        new = read_notice_form(fields, typed)
        fields.done()
        return amend_notice(work, notice_id, new)

    return _answer(here, notice_id, step, form, do)


def _as_typed(notice: Notice) -> dict[str, object]:
    """A notice as its form shows it."""
    return {
        "prompts": notice.recording_id,
        "prompts_second": notice.second_recording_id or "",
        "starts_on": notice.starts_on,
        "ends_on": notice.ends_on,
        "review_on": notice.review_on,
        "cap_days": str(notice.cap_days),
        "hours_from": notice.hours_from or "",
        "hours_to": notice.hours_to or "",
        "skip_key": "yes" if notice.skip_key else "no",
    }


def _answer(
    here: Visit, notice_id: str, step: Offer, form: Form, do: Callable[[Work], Notice]
) -> ResponseReturnValue:
    """The page, with what was refused; back at the notice when it is done."""
    if request.method == "POST" and attempt(here, form, do) is not None:
        return done(str(OFFERS[step].done), url_for("desk.notices_show", notice_id=notice_id))
    with here.reading() as work:
        read_notice(work, notice_id)
    return show("notices/step.html", form=form, notice_id=notice_id, worded=OFFERS[step])


_OF_ITS_OWN = {Offer.REVIEW: _review, Offer.AMEND: _amend}
