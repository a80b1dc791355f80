"""What waits, kind by kind: the rows of each section of the work list, in the order of an index of its own.

A judge is shown what he may decide, and nothing in which he stands behind the step before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, literal_column, or_, select

from gateway.models import (
    HELD,
    AccessLink,
    Alert,
    CourtChange,
    EnforcementCase,
    EnrolmentDraft,
    ImportBatch,
    ImportJob,
    Notice,
    Objection,
    PhoneLine,
    Recording,
    User,
)
from gateway.services.keyset import Branch, Listing, among, aside
from gateway.services.list_rows import published
from gateway.services.work import Work

RUNS_OUT_WITHIN, STALE_WITHIN = 14, 7
"""Days ahead from which a notice, and an attestation, is shown where nobody asked for another span."""

LIVE = among(Notice.state, "approved", "suspended")
"""As the partial indexes have it."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What of the work list is asked for: due within so many days, on one connection (its id)."""

    within_days: int | None = None
    connection: str | None = None


def _mine_not(work: Work, *columns: Any) -> tuple[ColumnElement[bool], ...]:
    """Rows in which this person has taken none of these steps."""
    return tuple(or_(column.is_(None), column != work.actor.user_id) for column in columns)


def _on(narrowed: Narrowed) -> tuple[ColumnElement[bool], ...]:
    """Notices whose line is on the wanted connection."""
    if narrowed.connection is None:
        return ()
    line = exists().where(PhoneLine.id == Notice.line_id, PhoneLine.connection_id == narrowed.connection)
    return (line.correlate(Notice),)


def _span(work: Work, narrowed: Narrowed, days: int) -> Any:
    return work.now + timedelta(days=narrowed.within_days or days)


def _last_day(work: Work, narrowed: Narrowed) -> Any:
    return work.today() + timedelta(days=narrowed.within_days or 0)


def to_approve(work: Work, narrowed: Narrowed) -> Listing[Notice]:
    """Those entered one by one, and those that an approved import left over as their line was taken."""
    submitted = Notice.state == literal_column("'submitted'")
    left_over = exists().where(Notice.import_id == ImportBatch.id, submitted, Notice.import_id.is_not(None))
    imports = select(ImportBatch.id).where(
        ImportBatch.court_id == work.actor.court, ImportBatch.state == "approved", left_over
    )
    both = (
        Notice.court_id == work.actor.court,
        submitted,
        *_mine_not(work, Notice.submitted_by, Notice.created_by),
        *_on(narrowed),
    )
    alone = Branch((*both, Notice.import_id.is_(None)))
    # Each import by itself, as an index holds its rows in this order; all at once would be sorted.
    of_imports = [
        Branch((*both, Notice.import_id.is_not(None), Notice.import_id == each))
        for each in work.session.scalars(imports.order_by(ImportBatch.id))
    ]
    return Listing(Notice, (alone, *of_imports), newest_first=False)


def recordings_submitted(work: Work, _narrowed: Narrowed) -> Listing[Recording]:
    conditions = (
        Recording.court_id == work.actor.court,
        Recording.state == "submitted",
        *_mine_not(work, Recording.uploaded_by, Recording.submitted_by),
    )
    return Listing(Recording, (Branch(conditions),), newest_first=False)


def imports_submitted(work: Work, _narrowed: Narrowed) -> Listing[ImportBatch]:
    conditions = (
        ImportBatch.court_id == work.actor.court,
        ImportBatch.state == "submitted",
        ImportBatch.kind == "enrolment",
        *_mine_not(work, ImportBatch.submitted_by),
    )
    return Listing(ImportBatch, (Branch(conditions),), newest_first=False)


def deliveries_proposed(work: Work, narrowed: Narrowed) -> Listing[PhoneLine]:
    conditions = (
        PhoneLine.court_id == work.actor.court,
        PhoneLine.proposed_hash.is_not(None),
        HELD,
        *_mine_not(work, PhoneLine.delivery_proposed_by),
        *((PhoneLine.connection_id == narrowed.connection,) if narrowed.connection else ()),
    )
    return Listing(PhoneLine, (Branch(conditions),), newest_first=False)


def enrolments_begun(work: Work, _narrowed: Narrowed) -> Listing[EnrolmentDraft]:
    """What somebody of the court began to type and has not submitted."""
    conditions = (EnrolmentDraft.court_id == work.actor.court, EnrolmentDraft.state == "open")
    return Listing(EnrolmentDraft, (Branch(conditions),))


def files_checked(work: Work, _narrowed: Narrowed) -> Listing[ImportJob]:
    """Files that this person sent, which were read and wait for his word."""
    conditions = (
        ImportJob.court_id == work.actor.court,
        ImportJob.created_by == work.actor.user_id,
        ImportJob.state == "checked",
    )
    return Listing(ImportJob, (Branch(conditions),))


def court_changes(work: Work, _narrowed: Narrowed) -> Listing[CourtChange]:
    """Somebody else has proposed that callers may hear more; at most one proposal of each kind is open."""
    conditions = (
        CourtChange.court_id == work.actor.court,
        CourtChange.state == literal_column("'proposed'"),
        *_mine_not(work, CourtChange.proposed_by),
    )
    return Listing(CourtChange, (Branch(conditions),), newest_first=False)


def recoveries(work: Work, _narrowed: Narrowed) -> Listing[AccessLink]:
    """Somebody of the court has lost his second factor, and another person has asked for a new one."""
    people = select(User.id).where(User.court_id == work.actor.court)
    conditions = (
        AccessLink.user_id.in_(people),
        AccessLink.kind == "recovery",
        AccessLink.state == "requested",
        AccessLink.expires_at > work.now,
        *_mine_not(work, AccessLink.made_by, AccessLink.user_id),
    )
    return Listing(AccessLink, (Branch(conditions),), newest_first=False)


def _suspended(work: Work, narrowed: Narrowed) -> tuple[ColumnElement[bool], ...]:
    return (
        Notice.court_id == work.actor.court,
        Notice.state == "suspended",
        aside(Notice.ends_at) > work.now,
        *_on(narrowed),
    )


def _attested(work: Work) -> ColumnElement[bool]:
    line = exists().where(PhoneLine.id == Notice.line_id, PhoneLine.attested_until > work.now)
    return line.correlate(Notice)


def to_resume(work: Work, narrowed: Narrowed) -> Listing[Notice]:
    """Suspended, and nothing stands against speaking again but a judge's word."""
    objected = exists().where(Objection.line_id == Notice.line_id, Objection.state == "open")
    conditions = (
        *_suspended(work, narrowed),
        *_mine_not(work, Notice.suspended_by, Notice.submitted_by, Notice.created_by),
        aside(Notice.review_until) > work.now,
        ~objected.correlate(Notice),
        _attested(work),
    )
    return Listing(Notice, (Branch(conditions),), newest_first=False)


def to_review(work: Work, narrowed: Narrowed) -> Listing[Notice]:
    """Silent because the review date has passed; the longest first."""
    conditions = (LIVE, *_suspended(work, narrowed), Notice.review_until <= work.now)
    return Listing(Notice, (Branch(conditions, Notice.review_until),), newest_first=False)


def attestation_lapsed(work: Work, narrowed: Narrowed) -> Listing[Notice]:
    """Silent because the line's attestation ran out, until a clerk has a new one."""
    conditions = (
        *_suspended(work, narrowed),
        Notice.suspended_because == "attestation",
        ~_attested(work),
    )
    return Listing(Notice, (Branch(conditions),), newest_first=False)


def in_state(state: str) -> Callable[[Work, Narrowed], Listing[Notice]]:
    def listing(work: Work, narrowed: Narrowed) -> Listing[Notice]:
        conditions = (
            Notice.court_id == work.actor.court,
            Notice.state == state,
            published(Notice),
            *_on(narrowed),
        )
        return Listing(Notice, (Branch(conditions),))

    return listing


def objections_open(work: Work, narrowed: Narrowed) -> Listing[Objection]:
    """Open, in the order of their last day."""
    until = (Objection.decide_by <= _last_day(work, narrowed),) if narrowed.within_days else ()
    conditions = (
        Objection.court_id == work.actor.court,
        Objection.state == "open",
        Objection.decide_by.is_not(None),
        *until,
    )
    return Listing(Objection, (Branch(conditions, Objection.decide_by),), newest_first=False)


def objections_without_clock(work: Work, _narrowed: Narrowed) -> Listing[Objection]:
    """Open, and the calendar does not hold the year of their last day."""
    conditions = (
        Objection.court_id == work.actor.court,
        Objection.state == "open",
        Objection.decide_by.is_(None),
    )
    return Listing(Objection, (Branch(conditions),), newest_first=False)


def deletions_due(work: Work, narrowed: Narrowed) -> Listing[EnforcementCase]:
    """Closed, and the formal record is still to be deleted."""
    until = (
        (EnforcementCase.formal_deletion_due_on <= _last_day(work, narrowed),) if narrowed.within_days else ()
    )
    conditions = (
        EnforcementCase.court_id == work.actor.court,
        EnforcementCase.formal_deletion == literal_column("'due'"),
        EnforcementCase.formal_deletion_due_on.is_not(None),
        *until,
    )
    branch = Branch(conditions, EnforcementCase.formal_deletion_due_on)
    return Listing(EnforcementCase, (branch,), newest_first=False)


def deletions_without_clock(work: Work, _narrowed: Narrowed) -> Listing[EnforcementCase]:
    conditions = (
        EnforcementCase.court_id == work.actor.court,
        EnforcementCase.formal_deletion == literal_column("'not_computable'"),
    )
    return Listing(EnforcementCase, (Branch(conditions),), newest_first=False)


def running_out(work: Work, narrowed: Narrowed) -> Listing[Notice]:
    """Approved or suspended notices whose end or review comes within the span; what comes first counts."""
    until = _span(work, narrowed, RUNS_OUT_WITHIN)
    live = (Notice.court_id == work.actor.court, LIVE, *_on(narrowed))
    ends = (*live, Notice.ends_at > work.now, Notice.ends_at <= until, Notice.ends_at <= Notice.review_until)
    due = (
        *live,
        Notice.review_until > work.now,
        Notice.review_until <= until,
        Notice.review_until < Notice.ends_at,
    )
    branches = (Branch(ends, Notice.ends_at), Branch(due, Notice.review_until))
    return Listing(Notice, branches, newest_first=False)


def attestation_going_stale(work: Work, narrowed: Narrowed) -> Listing[PhoneLine]:
    conditions = (
        PhoneLine.court_id == work.actor.court,
        HELD,
        PhoneLine.attested_until > work.now,
        PhoneLine.attested_until <= _span(work, narrowed, STALE_WITHIN),
        published(PhoneLine),
        *((PhoneLine.connection_id == narrowed.connection,) if narrowed.connection else ()),
    )
    return Listing(PhoneLine, (Branch(conditions, PhoneLine.attested_until),), newest_first=False)


def alerts_open(work: Work, _narrowed: Narrowed) -> Listing[Alert]:
    return Listing(Alert, (Branch((Alert.court_id == work.actor.court, Alert.closed_at.is_(None))),))
