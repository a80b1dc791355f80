"""What a notice's page offers, in words, and the forms behind it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from gateway.services.notice_actions import Offer
from gateway.web.desk.enrolment_forms import YES_NO
from gateway.web.desk.frame.forms import (
    ReasonForm,
    Text,
    choice_field,
    day_field,
    prose_field,
    select_field,
    submit_field,
    text_field,
)


@dataclass(frozen=True, slots=True)
class Worded:
    """An offer: its name, what follows from it, and what is said when it is done."""

    name: Text
    follows: Text
    done: Text
    warns: bool = False


OFFERS: Mapping[Offer, Worded] = {
    Offer.AMEND: Worded(
        _l("Amend"),
        _l("Other recordings, days or hours. The notice is a draft again after that."),
        _l("The notice was amended. Submit it when it is ready."),
    ),
    Offer.SUBMIT: Worded(
        _l("Submit for approval"),
        _l("A judge who did not work on it approves it."),
        _l("The notice waits for a judge's approval."),
    ),
    Offer.APPROVE: Worded(
        _l("Approve"), _l("You hear it and see what you sign."), _l("The notice is approved.")
    ),
    Offer.REJECT: Worded(
        _l("Reject"), _l("It goes back to the clerk with your reason."), _l("The notice was rejected.")
    ),
    Offer.SUSPEND: Worded(
        _l("Suspend"),
        _l("Silent from the very next call, until another judge resumes it."),
        _l("The notice is suspended: the next call is silent."),
        warns=True,
    ),
    Offer.RESUME: Worded(
        _l("Resume"), _l("The law is asked again as of today."), _l("The notice plays again.")
    ),
    Offer.REVIEW: Worded(
        _l("Review"), _l("Confirm that it is still due, and until when."), _l("The review is recorded.")
    ),
    Offer.END: Worded(
        _l("End for good"),
        _l("Silent from the very next call. The line goes on forwarding."),
        _l("The notice has ended: the next call is silent."),
        warns=True,
    ),
    Offer.OBJECT: Worded(
        _l("Record an objection"),
        _l("By the court's policy the notice is silent until it is decided."),
        _l("The objection is recorded."),
    ),
    Offer.CLOSE_CASE: Worded(
        _l("Close the case"),
        _l("Every notice of the case is silent before the page answers."),
        _l("The case is closed, and every notice of it is silent."),
        warns=True,
    ),
    Offer.TEST_CALL: Worded(
        _l("Place a test call"), _l("Hear it on a phone of your own; nothing is counted."), ""
    ),
}


class SuspendForm(ReasonForm):
    """One click and a reason."""

    go = submit_field(_l("Suspend"), warning=True)


class StepForm(ReasonForm):
    """A step that asks for a reason and nothing else."""

    go = submit_field(_l("Confirm"))


class SubmitForm(StepForm):
    """Submitting needs no reason."""

    reason = prose_field(_l("Remark for the judge"), _l("May be left empty"))


class ReviewForm(StepForm):
    """Until when it is still due."""

    review_on = day_field(_l("Next review on"), _l("At most six months ahead where the listing has no term"))


class AmendForm(StepForm):
    """What is to be heard, and when."""

    reason = None
    prompts = select_field(_l("First recording"), ())
    prompts_second = select_field(_l("Second recording"), ())
    starts_on = day_field(_l("First day"), _l("Empty: as soon as approval and grace allow"))
    ends_on = day_field(_l("Last day"), _l("Empty: as long as the listing lasts"))
    review_on = day_field(
        _l("Review on"), _l("At most six months ahead; needed where the listing has no term")
    )
    cap_days = text_field(
        _l("Each caller hears it once in so many days"), _l("1 to 30; 1 if left empty"), width="2"
    )
    hours_from = text_field(_l("Only from"), _l("For example 09:00; empty for the whole day"), width="5")
    hours_to = text_field(_l("Only until"), _l("For example 20:00"), width="5")
    skip_key = choice_field(_l("May callers skip it with any key?"), YES_NO, inline=True)
