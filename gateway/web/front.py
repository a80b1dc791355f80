"""The served door: inbound calls are answered here, all that wait at once; the rest goes to Flask behind it.

The event loop only reads requests and sends replies. Calls that wait are taken by a thread, as many as there
are, and answered in one transaction (gateway/web/voice.py). There is no timer: where nobody waits, a call is
taken at once.
"""

import asyncio
import re
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextlib import suppress
from functools import lru_cache
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple
from urllib.parse import quote_from_bytes

import structlog
from prometheus_client import Counter

from gateway.call_transaction import Kept
from gateway.runtime import COMMIT_GRACE_SECONDS, Runtime
from gateway.web import metrics
from gateway.web.guard import MAX_BODY, Knock
from gateway.web.requests import headers_of_every_answer
from gateway.web.voice import answer_late, answer_waiting
from gateway.web.waiting import Reply, Waiting

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_AT_ONCE, MOST_WAITING = 16, 512
"""Calls in one transaction, and calls that may wait for one; who comes beyond them is connected at once. With
more at once all callers would wait together: now some are read and replied to while others are decided."""
LEAST_SECONDS = 0.15
"""With less time left a call is not taken any more, so that too many calls do not make all of them late."""
THREADS = {"sqlite": 1, "postgresql": 2}
"""SQLite has one writer; on PostgreSQL the next transaction is prepared while one is being committed."""
_ASCII = "".join(map(chr, range(33, 127)))
_VOICE = re.compile(r"/webhooks/([a-z0-9-]{1,40})/voice")
_ROUTE = "/webhooks/<slug>/voice"
_SECONDS = metrics.SECONDS.labels(_ROUTE)
_log = structlog.get_logger()


class Door:
    """An ASGI application: calls answered here, everything else by the application behind."""

    def __init__(self, runtime: Runtime, behind: App) -> None:
        self._runtime, self._behind = runtime, behind
        self._queue = Queue(runtime)
        headers = headers_of_every_answer(runtime.settings)
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _raw_path(scope) if scope["type"] == "http" and scope["method"] == "POST" else ""
        call = _VOICE.fullmatch(path)
        if not call:
            await self._behind(_in_ascii(scope), _coroutines(receive), send)
            return
        began = time.perf_counter()
        until = self._runtime.deadline.until()
        body = await _body(receive)
        knock = Knock.of(call[1], "POST", _target(path, scope), _headers(scope), body, until)
        reply = await self._queue.reply(knock)
        length = (b"content-length", str(len(reply.body)).encode())
        kind = (b"content-type", reply.content_type.encode())
        await send(
            {"type": "http.response.start", "status": reply.status, "headers": [kind, length, *self._headers]}
        )
        await send({"type": "http.response.body", "body": reply.body})
        _count(reply.status).inc()
        _SECONDS.observe(time.perf_counter() - began)

    def close(self) -> None:
        self._queue.close()


class _Place(NamedTuple):
    """A call in the queue, and where its reply is awaited."""

    waiting: Waiting
    reply: "asyncio.Future[Reply | None]"

    def give(self, reply: Reply | None) -> None:
        if not self.reply.done():
            self.reply.set_result(reply)

    def time_is_out(self) -> None:
        """Answered without the database, unless the commit is under way: that is waited for a little."""
        if self.waiting.ticket.settle():
            self.give(None)
        else:
            self.reply.get_loop().call_later(COMMIT_GRACE_SECONDS, self.give, None)


class Queue:
    """Calls that wait, and the threads that take them."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._places: SimpleQueue[_Place | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, daemon=True, name=f"calls-{number}")
            for number in range(THREADS[runtime.calls.dialect.name])
        ]
        for thread in self._threads:
            thread.start()

    async def reply(self, knock: Knock) -> Reply:
        """The reply to this call, in time whatever the database does."""
        if self._places.qsize() >= MOST_WAITING:
            return answer_late(self._runtime, knock)
        loop = asyncio.get_running_loop()
        place = _Place(Waiting(knock), loop.create_future())
        timer = loop.call_later(knock.until - time.monotonic(), place.time_is_out)
        self._places.put(place)
        try:
            reply = await place.reply
        finally:
            timer.cancel()
        return reply or answer_late(self._runtime, knock)

    def close(self) -> None:
        """Let the threads end when they have answered what waits."""
        for _ in self._threads:
            self._places.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        with Kept(self._runtime.calls) as kept:
            while (first := self._places.get()) is not None:
                places, ends = self._all_that_wait(first)
                self._answer(kept, places)
                if ends:
                    return

    def _all_that_wait(self, first: _Place) -> tuple[list[_Place], bool]:
        places = [first]
        with suppress(Empty):
            while len(places) < MOST_AT_ONCE:
                place = self._places.get_nowait()
                if place is None:
                    return places, True
                places.append(place)
        return places, False

    def _answer(self, kept: Kept, places: Sequence[_Place]) -> None:
        enough = time.monotonic() + LEAST_SECONDS
        _deliver([place for place in places if place.waiting.knock.until <= enough], None)
        places = [place for place in places if place.waiting.knock.until > enough]
        if not places:
            return
        replies: Sequence[Reply | None]
        try:
            replies = answer_waiting(self._runtime, kept, [place.waiting for place in places])
        except Exception as fault:
            _log.error("calls not answered", fault=type(fault).__name__, count=len(places))
            replies = [None] * len(places)
        _deliver(places, replies)
        longest_ms = self._runtime.deadline.spent_ms(places[0].waiting.knock.until)
        _log.info("answered", route=_ROUTE, count=len(places), duration_ms=longest_ms)


def _deliver(places: Sequence[_Place], replies: Sequence[Reply | None] | None) -> None:
    """Hand the replies to the event loop; without any, the door has to answer by itself."""
    if not places:
        return
    # A loop that is closed has nobody left who waits.
    with suppress(RuntimeError):
        places[0].reply.get_loop().call_soon_threadsafe(_give, places, replies or [None] * len(places))


def _give(places: Sequence[_Place], replies: Sequence[Reply | None]) -> None:
    for place, reply in zip(places, replies, strict=True):
        place.give(reply)


def _coroutines(receive: Receive) -> Receive:
    """granian hands out awaitables that are no coroutines, which the application behind would not take."""

    async def receive_one() -> MutableMapping[str, Any]:
        return await receive()

    return receive_one


def _in_ascii(scope: Scope) -> Scope:
    """The application behind takes a query in ASCII only, though servers let other bytes through."""
    if scope["type"] != "http" or scope["query_string"].isascii():
        return scope
    return {**scope, "query_string": quote_from_bytes(scope["query_string"], _ASCII).encode()}


def _raw_path(scope: Scope) -> str:
    raw = scope.get("raw_path")
    path: str = raw.decode("latin-1") if raw else scope["path"]
    return path


def _target(path: str, scope: Scope) -> str:
    query: str = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _headers(scope: Scope) -> dict[str, str]:
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    headers = dict(pairs)
    if len(headers) == len(pairs):
        return headers
    repeated: dict[str, list[str]] = {}
    for name, value in pairs:
        repeated.setdefault(name, []).append(value)
    return {name: ",".join(values) for name, values in repeated.items()}


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or None where it is longer than MAX_BODY or breaks off."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return body


@lru_cache(maxsize=16)
def _count(status: int) -> Counter:
    return metrics.REQUESTS.labels(_ROUTE, "POST", str(status))
