"""Settings, to be read: the platform's for operators, never a secret; a court's policies for its people."""

from dataclasses import dataclass

from flask.typing import ResponseReturnValue

from gateway.jurisdictions import profile_named
from gateway.runtime import Runtime
from gateway.services.permissions import Action
from gateway.settings import SETTINGS, Setting
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.languages import language
from gateway.web.desk.frame.rendering import show
from gateway.web.desk.words.settings import help_of

AREA = Area("settings")

SHOWN = frozenset(
    {
        "alert_mail_from",
        "alert_mail_to",
        "api_rate",
        "call_retention_days",
        "closures_max_age_hours",
        "data_dir",
        "desk_url",
        "host",
        "key_dir",
        "keys_file",
        "log_level",
        "port",
        "remark_retention_days",
        "threads",
        "tick_seconds",
    }
)
"""Settings whose value may be seen. Of every other only whether it is set: an address may hold a password."""


@dataclass(frozen=True, slots=True)
class Row:
    """A setting as the page shows it; `value` None: set, and not shown."""

    variable: str
    help: str
    value: str | None
    is_default: bool


@AREA.page("/desk/settings", None)
def listed(here: Visit) -> ResponseReturnValue:
    """What is set; changed in the environment and at the console, not here."""
    rows = [_row(here.runtime, each) for each in SETTINGS] if here.may(Action.READ_PLATFORM) else []
    profile = profile_named(here.court.profile) if here.court and here.court.profile else None
    disclaimer = getattr(profile, f"disclaimer_{language()}") if profile else ""
    return show(
        "settings/show.html",
        rows=rows,
        court=here.court,
        profile=getattr(profile, f"title_{language()}") if profile else None,
        disclaimer=disclaimer if profile and profile.confirmed_by is None else "",
    )


def _row(runtime: Runtime, setting: Setting) -> Row:
    value = getattr(runtime.settings, setting.name)
    text = str(value)
    shown = text if setting.name in SHOWN or not text else None
    return Row(setting.variable, help_of(setting), shown, value == setting.read(setting.default))
