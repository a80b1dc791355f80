"""The way of every API request: who, how often, may he; then one transaction, its effect and its answer."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from flask import Response, current_app, request
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from gateway.carrier_box import Transport
from gateway.database import reading, writing
from gateway.runtime import Runtime
from gateway.services.count_requests import count_request
from gateway.services.find_actor import Bearer, find_actor, note_used
from gateway.services.refusals import NotFound
from gateway.services.remember_answer import (
    Keyed,
    Remembered,
    claim_key,
    digest_of,
    recall_answer,
    remember_answer,
)
from gateway.services.transactions import Transactions
from gateway.services.work import Work
from gateway.sight import EVERY_COURT
from gateway.web.api import problems
from gateway.web.api.problems import Stopped
from gateway.web.api.reading import idempotency_key, is_id, read_request
from gateway.web.api.routes import Asked, Kind, Preparation, Route, Sound
from gateway.web.api.shapes import Resource, Shown
from gateway.web.requests import runtime

TRIES = 3
_AGAIN = {"40P01", "40001", "23505"}
"""Deadlock, serialisation failure, and a key that another transaction took: they pass on a second try."""
_TOKEN = re.compile(r"cng_[A-Za-z0-9_-]{43}")
"""As `issue_token` makes them."""
_log = structlog.get_logger()


def nowhere_else(_token_id: str) -> int:
    """Where this process is the only one."""
    return 0


def counted_by(engine: Engine) -> Callable[[str], int]:
    """Counts a request of a token; how many it has sent in this second, by all workers of all hosts.

    Where the database does not count in time, none: its trouble is no reason to refuse.
    """

    def count(token_id: str) -> int:
        try:
            with writing(engine) as session:
                return count_request(session, token_id)
        except SQLAlchemyError as fault:
            _log.warning("request not counted", fault=type(fault).__name__)
            return 0

    return count


class Rates:
    """How many requests each token may send in a second: to this process, and to all of them together.

    What is too much for this process is refused without asking the database.
    """

    def __init__(self, a_second: int, everywhere: Callable[[str], int] = nowhere_else) -> None:
        self._a_second, self._everywhere = a_second, everywhere
        self._limit = RateLimitItemPerSecond(a_second)
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def count(self, token_id: str) -> None:
        here = self._window.hit(self._limit, token_id)
        if not here or self._everywhere(token_id) > self._a_second:
            raise Stopped(problems.TOO_MANY)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the API keeps besides the runtime: rates, and how the gateway calls its own fallback."""

    rates: Rates
    transport: Transport


def desk() -> Desk:
    """The desk of the application that answers this request."""
    found: Desk = current_app.extensions["court-gateway-api"]
    return found


def serve(route: Route) -> Callable[..., Response]:
    """The view of a route."""

    def view(id: str = "") -> Response:
        return _serve(route, id)

    return view


def _serve(route: Route, row_id: str) -> Response:
    here = runtime()
    bearer = _recognise(here)
    if bearer.unnoted:
        _note(here, bearer)
    if not route.silences:
        desk().rates.count(bearer.token_id)
    bearer.actor.must(route.action)
    if route.has_id and not is_id(row_id):
        raise NotFound
    key = idempotency_key() if request.method == "POST" else None
    asked = read_request(here, route, row_id)
    keyed = _keyed(bearer, key, asked) if key else None
    known = _recall(here, keyed) if keyed else None
    if known is not None:
        return _again(known)
    if route.prepare is not None:
        preparation = Preparation(_transactions(here, bearer), asked, desk().transport)
        asked = replace(asked, prepared=route.prepare(preparation))
    return _in_transaction(here, bearer, route, asked, keyed)


def _transactions(here: Runtime, bearer: Bearer) -> Transactions:
    """Transactions of their own for what takes long: each that writes asks once more who it is."""

    def still_recognised(session: Session) -> None:
        _bearer(session, here.clock.now())

    return Transactions(here.engine, here.clock, here.vault, still_recognised, bearer.actor)


def _recognise(here: Runtime) -> Bearer:
    _token()
    with reading(here.engine, EVERY_COURT) as session:
        return _bearer(session, here.clock.now())


def _note(here: Runtime, bearer: Bearer) -> None:
    """Keep that the token was used; a database that cannot be written just now is no reason to refuse."""
    try:
        with writing(here.engine) as session:
            note_used(session, bearer.token_id, here.clock.now())
    except DBAPIError as fault:
        _log.warning("use of a token not noted", fault=type(fault).__name__)


def _token() -> str:
    """The token that the request names; what cannot be one is refused without asking the database."""
    header = request.headers.get("Authorization")
    if header is None:
        raise Stopped(problems.NO_TOKEN)
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not _TOKEN.fullmatch(token.strip()):
        raise _refused()
    return token.strip()


def _bearer(session: Session, now: datetime) -> Bearer:
    found = find_actor(session, _token(), now)
    if found is None:
        raise _refused()
    return found


def _refused() -> Stopped:
    _log.warning("token refused", route=request.url_rule.rule if request.url_rule else "none")
    return Stopped(problems.BAD_TOKEN)


def _keyed(bearer: Bearer, key: str, asked: Asked[Any]) -> Keyed:
    sent = asked.body.model_dump(mode="json", exclude_unset=True)
    upload = hashlib.sha256(asked.upload).hexdigest()
    return Keyed(bearer.actor.user_id, key, digest_of(request.method, request.path, sent, upload))


def _recall(here: Runtime, keyed: Keyed) -> Remembered | None:
    with reading(here.engine) as session:
        return recall_answer(session, here.vault, keyed)


def _in_transaction(
    here: Runtime, bearer: Bearer, route: Route, asked: Asked[Any], keyed: Keyed | None
) -> Response:
    for _ in range(TRIES - 1):
        try:
            return _once(here, bearer, route, asked, keyed)
        except DBAPIError as fault:
            if getattr(fault.orig, "sqlstate", None) not in _AGAIN:
                raise
    return _once(here, bearer, route, asked, keyed)


def _once(here: Runtime, bearer: Bearer, route: Route, asked: Asked[Any], keyed: Keyed | None) -> Response:
    """One transaction. Who asks is looked up in it again: what was revoked before it began has no effect."""
    opens = writing if route.writes else reading
    with opens(here.engine, bearer.actor.sees) as session:
        now = here.clock.now()
        work = Work(now, here.vault, _bearer(session, now).actor, session)
        known = claim_key(work, keyed) if keyed else None
        if known is not None:
            return _again(known)
        shown = route.handle(work, asked)
        if isinstance(shown, Sound):
            return _sound(shown)
        given = _remembered(route, shown)
        if keyed is not None:
            remember_answer(work, keyed, given)
    return _answer(given)


def _remembered(route: Route, shown: Shown) -> Remembered:
    body = shown.model_dump_json(by_alias=True).encode()
    if route.kind is not Kind.CREATE:
        return Remembered(200, None, body)
    assert isinstance(shown, Resource)
    collection = request.path.removesuffix("/decisions") if route.has_id else f"{request.path}/{shown.id}"
    return Remembered(201, collection, body)


def _answer(given: Remembered) -> Response:
    response = Response(given.body, given.status, mimetype="application/json")
    if given.location is not None:
        response.headers["Location"] = given.location
    version = json.loads(given.body).get("version")
    if version is not None:
        response.set_etag(str(version))
    return response


def _again(known: Remembered) -> Response:
    response = _answer(known)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _sound(sound: Sound) -> Response:
    return Response(sound.wav, content_type="audio/wav", headers={"Cache-Control": "private, no-store"})
