"""Switching a court off and on over the API."""

from gateway.models import Court
from gateway.services.court_switch import disable_court, enable_court
from gateway.services.permissions import Action
from gateway.services.work import Work
from gateway.web.api.routes import Asked, act
from gateway.web.api.shapes import Reason, Resource


class CourtShown(Resource):
    """A court, as far as its switch goes."""

    name: str
    enabled: bool


def _disable(work: Work, asked: Asked[Reason]) -> CourtShown:
    return _show(disable_court(work, asked.id, asked.body.reason, asked.seen_version))


def _enable(work: Work, asked: Asked[Reason]) -> CourtShown:
    return _show(enable_court(work, asked.id, asked.body.reason, asked.seen_version))


def _show(row: Court) -> CourtShown:
    return CourtShown(
        id=row.id,
        state="enabled" if row.enabled else "disabled",
        version=row.version,
        created_at=row.created_at,
        name=row.name,
        enabled=row.enabled,
    )


ROUTES = (
    act(
        "/courts/<id>/disable",
        "Silence the whole court",
        Action.DISABLE_COURT,
        _disable,
        CourtShown,
        Reason,
        silences=True,
    ),
    act("/courts/<id>/enable", "Let the court speak again", Action.ENABLE_COURT, _enable, CourtShown, Reason),
)
