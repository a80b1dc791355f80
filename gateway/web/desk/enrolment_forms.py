"""The forms of an enrolment, one a step; each field is named as refusals name it, with _ for every dot."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from gateway.services.enrolment_steps import BY_NAME
from gateway.services.read_decision import DECLARATIONS
from gateway.web.desk.frame.forms import (
    Form,
    Text,
    choice_field,
    choices_field,
    day_field,
    prose_field,
    select_field,
    submit_field,
    text_field,
)

YES_NO = (("yes", _l("Yes")), ("no", _l("No")))


class StepForm(Form):
    """What every step has: one button that leads on, one that leaves it for later."""

    go = submit_field(_l("Save and continue"))
    later = submit_field(_l("Save and come back later"), secondary=True)


class CaseForm(StepForm):
    """Which case, and what is owed in it."""

    case_number = text_field(_l("Case number"), _l("For example (2026)川1302执1234号"), width="20")
    obligation_kind = choice_field(
        _l("What the debtor owes"), [("money", _l("Money")), ("act", _l("Another act"))]
    )
    obligation_amount = text_field(_l("Amount"), _l("Only where money is owed"), width="10")
    obligation_currency = text_field(_l("Currency"), _l("Three letters; CNY if left empty"), width="4")


class DebtorForm(StepForm):
    """Who is listed."""

    debtor_kind = choice_field(
        _l("The debtor is"), [("person", _l("A natural person")), ("entity", _l("A legal person or unit"))]
    )
    debtor_name = text_field(_l("Full name"))
    debtor_identity_number = text_field(_l("Identity number"), _l("Of a natural person"), width="20")
    debtor_birth_date = day_field(_l("Date of birth"), _l("Of a natural person; minors may not be listed"))
    debtor_credit_code = text_field(_l("Unified social credit code"), _l("Of a unit"), width="20")
    debtor_legal_representative = text_field(_l("Legal representative"), _l("Of a unit"), width="20")


EXTENSIONS = (
    ("", _l("None: the ordinary term, or no term")),
    ("serious_violence", _l("Serious violence or threats")),
    ("several_acts", _l("Several acts of dishonesty")),
)


class DecisionForm(StepForm):
    """The decision to list."""

    decision_number = text_field(_l("Number of the decision"), width="20")
    decision_made_on = day_field(_l("Made on"))
    decision_signed_by = text_field(_l("Signed by"), _l("The court president who signed it"), width="20")
    decision_grounds = choices_field(_l("Grounds (Art. 1)"), ())
    decision_term_months = text_field(
        _l("Term in months"), _l("Empty for ground 1 alone; else 24, or 36 to 60 when extended"), width="3"
    )
    decision_extension = choice_field(_l("Reason for a longer term"), EXTENSIONS)
    decision_reasons = prose_field(_l("Reasons stated in the decision"))
    decision_publication_ref = text_field(_l("Reference of the publication"), _l("If it was published"))


class ServiceForm(StepForm):
    """Warning, service, grace."""

    decision_warned_on = day_field(
        _l("Risk warning given on"), _l("The date of the enforcement notice that warned of listing")
    )
    decision_served_on = day_field(
        _l("Served on"), _l("For service by public notice: the day of publication")
    )
    decision_service_method = select_field(_l("How it was served"), ())
    decision_grace_until = day_field(_l("Grace until"), _l("Only if granted: one to three months"))


def _declared(bar: str) -> dict[str, object]:
    return {
        f"decision_art3_declarations_{bar}_applies": choice_field(bar, YES_NO, inline=True),
        f"decision_art3_declarations_{bar}_evidence": prose_field(_l("What the answer rests on"), rows=2),
    }


DECLARED = {name: field for bar in DECLARATIONS for name, field in _declared(bar).items()}
"""Two fields for each bar of Art. 3; the law's own words become their labels."""
DeclarationsForm: type[StepForm] = type("DeclarationsForm", (StepForm,), dict(DECLARED))

CALLER_ID = (
    ("pass_through", _l("The caller's own number")),
    ("gateway_number", _l("The number that callers dial")),
    ("pass_if_attested", _l("The caller's own number where its carrier vouches for it")),
)


class LineForm(StepForm):
    """Which number, and where its calls go."""

    public_number = text_field(_l("Number that callers dial"), width="20", inputmode="tel")
    gateway_number = text_field(
        _l("Number that the carrier reports"),
        _l("Only where calls are diverted to a number of their own"),
        width="20",
        inputmode="tel",
    )
    deliver_to = text_field(
        _l("Calls are delivered to"), _l("The hidden number, or a SIP address of the connection")
    )
    connection = select_field(_l("Connection"), ())
    caller_id_policy = choice_field(_l("The debtor's telephone shows"), CALLER_ID)
    serves_public = choice_field(
        _l("Does the line serve the public?"),
        YES_NO,
        _l("Must be answered for a unit: a line that serves the public may not carry a notice"),
        inline=True,
    )


ATTESTATION_SOURCES = (
    ("", _l("Choose")),
    ("carrier-letter", _l("Letter of the carrier")),
    ("carrier-api", _l("The carrier's service")),
    ("reconciliation-file", _l("The carrier's reconciliation file")),
)


class AttestationForm(StepForm):
    """Proof that the number is the debtor's."""

    attestation_source = select_field(_l("Proof that the number is the debtor's"), ATTESTATION_SOURCES)
    attestation_reference = text_field(_l("Reference of the proof"))
    attestation_attested_on = day_field(_l("Dated"), _l("Of the last 30 days"))


class RecordingsForm(StepForm):
    """Which approved recordings callers hear."""

    prompts = select_field(_l("First recording"), ())
    prompts_second = select_field(_l("Second recording"), ())


class TimesForm(StepForm):
    """When, how often and until when."""

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


FORMS: Mapping[str, type[StepForm]] = {
    "case": CaseForm,
    "debtor": DebtorForm,
    "decision": DecisionForm,
    "service": ServiceForm,
    "declarations": DeclarationsForm,
    "line": LineForm,
    "attestation": AttestationForm,
    "recordings": RecordingsForm,
    "times": TimesForm,
}
TITLES: Mapping[str, Text] = {
    "case": _l("The case"),
    "debtor": _l("The debtor"),
    "decision": _l("The decision to list"),
    "service": _l("Warning and service"),
    "declarations": _l("Nothing bars the listing (Art. 3)"),
    "line": _l("The line"),
    "attestation": _l("Whose number it is"),
    "recordings": _l("What callers hear"),
    "times": _l("When they hear it"),
}


def attribute(field: str) -> str:
    """The form's name of a field."""
    return field.replace(".", "_")


def typed_of(step: str, sent: MultiDict[str, str]) -> dict[str, tuple[str, ...]]:
    """What a step's form sent, by the names of its fields; the two recordings in the order of playing."""
    typed = {
        field: tuple(each for each in sent.getlist(attribute(field)) if each)
        for field in BY_NAME[step].fields
    }
    if step == "recordings":
        typed["prompts"] += tuple(each for each in sent.getlist("prompts_second") if each)
    return {field: values for field, values in typed.items() if values}


def filled(step: str, typed: Mapping[str, tuple[str, ...]]) -> StepForm:
    """The step's form with what was typed before."""
    several = {"decision.grounds"}
    data: dict[str, object] = {
        attribute(field): list(values) if field in several else values[0]
        for field, values in typed.items()
        if values
    }
    if step == "recordings":
        data["prompts_second"] = next(iter(typed.get("prompts", ())[1:]), "")
    return FORMS[step](formdata=None, data=data)
