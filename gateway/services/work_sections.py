"""The work list as a table: what waits for whom, in the order of urgency in which it is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.services import waiting_rows as rows
from gateway.services.keyset import Listing
from gateway.services.permissions import Action
from gateway.services.waiting_rows import Narrowed
from gateway.services.work import Work


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the work list: whoever may do `action` has it."""

    name: str
    action: Action
    listing: Callable[[Work, Narrowed], Listing[Any]]


SECTIONS = (
    Section("notices_to_approve", Action.APPROVE, rows.to_approve),
    Section("recordings_to_approve", Action.APPROVE, rows.recordings_submitted),
    Section("imports_to_approve", Action.APPROVE, rows.imports_submitted),
    Section("deliveries_to_approve", Action.APPROVE, rows.deliveries_proposed),
    Section("court_changes", Action.CONFIRM_COURT_CHANGE, rows.court_changes),
    Section("recoveries", Action.CONFIRM_RECOVERY, rows.recoveries),
    Section("notices_to_review", Action.REVIEW, rows.to_review),
    Section("notices_to_resume", Action.RESUME, rows.to_resume),
    Section("objections", Action.OBJECT, rows.objections_open),
    Section("objections_without_clock", Action.OBJECT, rows.objections_without_clock),
    Section("deletions", Action.SILENCE, rows.deletions_due),
    Section("deletions_without_clock", Action.SILENCE, rows.deletions_without_clock),
    Section("notices_rejected", Action.SUBMIT, rows.in_state("rejected")),
    Section("notices_lapsed", Action.ATTEST, rows.attestation_lapsed),
    Section("attestations", Action.ATTEST, rows.attestation_going_stale),
    Section("files_to_confirm", Action.ENROL, rows.files_checked),
    Section("enrolments_begun", Action.ENROL, rows.enrolments_begun),
    Section("drafts", Action.SUBMIT, rows.in_state("draft")),
    Section("running_out", Action.READ, rows.running_out),
    Section("alerts", Action.READ, rows.alerts_open),
)
"""In the order of urgency in which they are shown."""

__all__ = ["SECTIONS", "Narrowed", "Section"]
