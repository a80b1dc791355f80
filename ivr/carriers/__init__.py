"""What every carrier must be able to do for us, and the carriers that can, by kind."""

from collections.abc import Mapping

from ivr.carriers.carrier import Abilities, Addresses, Carrier, Misshapen, NoticeMode, Report, SignedRequest
from ivr.carriers.twiml import Twilio

CARRIERS: Mapping[str, Carrier] = {"twilio": Twilio()}

__all__ = [
    "CARRIERS",
    "Abilities",
    "Addresses",
    "Carrier",
    "Misshapen",
    "NoticeMode",
    "Report",
    "SignedRequest",
]
