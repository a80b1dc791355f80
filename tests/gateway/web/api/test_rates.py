"""The ceiling of requests a second: one for all workers and hosts; nothing is asked for what is no token."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event, select, update

from gateway.database import open_engine, writing
from gateway.logins import addresses
from gateway.models import ApiToken, TokenPace
from gateway.services.count_requests import count_request
from gateway.web.api.door import Desk, Rates, counted_by
from gateway.web.api.problems import Stopped
from tests.factories import Gateway
from tests.gateway.web.api.harness import Api, open_api

CEILING = 5
TRIES = 200
"""A few requests nearly always fall into one second of the database's clock; else they are sent again."""


def _token_id(gateway: Gateway) -> str:
    """The id of a new token, the only one there is."""
    gateway.token("clerk")
    return _only_token(gateway)


def _only_token(gateway: Gateway) -> str:
    with gateway.read() as session:
        return session.scalars(select(ApiToken.id)).one()


def _counted(gateway: Gateway) -> int | None:
    with gateway.read() as session:
        return session.scalars(select(TokenPace.requests)).one_or_none()


def _begin_anew(gateway: Gateway, second: int = 0) -> None:
    with writing(gateway.runtime.engine) as session:
        session.execute(update(TokenPace).values(second=second))


def _is_let_through(rates: Rates, token_id: str) -> bool:
    try:
        rates.count(token_id)
    except Stopped:
        return False
    return True


@contextmanager
def _of_another_host(gateway: Gateway) -> Iterator[Engine]:
    url = addresses(gateway.runtime.settings).desk
    engine = open_engine(url, wait_ms=5000, statement_ms=5000, pool_size=1, durable=False)
    yield engine
    engine.dispose()


def test_two_hosts_on_one_database_share_one_ceiling(gateway: Gateway) -> None:
    token_id, let, sent = _token_id(gateway), [False], 2 * CEILING
    with _of_another_host(gateway) as another:
        engines = (gateway.runtime.counting, another)
        for _ in range(TRIES):
            _begin_anew(gateway)
            hosts = [Rates(CEILING, counted_by(engine)) for engine in engines]
            let = [_is_let_through(hosts[number % 2], token_id) for number in range(sent)]
            if _counted(gateway) == sent:
                break
    assert let == [True] * CEILING + [False] * CEILING


def test_what_another_host_let_through_counts_at_this_ones_door(api_on_both: Api) -> None:
    gateway = api_on_both.gateway
    api_on_both.token("clerk")
    token_id, answer = _only_token(gateway), None
    desk: Desk = api_on_both.app.extensions["court-gateway-api"]
    for _ in range(TRIES):
        rates = Rates(CEILING, counted_by(gateway.runtime.counting))
        api_on_both.app.extensions["court-gateway-api"] = Desk(rates, desk.transport)
        _begin_anew(gateway)
        with _of_another_host(gateway) as another:
            for _ in range(CEILING):
                counted_by(another)(token_id)
        answer = api_on_both.get("clerk", "/cases")
        if _counted(gateway) == CEILING + 1:
            break
    assert answer is not None
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")


def test_a_row_from_before_the_clock_went_back_holds_nobody_up(gateway: Gateway) -> None:
    token_id = _token_id(gateway)
    with writing(gateway.runtime.counting) as session:
        assert count_request(session, token_id) == 1
    _begin_anew(gateway, second=1 << 40)
    with writing(gateway.runtime.counting) as session:
        assert count_request(session, token_id) == 1


def test_a_database_that_does_not_count_refuses_nobody(gateway: Gateway) -> None:
    token_id = _token_id(gateway)
    rates = Rates(CEILING, counted_by(gateway.runtime.counting))
    with gateway.runtime.counting.connect():
        assert _is_let_through(rates, token_id)
    assert _counted(gateway) is None


def test_silencing_is_not_counted(sqlite_gateway: Gateway) -> None:
    notice, api = sqlite_gateway.notice(), open_api(sqlite_gateway)
    rates = Rates(CEILING, counted_by(sqlite_gateway.runtime.counting))
    desk: Desk = api.app.extensions["court-gateway-api"]
    api.app.extensions["court-gateway-api"] = Desk(rates, desk.transport)
    for _ in range(2 * CEILING):
        assert api.post("clerk", f"/notices/{notice.id}/suspend", {"reason": "核实"}).status_code == 200
    assert _counted(sqlite_gateway) is None


def test_for_what_cannot_be_a_token_the_database_is_not_asked(api: Api) -> None:
    asked: list[str] = []
    event.listen(api.gateway.runtime.engine, "checkout", lambda *_: asked.append("asked"))
    for header in ("", "Bearer", "Bearer x", "Basic eDp5", f"Bearer cng_{'x' * 44}", "Bearer 令牌"):
        headers = {"Authorization": header.encode().decode("latin-1")} if header else {}
        assert api.ask(None, "GET", "/cases", headers=headers).status_code == 401
    assert asked == []
    unknown = {"Authorization": f"Bearer cng_{'x' * 43}"}
    assert api.ask(None, "GET", "/cases", headers=unknown).status_code == 401
    assert asked == ["asked"]
