"""Attesting a line anew: the carrier confirms again that the number is the debtor's."""

from gateway.models import PhoneLine
from gateway.services.enrol_line import Attestation, attested_until, check_attestation
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.refusals import WrongState
from gateway.services.suspend_notice import live_notice, silence_lapsed
from gateway.services.work import Work, expect_version


def attest_line(
    work: Work, line_id: str, attestation: Attestation, seen_version: int | None = None
) -> PhoneLine:
    """Keep the new attestation. A notice that fell silent for a lapsed one still waits for a judge."""
    work.actor.must(Action.ATTEST)
    notice = live_notice(work, line_id)
    line = work.find(PhoneLine, line_id)
    expect_version(line, seen_version)
    refuse_released(line)
    fields = Fields()
    check_attestation(fields, attestation, work.today())
    fields.done()
    assert attestation.attested_on is not None
    if notice is not None and notice.state == "approved" and line.attested_until <= work.now:
        silence_lapsed(work, notice, "attestation")
    line.attestation_source = attestation.source
    line.attestation_reference = attestation.reference.strip()
    line.attested_on = attestation.attested_on
    line.attested_until = attested_until(attestation.attested_on, work.court().zone)
    line.version += 1
    work.changed("attested", line, {"attestation_reference": attestation.reference})
    return line


def refuse_released(line: PhoneLine) -> None:
    """Raise WrongState for a line that was given back to the carrier."""
    if line.state == "released":
        raise WrongState("released", "The line was released.", "该线路已释放。")
