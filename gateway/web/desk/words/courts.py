"""A court's policies and rules of law in words."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from gateway.jurisdictions import PROFILES
from gateway.web.desk.frame.languages import language


@dataclass(frozen=True, slots=True)
class Policy:
    """What it is called and means; what it means to switch it to the quieter, and to the louder side."""

    text: LazyString
    told: LazyString
    quieter: LazyString
    louder: LazyString


POLICIES = {
    "shadow": Policy(
        _l("Trial operation"),
        _l("Every call is decided and recorded, and nothing is played."),
        _l("Switch trial operation on"),
        _l("End trial operation: callers will hear notices"),
    ),
    "api_approval": Policy(
        _l("Approval through programs"),
        _l("Judges may approve through the API, without seeing the page that shows what they sign."),
        _l("Forbid approval through programs"),
        _l("Allow approval through programs"),
    ),
    "objection_suspends": Policy(
        _l("An objection silences"),
        _l("An objection silences the notice until it is decided."),
        _l("Let every objection silence the notice"),
        _l("Let the notice go on while an objection is decided"),
    ),
}


def profile_title(name: str) -> str:
    """The title of a jurisdiction profile in the reader's language."""
    profile = PROFILES[name]
    return profile.title_zh if language() == "zh" else profile.title_en
