"""What passes on a second try is tried again; what does not is told, and nothing of it is kept."""

import sqlite3
from collections.abc import Callable

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from gateway.models import Alert
from gateway.services.alerts import open_alert
from gateway.services.permissions import Action
from gateway.services.work import Work
from gateway.web.api import blueprint
from gateway.web.api.door import serve
from gateway.web.api.routes import Asked, Kind, Route
from gateway.web.api.shapes import Nothing, Shown
from tests.gateway.web.api.harness import Api


class Done(Shown):
    """How many tries it took."""

    tries: int


class Postgres(Exception):
    """An error as psycopg raises it."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def _fails(times: int, fault: DBAPIError) -> Callable[[Work, Asked[Nothing]], Done]:
    tries = 0

    def handle(work: Work, _asked: Asked[Nothing]) -> Done:
        nonlocal tries
        tries += 1
        open_alert(work.session, f"try {tries}", "tests", work.now)
        if tries <= times:
            raise fault
        return Done(tries=tries)

    return handle


def _route(api: Api, times: int, fault: DBAPIError) -> None:
    route = Route(Kind.ACT, "POST", "/tests", "", Action.SILENCE, _fails(times, fault), Done, Nothing)
    api.app.add_url_rule("/api/v1/tests", f"{blueprint.name}.tests", serve(route), methods=["POST"])


def _kept(api: Api) -> list[str]:
    with api.gateway.read() as session:
        return sorted(each.kind for each in session.query(Alert))


@pytest.mark.parametrize("sqlstate", ["40P01", "40001", "23505"])
def test_what_passes_on_the_third_try_is_done_once(api: Api, sqlstate: str) -> None:
    _route(api, 2, OperationalError("UPDATE", None, Postgres(sqlstate)))
    answer = api.post("clerk", "/tests")
    assert (answer.status_code, answer.get_json()) == (200, {"tries": 3})
    assert _kept(api) == ["try 3"]


@pytest.mark.parametrize(
    ("times", "fault", "status"),
    [
        (3, OperationalError("UPDATE", None, Postgres("40P01")), 503),
        (3, IntegrityError("INSERT", None, Postgres("23505")), 409),
        (1, OperationalError("UPDATE", None, Postgres("57014")), 503),
        (1, IntegrityError("INSERT", None, Postgres("23514")), 500),
        (1, IntegrityError("INSERT", None, sqlite3.IntegrityError("CHECK")), 500),
    ],
)
def test_what_does_not_pass_is_told_and_nothing_is_kept(
    api: Api, times: int, fault: DBAPIError, status: int
) -> None:
    _route(api, times, fault)
    answer = api.post("clerk", "/tests")
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert _kept(api) == []
