"""Counts of the reader's own court over the API."""

from dataclasses import asdict

from gateway.services.count_statistics import count_statistics
from gateway.services.permissions import Action
from gateway.services.work import Work
from gateway.web.api.routes import Asked, read
from gateway.web.api.shapes import Moment, Nothing, Shown


class StatisticsShown(Shown):
    """Counts by word; what does not occur may be missing."""

    as_of: Moment
    cases: dict[str, int]
    lines: dict[str, int]
    prompts: dict[str, int]
    notices: dict[str, int]
    objections: dict[str, int]
    calls_by_decision: dict[str, int]
    calls_by_why: dict[str, int]
    calls_by_outcome: dict[str, int]
    median_days_to_decide_objections: float | None


def _read(work: Work, _asked: Asked[Nothing]) -> StatisticsShown:
    return StatisticsShown(as_of=work.now, **asdict(count_statistics(work)))


ROUTES = (read("/statistics", "Count what the court has", Action.READ, _read, StatisticsShown),)
