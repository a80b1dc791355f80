"""The story that the demonstration tells through its own signed webhooks, each line expected and seen."""

import http.client
import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from gateway.carrier_box import CallHeard, CarrierBox
from gateway.demonstration.seed import PROTECTED
from gateway.services.fallback_tokens import FallbackRoute

FIRST_CALLER, SECOND_CALLER, THIRD_CALLER = "+8617100009001", "+8617100009002", "+8617100009003"
CALLERS = (SECOND_CALLER, *(f"+861710000901{last}" for last in range(9)))
"""Who calls while the notice is in force, one after the other, until somebody hears it."""
HEARD = "connected, heard the notice"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the story."""

    what: str
    expected: str
    seen: str

    @property
    def true(self) -> bool:
        return self.expected == self.seen


@dataclass(frozen=True, slots=True)
class Stage:
    """What the story plays on: the carrier, the court's API, and one submitted notice."""

    base_url: str
    carrier: CarrierBox
    forger: CarrierBox
    judge_token: str
    clerk_token: str
    notice_id: str
    route: FallbackRoute
    fallback_token: str


def tell(stage: Stage) -> Iterator[Line]:
    """The story, in order."""
    dialled = stage.route.gateway_number
    reached = stage.route.deliver_to

    def ring(caller: str) -> str:
        return describe(stage.carrier.place_call(dialled, caller), reached)

    yield Line("a call before approval", "connected, silent", ring(FIRST_CALLER))
    yield Line("the second person approves", "200 in_force", _approve(stage))
    caller, seen = first_who_hears(ring)
    yield Line("the next call", HEARD, seen)
    yield Line("the same caller again", "connected, silent", ring(caller))
    yield Line("a protected caller", "connected, silent", ring(PROTECTED))
    yield Line("a call with a forged signature", "refused 403", _forge(stage, dialled))
    yield Line("the case closes", "200 closed", _close(stage))
    yield Line("the very next call", "connected, silent", ring(THIRD_CALLER))
    yield Line("a call to the line's fallback address", "connected, silent", _fall_back(stage))


def first_who_hears(ring: Callable[[str], str]) -> tuple[str, str]:
    """The first caller who hears the notice, and what became of his call; else the last of ten.

    A machine that is too busy to decide in time rightly connects a call without the notice.
    """
    caller = seen = ""
    for caller in CALLERS:
        seen = ring(caller)
        if seen == HEARD:
            break
    return caller, seen


def describe(heard: CallHeard, reached: str) -> str:
    """What became of a call, in the words of the story."""
    if heard.status != 200:
        return f"refused {heard.status}"
    sound = "heard the notice" if heard.heard else "silent"
    if not heard.connected:
        return f"not connected, {sound}"
    return f"connected, {sound}" if heard.reached == reached else f"connected elsewhere, {sound}"


def _approve(stage: Stage) -> str:
    seen = _api(stage, "GET", f"/notices/{stage.notice_id}", stage.judge_token)[1]
    body = {
        "reason": "演示 demonstration",
        "seen": {"version": seen["version"], "recordings": seen["recordings"]},
    }
    status, notice = _api(stage, "POST", f"/notices/{stage.notice_id}/approve", stage.judge_token, body)
    return f"{status} {notice.get('state')}"


def _close(stage: Stage) -> str:
    case_id = _api(stage, "GET", f"/notices/{stage.notice_id}", stage.clerk_token)[1]["case"]
    body = {"removal_ground": 1, "reason": "演示：已履行 demonstration: performed"}
    status, case = _api(stage, "POST", f"/cases/{case_id}/close", stage.clerk_token, body)
    return f"{status} {case.get('state')}"


def _forge(stage: Stage, dialled: str) -> str:
    return describe(stage.forger.place_call(dialled, THIRD_CALLER), "")


def _fall_back(stage: Stage) -> str:
    heard = stage.carrier.place_call(
        stage.route.gateway_number, THIRD_CALLER, f"fallback/{stage.fallback_token}"
    )
    return describe(heard, stage.route.deliver_to)


def _api(
    stage: Stage, method: str, path: str, token: str, body: object = None
) -> tuple[int, dict[str, object]]:
    where = urlsplit(stage.base_url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    if method == "POST":
        headers["Idempotency-Key"] = secrets.token_hex(16)
    try:
        content = json.dumps(body).encode() if body is not None else None
        connection.request(method, f"/api/v1{path}", content, headers)
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()
