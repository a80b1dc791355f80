"""Words of lists, charts, alerts and the record: what codes of the database are called at the desk."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from gateway.alert_texts import text_of
from gateway.web.desk import words
from gateway.web.desk.languages import language

SECTIONS: dict[str, LazyString] = {
    "notices_to_approve": _l("Notices to approve"),
    "recordings_to_approve": _l("Recordings to approve"),
    "imports_to_approve": _l("Imports to approve"),
    "deliveries_to_approve": _l("Changes of delivery to approve"),
    "recoveries": _l("Recoveries to confirm"),
    "notices_to_review": _l("Reviews that have passed"),
    "notices_to_resume": _l("Suspended, to be resumed or ended"),
    "objections": _l("Objections to decide"),
    "objections_without_clock": _l("Objections whose last day cannot be computed"),
    "deletions": _l("Formal deletions due"),
    "deletions_without_clock": _l("Formal deletions whose last day cannot be computed"),
    "notices_rejected": _l("Sent back"),
    "notices_lapsed": _l("Silent, as the attestation has lapsed"),
    "attestations": _l("Attestations going stale"),
    "files_to_confirm": _l("Files to confirm"),
    "enrolments_begun": _l("Enrolments begun"),
    "drafts": _l("Drafts"),
    "running_out": _l("Ending or due for review"),
    "alerts": _l("Open alerts"),
}

_WORDS: dict[str, dict[str, LazyString]] = {
    "enforcement_case": words.WORDS["case"],
    "recording": words.WORDS["prompt"],
    "import_batch": words.WORDS["import"],
    "alert": {"open": _l("Open alert"), "acknowledged": _l("Seen"), "closed": _l("Closed alert")},
    "access_link": {"requested": _l("Requested")},
    "enrolment_draft": {"open": _l("Begun")},
    "import_job": {"checked": _l("Checked")},
    "decision": {"played": _l("Notice played"), "silent": _l("Connected silently")},
    "outcome": {
        "connected": _l("Connected"),
        "busy": _l("Busy"),
        "no_answer": _l("No answer"),
        "failed": _l("Call failed"),
        "canceled": _l("Caller hung up"),
        "unknown": _l("Not reported"),
    },
    "why": {
        "playing": _l("The notice was in force"),
        "no_notice": _l("No notice approved"),
        "closed": _l("Case not open"),
        "suspended": _l("Notice suspended"),
        "ended": _l("Notice ended"),
        "not_started": _l("Notice not yet started"),
        "capped": _l("Caller has heard it already"),
        "protected": _l("Protected caller"),
        "hours": _l("Outside the hours"),
        "stale": _l("Attestation lapsed or line not active"),
        "review": _l("Review date passed"),
        "withdrawn": _l("Recording withdrawn"),
        "disabled": _l("Court switched off"),
        "loop": _l("Call came back to us"),
        "withheld": _l("Caller's number withheld"),
        "self_call": _l("The line called itself"),
        "diversion_mismatch": _l("Diverted from another number"),
        "parallel": _l("Too many calls at once"),
        "shadow": _l("Trial operation, nothing is played"),
        "unknown_line": _l("Number not enrolled"),
        "damaged": _l("Recording damaged"),
        "trouble": _l("Fault on our side"),
        "duplicate": _l("Sent twice"),
    },
    "objection_kind": {
        "correction": _l("Correction"),
        "removal": _l("Removal"),
        "wrong_person": _l("Wrong person"),
        "wrong_number": _l("Wrong number"),
    },
    "because": {
        "person": _l("by a person"),
        "objection": _l("for an objection"),
        "attestation": _l("as the attestation lapsed"),
        "review": _l("as the review date passed"),
        "closed": _l("as the case was closed"),
        "expired": _l("as its time was over"),
        "objection_upheld": _l("as an objection was upheld"),
        "early_deletion": _l("for an early deletion"),
    },
    "formal_deletion": {
        "due": _l("Deletion due"),
        "done": _l("Deleted"),
        "not_due_before_term": _l("Not due before the term ends"),
        "not_computable": _l("Last day not computable"),
    },
    "role_of_number": {
        "public": _l("Number that callers dial"),
        "gateway": _l("Number at the gateway"),
        "deliver": _l("Number to which calls go"),
        "released": _l("Number of a released line"),
    },
    "kind": {
        "notice": _l("Notice"),
        "enforcement_case": _l("Case"),
        "decision": _l("Decision"),
        "line": _l("Line"),
        "recording": _l("Recording"),
        "objection": _l("Objection"),
        "credit_handoff": _l("Credit hand-off"),
        "import_batch": _l("Import"),
        "alert": _l("Alert"),
        "audit_head": _l("Record"),
        "court": _l("Court"),
        "user_account": _l("Person"),
        "api_token": _l("Token"),
        "connection": _l("Connection"),
        "protected_caller": _l("Protected number"),
        "desk_session": _l("Session"),
        "enrolment_draft": _l("Enrolment"),
        "import_job": _l("File"),
        "access_link": _l("Invitation or recovery"),
        "security_key": _l("Security key"),
        "platform": _l("Platform"),
        "debtor": _l("Debtor"),
    },
    "action": {
        "acknowledged": _l("seen"),
        "added": _l("added"),
        "anchored": _l("ends of chains kept"),
        "approved": _l("approved"),
        "approving": _l("approval begun"),
        "attested": _l("attested"),
        "changed": _l("changed"),
        "clock_computed": _l("last day computed"),
        "closed": _l("closed"),
        "decided": _l("decision entered"),
        "deletion_recorded": _l("deletion recorded"),
        "delivery_changed": _l("delivery changed"),
        "delivery_proposed": _l("change of delivery proposed"),
        "disabled": _l("switched off"),
        "dismissed": _l("alert closed"),
        "drafted": _l("drafted"),
        "enabled": _l("switched on"),
        "ended": _l("ended"),
        "enrolled": _l("enrolled"),
        "exported": _l("exported"),
        "extracted": _l("extract made"),
        "fallback_checked": _l("fallback checked"),
        "found_by_number": _l("found by number"),
        "founded": _l("founded"),
        "imported": _l("imported"),
        "imported_closures": _l("closures imported"),
        "issued": _l("issued"),
        "objected": _l("objection recorded"),
        "protected": _l("protected"),
        "purged": _l("purged"),
        "recall_due": _l("recall due"),
        "rejected": _l("rejected"),
        "released": _l("released"),
        "resumed": _l("resumed"),
        "reviewed": _l("reviewed"),
        "revoked": _l("revoked"),
        "rewrote_keys": _l("keys renewed"),
        "searched_number": _l("searched for a number"),
        "signed_in": _l("signed in"),
        "submitted": _l("submitted"),
        "suspended": _l("suspended"),
        "unprotected": _l("no longer protected"),
        "upheld": _l("upheld"),
        "uploaded": _l("uploaded"),
        "withdrawn": _l("withdrawn"),
    },
}
"""Kind of code -> code -> word."""


def said(kind: str, code: str | None) -> str:
    """The word of a code; the code itself where a newer program wrote it."""
    if kind == "alert_kind":
        text: str = getattr(text_of(code or ""), language())
        return text
    table = _WORDS.get(kind) or words.WORDS.get(kind) or {}
    return str(table.get(code or "", code or ""))


def choices(kind: str) -> list[tuple[str, str]]:
    """(code, word) of all codes of a kind, in their order."""
    table = _WORDS.get(kind) or words.WORDS[kind]
    return [(code, str(text)) for code, text in table.items()]
