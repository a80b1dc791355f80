"""Every action in words, and where it takes a second person: for the page on which people look it up."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from gateway.services.permissions import Action


@dataclass(frozen=True, slots=True)
class Told:
    """What the action is; `second`: who must be another person than whom."""

    text: LazyString
    second: LazyString | None = None


_ANOTHER = _l("Not who submitted or wrote it.")

ACTIONS: dict[Action, Told] = {
    Action.READ: Told(_l("Read cases, lines, recordings, notices, calls, objections")),
    Action.READ_NAMES: Told(_l("See debtors' names")),
    Action.UNMASK: Told(_l("See a number in full; each look is entered in the record")),
    Action.READ_AUDIT: Told(_l("Read the record")),
    Action.ENROL: Told(_l("Enrol cases and lines, write notices, send recordings and imports")),
    Action.SUBMIT: Told(_l("Submit for approval")),
    Action.APPROVE: Told(_l("Approve notices, recordings, imports and changes of delivery"), _ANOTHER),
    Action.REJECT: Told(_l("Reject what was submitted")),
    Action.RESUME: Told(
        _l("Let a suspended notice speak again"), _l("Not who suspended, submitted or wrote it.")
    ),
    Action.SILENCE: Told(_l("Suspend and end notices, close cases, withdraw recordings")),
    Action.ATTEST: Told(_l("Attest a line anew")),
    Action.REVIEW: Told(_l("Set another review date"), _ANOTHER),
    Action.RELEASE: Told(_l("Give a line back to the carrier")),
    Action.OBJECT: Told(_l("Record an objection")),
    Action.DECIDE_OBJECTION: Told(_l("Reject an objection")),
    Action.READ_COURT: Told(_l("Read the court's programme, policies and working days")),
    Action.FOUND_COURT: Told(
        _l("Found a court, put it below another"), _l("Another person switches the new court on.")
    ),
    Action.DISABLE_COURT: Told(_l("Switch a whole court off, at once")),
    Action.ENABLE_COURT: Told(_l("Switch a court on again"), _l("Not who switched it off.")),
    Action.QUIETEN_COURT: Told(_l("Make a court quieter: trial operation on, programs may not approve")),
    Action.PROPOSE_COURT_CHANGE: Told(
        _l("Propose what makes a court louder, or another legal basis"), _l("Another person confirms it.")
    ),
    Action.CONFIRM_COURT_CHANGE: Told(
        _l("Confirm what was proposed for a court"), _l("Not who proposed it.")
    ),
    Action.SET_CALENDAR: Told(_l("Enter working days")),
    Action.PROTECT: Told(_l("Protect callers from hearing notices")),
    Action.TEST_CALL: Told(_l("Have a notice played to a phone of one's own")),
    Action.MANAGE_USERS: Told(_l("Invite people, change roles, disable, revoke tokens")),
    Action.CONFIRM_RECOVERY: Told(
        _l("Let somebody in again who has lost password or second factor"), _l("Not who asked for it.")
    ),
    Action.OWN_ACCOUNT: Told(_l("Look after the own account, sessions and tokens")),
    Action.MANAGE_CONNECTIONS: Told(_l("Set up connections to carriers")),
    Action.CLOSE_ALERT: Told(_l("Close an alert")),
    Action.READ_PLATFORM: Told(_l("See the platform's health and settings")),
}
"""One row for each action; a test demands it."""
