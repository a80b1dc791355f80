"""Administration: everything that is set up here, and who may do what."""

from dataclasses import dataclass

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from gateway.models import ROLES
from gateway.services.permissions import MAY, Action
from gateway.web.desk.frame.door import Area, Visit
from gateway.web.desk.frame.rendering import show
from gateway.web.desk.words.actions import ACTIONS

AREA = Area("admin")


@dataclass(frozen=True, slots=True)
class Corner:
    """One entry: words, what is behind them, the page, and actions of which any opens it (none: any role)."""

    text: LazyString
    told: LazyString
    endpoint: str
    actions: tuple[Action, ...]


CORNERS = (
    Corner(
        _l("Courts"),
        _l("Programme and legal basis, policies, working days; switch a whole court off."),
        "desk.courts_listed",
        (Action.READ_COURT,),
    ),
    Corner(
        _l("Changes of courts"),
        _l("What makes callers hear more, and waits for a second person."),
        "desk.court_changes_waiting",
        (Action.QUIETEN_COURT,),
    ),
    Corner(
        _l("Working days"),
        _l("The days by which every clock of the law is counted."),
        "desk.calendar_own",
        (Action.READ_COURT,),
    ),
    Corner(_l("People"), _l("Invite, change roles, disable."), "desk.users_people", (Action.MANAGE_USERS,)),
    Corner(
        _l("Recoveries"),
        _l("People who have lost their second factor, and wait for a second person."),
        "desk.recoveries_waiting",
        (Action.CONFIRM_RECOVERY,),
    ),
    Corner(
        _l("Your API tokens"),
        _l("With which your own programs speak."),
        "desk.tokens_own",
        (Action.OWN_ACCOUNT,),
    ),
    Corner(
        _l("Everybody's API tokens"),
        _l("Whose programs speak with the gateway, and since when."),
        "desk.tokens_everybody",
        (Action.MANAGE_USERS,),
    ),
    Corner(
        _l("Protected callers"),
        _l("Hospitals, crisis lines, lawyers: they never hear a notice."),
        "desk.protected_listed",
        (Action.PROTECT,),
    ),
    Corner(
        _l("Connections"),
        _l("Carriers' accounts and trunks, and what to set there."),
        "desk.connections_listed",
        (Action.MANAGE_CONNECTIONS,),
    ),
    Corner(
        _l("Fallback checks"),
        _l("Lines whose fallback address must be set at the carrier and checked."),
        "desk.fallbacks_listed",
        (Action.ENROL,),
    ),
    Corner(_l("Alerts"), _l("What a person should look at."), "desk.alerts_listed", ()),
    Corner(
        _l("The record"),
        _l("Who did what and when, and whether anything was altered since."),
        "desk.audit_browse",
        (Action.READ_AUDIT, Action.READ_PLATFORM),
    ),
    Corner(_l("Settings"), _l("How this gateway is set up."), "desk.settings_listed", ()),
    Corner(
        _l("Who may do what"),
        _l("Every action, the roles that may take it, and where a second person is needed."),
        "desk.admin_permissions",
        (),
    ),
)
"""In the order in which they are shown."""


@AREA.page("/desk/administration", None)
def index(here: Visit) -> ResponseReturnValue:
    """What this person can set up."""
    shown = [
        (corner, url_for(corner.endpoint))
        for corner in CORNERS
        if not corner.actions or any(here.may(action) for action in corner.actions)
    ]
    return show("admin/index.html", corners=shown)


@AREA.page("/desk/permissions", None)
def permissions(_here: Visit) -> ResponseReturnValue:
    """The table of permissions as it is asked at every request: nothing here is written a second time."""
    return show("admin/permissions.html", actions=ACTIONS, grants=MAY, roles=ROLES)
