"""The tables, one subject a file."""

from gateway.models.base import FAR_FUTURE, Base
from gateway.models.call import Call, CallEvent, Heard
from gateway.models.case import ALWAYS_OF_AGE, Debtor, Decision, EnforcementCase
from gateway.models.connection import Connection
from gateway.models.court_change import CourtChange
from gateway.models.desk import (
    AccessLink,
    DeskChallenge,
    DeskSession,
    SecurityKey,
    SignInAttempt,
    SsoIdentity,
)
from gateway.models.draft import EnrolmentDraft
from gateway.models.import_job import ImportJob, ImportPart
from gateway.models.line import HELD, PhoneLine, ProtectedCaller
from gateway.models.notice import CreditHandoff, Notice, Objection
from gateway.models.operation import Alert, ImportBatch, Lease, Platform
from gateway.models.prompt import Prompt, Recording, Sound
from gateway.models.record import AuditEntry, AuditHead
from gateway.models.tally import OF_NO_COURT, CallTally, NoticeTally
from gateway.models.tenancy import (
    ROLES,
    ApiToken,
    Court,
    CourtCalendarDay,
    IdempotencyRecord,
    Remark,
    TokenPace,
    User,
)
from gateway.models.test_call import TestCall

__all__ = [
    "ALWAYS_OF_AGE",
    "FAR_FUTURE",
    "HELD",
    "OF_NO_COURT",
    "ROLES",
    "AccessLink",
    "Alert",
    "ApiToken",
    "AuditEntry",
    "AuditHead",
    "Base",
    "Call",
    "CallEvent",
    "CallTally",
    "Connection",
    "Court",
    "CourtCalendarDay",
    "CourtChange",
    "CreditHandoff",
    "Debtor",
    "Decision",
    "DeskChallenge",
    "DeskSession",
    "EnforcementCase",
    "EnrolmentDraft",
    "Heard",
    "IdempotencyRecord",
    "ImportBatch",
    "ImportJob",
    "ImportPart",
    "Lease",
    "Notice",
    "NoticeTally",
    "Objection",
    "PhoneLine",
    "Platform",
    "Prompt",
    "ProtectedCaller",
    "Recording",
    "Remark",
    "SecurityKey",
    "SignInAttempt",
    "Sound",
    "SsoIdentity",
    "TestCall",
    "TokenPace",
    "User",
]
