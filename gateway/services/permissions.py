"""Who may do what, on one page: each action, the roles that may do it, the token scope it needs.

Silencing never needs two persons and is open to anybody who works on cases; speaking always needs a judge,
and the services see to it that it is another person than the one before.
"""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """Everything that a person can do."""

    READ = "read"
    READ_NAMES = "read_names"
    UNMASK = "unmask"
    READ_AUDIT = "read_audit"
    ENROL = "enrol"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    RESUME = "resume"
    SILENCE = "silence"
    ATTEST = "attest"
    REVIEW = "review"
    RELEASE = "release"
    OBJECT = "object"
    DECIDE_OBJECTION = "decide_objection"
    READ_COURT = "read_court"
    FOUND_COURT = "found_court"
    DISABLE_COURT = "disable_court"
    ENABLE_COURT = "enable_court"
    QUIETEN_COURT = "quieten_court"
    PROPOSE_COURT_CHANGE = "propose_court_change"
    CONFIRM_COURT_CHANGE = "confirm_court_change"
    SET_CALENDAR = "set_calendar"
    PROTECT = "protect"
    TEST_CALL = "test_call"
    MANAGE_USERS = "manage_users"
    CONFIRM_RECOVERY = "confirm_recovery"
    OWN_ACCOUNT = "own_account"
    MANAGE_CONNECTIONS = "manage_connections"
    CLOSE_ALERT = "close_alert"
    READ_PLATFORM = "read_platform"


@dataclass(frozen=True, slots=True)
class Grant:
    """The roles that may do an action, and the scope that a token needs for it."""

    roles: frozenset[str]
    scope: str


def _grant(roles: str, scope: str) -> Grant:
    return Grant(frozenset(roles.split()), scope)


MAY = {
    Action.READ: _grant("clerk judge president auditor administrator", "read"),
    Action.READ_NAMES: _grant("clerk judge president administrator", "read"),
    Action.UNMASK: _grant("clerk judge president administrator", "administer"),
    Action.READ_AUDIT: _grant("judge president auditor administrator", "read"),
    Action.ENROL: _grant("clerk", "enrol"),
    Action.SUBMIT: _grant("clerk", "enrol"),
    Action.APPROVE: _grant("judge", "approve"),
    Action.REJECT: _grant("judge", "approve"),
    Action.RESUME: _grant("judge", "resume"),
    Action.SILENCE: _grant("clerk judge president administrator", "silence"),
    Action.ATTEST: _grant("clerk", "enrol"),
    Action.REVIEW: _grant("judge", "approve"),
    Action.RELEASE: _grant("clerk", "enrol"),
    Action.OBJECT: _grant("clerk judge administrator", "silence"),
    Action.DECIDE_OBJECTION: _grant("judge", "approve"),
    Action.READ_COURT: _grant("clerk judge president auditor administrator operator", "read"),
    Action.FOUND_COURT: _grant("operator", "operate"),
    Action.DISABLE_COURT: _grant("administrator operator", "silence"),
    Action.ENABLE_COURT: _grant("operator", "operate"),
    Action.QUIETEN_COURT: _grant("president administrator operator", "silence"),
    Action.PROPOSE_COURT_CHANGE: _grant("administrator operator", "administer"),
    Action.CONFIRM_COURT_CHANGE: _grant("president operator", "administer"),
    Action.SET_CALENDAR: _grant("administrator operator", "administer"),
    Action.PROTECT: _grant("clerk judge administrator operator", "silence"),
    Action.TEST_CALL: _grant("clerk judge", "administer"),
    Action.MANAGE_USERS: _grant("administrator operator", "administer"),
    Action.CONFIRM_RECOVERY: _grant("judge president administrator operator", "administer"),
    Action.OWN_ACCOUNT: _grant("clerk judge president auditor administrator operator", "administer"),
    Action.MANAGE_CONNECTIONS: _grant("operator", "operate"),
    Action.CLOSE_ALERT: _grant("clerk judge administrator operator", "silence"),
    Action.READ_PLATFORM: _grant("operator", "operate"),
}

SCOPES = frozenset(grant.scope for grant in MAY.values())


def usable_scopes(roles: frozenset[str]) -> frozenset[str]:
    """The scopes with which a token of a person of these roles can do anything at all."""
    return frozenset(grant.scope for grant in MAY.values() if grant.roles & roles)
