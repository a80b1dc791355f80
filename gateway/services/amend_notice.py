"""Amending a notice that is not approved: other recordings, days or hours; it is a draft again after that."""

from gateway.models import EnforcementCase, Notice
from gateway.services.draft_notice import NewNotice, check_notice, listing_decision, notice_columns
from gateway.services.notice_guards import GUARDS
from gateway.services.notice_life import Event, step
from gateway.services.read_numbers import Fields
from gateway.services.work import Work, expect_version

AMENDED = (
    "recording_id",
    "second_recording_id",
    "starts_on",
    "ends_on",
    "review_on",
    "cap_days",
    "hours_from",
    "hours_to",
    "skip_key",
)
"""The columns that an amendment may change; case and line stay what they are."""


def amend_notice(work: Work, notice_id: str, new: NewNotice, seen_version: int | None = None) -> Notice:
    """Change what is to be heard and when. Whoever amends stands behind it, as if he had drafted it.

    A notice that came with an import leaves it: the import's approval is bound to the file as it was.
    """
    work.actor.must(GUARDS[Event.AMEND].action)
    notice = work.find(Notice, notice_id)
    expect_version(notice, seen_version)
    fields = Fields()
    check_notice(work, fields, new)
    fields.done()
    if not step(notice, Event.AMEND):
        notice.version += 1
    decision = listing_decision(work, work.session.get_one(EnforcementCase, notice.case_id))
    columns = notice_columns(work, new, decision.id, decision.complete, None)
    changed = {name: columns[name] for name in AMENDED if getattr(notice, name) != columns[name]}
    for name, value in changed.items():
        setattr(notice, name, value)
    notice.created_by, notice.submitted_by, notice.import_id = work.actor.user_id, None, None
    work.changed("amended", notice, changed)
    return notice
