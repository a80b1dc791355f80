"""The forms of a line: attested anew, fallback checked, delivered elsewhere, released."""

from flask_babel import lazy_gettext as _l

from gateway.web.desk.enrolment_forms import ATTESTATION_SOURCES
from gateway.web.desk.frame.forms import (
    Form,
    day_field,
    prose_field,
    select_field,
    submit_field,
    text_field,
    tick_field,
)


class AttestForm(Form):
    """A new proof that the number is the debtor's."""

    attestation_source = select_field(_l("Proof that the number is the debtor's"), ATTESTATION_SOURCES)
    attestation_reference = text_field(_l("Reference of the proof"))
    attestation_attested_on = day_field(_l("Dated"), _l("Of the last 30 days"))
    go = submit_field(_l("Attest"))


class FallbackForm(Form):
    """That the fallback is set at the carrier; then the gateway calls it itself."""

    set_at_carrier = tick_field(_l("The address above is set as the line's fallback at the carrier"))
    reference = text_field(_l("Reference"), _l("Who set it, or the carrier's ticket"))
    go = submit_field(_l("Call the fallback now"))


class ProposeForm(Form):
    """Another delivery address; a judge approves it."""

    deliver_to = text_field(
        _l("Calls are delivered to"), _l("The hidden number, or a SIP address of the connection")
    )
    go = submit_field(_l("Propose"))


class ApproveForm(Form):
    """Applying what another person proposed."""

    version = text_field("")
    reason = prose_field(_l("Remark"), _l("May be left empty"), rows=2)
    go = submit_field(_l("Approve"))


class ReleaseForm(Form):
    """The carrier's confirmation that it sends us no more calls of this line."""

    reference = text_field(_l("The carrier's written confirmation"), _l("Number or date of the letter"))
    go = submit_field(_l("Release the line"), warning=True)
