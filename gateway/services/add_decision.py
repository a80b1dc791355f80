"""Adding a decision to a case: an extension of the listing, or its early deletion."""

from gateway.jurisdictions import facts
from gateway.models import Decision, EnforcementCase
from gateway.services.calendar import calendar_of
from gateway.services.close_case import notices_of
from gateway.services.end_notice import finish, hold_lines
from gateway.services.enrol_case import insert_decision, profile_of
from gateway.services.outdate_waiting import outdate
from gateway.services.permissions import Action
from gateway.services.read_decision import debtor_of, decisions_of
from gateway.services.read_numbers import Fields
from gateway.services.refusals import WrongState
from gateway.services.work import Work, expect_version


def add_decision(
    work: Work, case_id: str, decision: facts.Decision, seen_version: int | None = None
) -> tuple[EnforcementCase, Decision]:
    """Keep an extension or an early deletion; the latter silences every notice of the case at once."""
    work.actor.must(Action.ENROL)
    case = work.find(EnforcementCase, case_id)
    expect_version(case, seen_version)
    deletes = decision.kind is facts.DecisionKind.EARLY_DELETION
    if case.state == "closed" and not deletes:
        raise WrongState("closed", "The case is closed.", "案件已结。")
    fields = Fields()
    fields.refusals += profile_of(work).check_further_decision(
        debtor_of(work, case), decisions_of(work, case), decision, work.today(), calendar_of(work)
    )
    fields.done()
    notices = notices_of(work, case)
    hold_lines(work, notices if deletes else [])
    row = insert_decision(work, case, decision)
    case.version += 1
    if not deletes:
        outdate(work, notices, "decision")
        return case, row
    for notice in notices:
        finish(work, notice, "deleted_early")
    return case, row
