"""The fields of Twilio's voice webhooks that we read, their shapes and vocabularies.

https://www.twilio.com/docs/voice/twiml#request-parameters and
https://www.twilio.com/docs/voice/twiml/dial#attributes-action. Fields that are not here are verified with the
rest, and neither read nor kept: new ones appear without notice.
"""

import re
from collections.abc import Mapping

from ivr.carriers.bound import FieldShape, shape
from ivr.facts import CallStatus

CALL_STATUS: Mapping[str, CallStatus] = {
    "queued": CallStatus.queued,
    "initiated": CallStatus.queued,
    "ringing": CallStatus.ringing,
    "in-progress": CallStatus.in_progress,
    "answered": CallStatus.in_progress,
    "completed": CallStatus.completed,
    "busy": CallStatus.busy,
    "no-answer": CallStatus.no_answer,
    "failed": CallStatus.failed,
    "canceled": CallStatus.canceled,
}
LEG_STATUS: Mapping[str, CallStatus] = {
    "completed": CallStatus.completed,
    "answered": CallStatus.completed,
    "busy": CallStatus.busy,
    "no-answer": CallStatus.no_answer,
    "failed": CallStatus.failed,
    "canceled": CallStatus.canceled,
}

# ANONYMOUS, RESTRICTED and BLOCKED on a telephone keypad: what Twilio shows for a caller who withholds.
PLACEHOLDERS = frozenset({"+266696687", "+7378742833", "+2562533"})

# The header that `<Sip>` sends along on our calls. Twilio shows SIP headers that begin with X- as fields.
SIP_HEADER = "X-Court-Gateway"
OWN_HEADER = f"SipHeader_{SIP_HEADER}".lower()

_SIP = r"sip:[a-z0-9+][a-z0-9+_.-]*@[a-z0-9.-]+(?::[0-9]+)?"
ADDRESS = re.compile(rf"\+?[0-9]{{3,15}}|{_SIP}", re.ASCII)
_WORDS = r"[Aa]nonymous|[Rr]estricted|[Uu]nknown|[Uu]navailable|[Pp]rivate"
_CALL_STATUSES = "|".join(CALL_STATUS)
_LEG_STATUSES = "|".join(LEG_STATUS)


def _by_name(*shapes: FieldShape) -> Mapping[str, FieldShape]:
    return {each.name: each for each in shapes}


CALL = _by_name(
    shape("AccountSid", "AC[0-9a-f]{32}"),
    shape("CallSid", "CA[0-9a-f]{32}", within=("DialCallSid", "ParentCallSid")),
    shape("To", rf"\+[0-9]{{7,15}}|{_SIP}", rf"(?:\+[0-9]+|{_SIP})"),
    # A caller id may be anything. What begins like a number has to be one to its end, and every place that
    # reads "From" counts, as an empty one leaves no other mark.
    shape(
        "From",
        r"\+?[0-9*#]*|(?![+0-9]).{1,255}",
        r"(?:\+?[0-9]+)?",
        within=("ForwardedFrom", "FromCity", "FromState", "FromZip", "FromCountry"),
    ),
    shape("ForwardedFrom", rf"{ADDRESS.pattern}|{_WORDS}|", rf"(?:\+?[0-9]+|{_SIP})?"),
    shape("ApiVersion", "2010-04-01"),
    shape("Direction", "(?:inbound|outbound-api|outbound-dial)"),
    shape("CallStatus", f"(?:{_CALL_STATUSES})", within=("DialCallStatus",)),
    shape("StirVerstat", ".*", "(?:TN-Validation-Passed-A)?"),
)
KEYS = _by_name(shape("Digits", "[0-9*#]{1,32}", "[0-9*#]+"))
DIALLED = _by_name(
    shape("DialCallStatus", f"(?:{_LEG_STATUSES})"),
    shape("DialCallDuration", "[0-9]{1,6}", "[0-9]+"),
)
STATUS = _by_name(
    CALL["CallStatus"],
    shape("CallDuration", "[0-9]{1,6}", "[0-9]+", within=("DialCallDuration",)),
    shape("SequenceNumber", "[0-9]{1,6}", "[0-9]+"),
    shape("Timestamp", "[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [+]0000"),
)
