"""The served door: many calls in one transaction, each answered in time and for its own sake."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import text

from gateway import create_door
from gateway.call_transaction import Kept
from gateway.deadline import Ticket
from gateway.models import Call
from gateway.runtime import CALL_CONNECTIONS, Runtime
from gateway.web import front
from gateway.web.front import Door
from gateway.web.guard import Knock
from gateway.web.voice import answer_waiting
from gateway.web.waiting import Waiting
from tests.applications import open_app
from tests.factories import Gateway
from tests.gateway.records import change, heard, rows, why_of
from tests.gateway.web.conftest import Scene, scene_of
from tests.gateway.web.served import Recorded, headers_through_door, signed, through_door
from tests.gateway.web.test_answering import locked
from tests.hearing import is_heard

LONGEST_SECONDS = 0.8 + 0.7
"""The promise, and what a busy machine adds to it."""


@pytest.fixture
def door(scene: Scene) -> Iterator[Door]:
    door = create_door(scene.gateway.runtime)
    yield door
    door.close()


def _call(scene: Scene, dialled: str | None = None, **changes: str) -> Recorded:
    return signed("call", scene.carrier.fields(dialled or scene.dialled, None, None, changes))


@dataclass(frozen=True)
class Heard:
    """An answer, as `is_heard` asks it."""

    answer: tuple[int, str, bytes]

    @property
    def plays(self) -> bool:
        return _plays(self.answer)


def _call_id(each: Recorded) -> str:
    return each.body.decode().partition("CallSid=")[2].partition("&")[0]


def _plays(answer: tuple[int, str, bytes]) -> bool:
    return answer[0] == 200 and b"<Play>" in answer[2]


def _is_silent(scene: Scene, answer: tuple[int, str, bytes]) -> bool:
    return answer[0] == 200 and b"<Play>" not in answer[2] and scene.delivered.encode() in answer[2]


def _waiting(runtime: Runtime, each: Recorded) -> Waiting:
    return Waiting(Knock.of("north", "POST", each.path, each.headers, each.body, runtime.deadline.until()))


@pytest.mark.parametrize("target", ["/webhooks/north/keys?é", "/webhooks/north/voice?é", "/nowhere?é", "/é"])
def test_bytes_that_are_no_ascii_are_an_error_of_the_sender(door: Door, target: str) -> None:
    answers = through_door(door, [signed("odd", [("CallSid", "x")], path=target)])
    assert [status for status, _, _ in answers] in ([403], [404])


@pytest.mark.parametrize("desk", ["", "https://desk.court.example"])
def test_an_answer_has_the_headers_that_the_route_gives_it(sqlite_scene: Scene, desk: str) -> None:
    runtime = sqlite_scene.gateway.runtime
    runtime = replace(runtime, settings=replace(runtime.settings, desk_url=desk))
    door, call = create_door(runtime), _call(sqlite_scene)
    by_door = headers_through_door(door, call)
    door.close()
    by_route = open_app(runtime).test_client().post(call.path, data=call.body, headers=call.headers).headers
    named = {name.lower(): value for name, value in by_route.items()}
    del named["content-length"]
    assert by_door == named
    assert ("strict-transport-security" in by_door) is bool(desk)


def test_many_calls_at_once_all_play_and_are_all_recorded(scene: Scene, door: Door) -> None:
    calls = [_call(scene) for _ in range(100)]
    assert all(map(_plays, through_door(door, calls)))
    assert (rows(scene.gateway, Call), heard(scene.gateway)) == (100, 100)


def test_everything_else_goes_to_the_application_behind(scene: Scene, door: Door) -> None:
    health = Recorded("health", "/healthz", {}, b"")
    assert through_door(door, [health], "GET")[0][0] == 200
    got = Recorded("a call that was not posted", "/webhooks/north/voice", {}, b"")
    assert through_door(door, [got], "GET")[0][0] == 405
    status = signed("status", scene.carrier.fields(scene.dialled, None, None, {"CallStatus": "completed"}),
                    path="/webhooks/north/status")  # fmt: skip
    assert through_door(door, [status])[0][0] == 204


def test_calls_that_the_database_holds_back_are_connected_in_time_and_never_recorded(
    gateway_as_served: Gateway,
) -> None:
    scene = scene_of(gateway_as_served)
    door = create_door(gateway_as_served.runtime)
    with locked(gateway_as_served.url):
        began = time.monotonic()
        answers = through_door(door, [_call(scene) for _ in range(20)])
        took = time.monotonic() - began
    door.close()
    assert all(_is_silent(scene, answer) for answer in answers)
    assert took < LONGEST_SECONDS
    assert (rows(scene.gateway, Call), heard(scene.gateway)) == (0, 0)


def test_calls_for_which_no_connection_is_free_are_connected_in_time(gateway_as_served: Gateway) -> None:
    scene, runtime = scene_of(gateway_as_served), gateway_as_served.runtime
    door = create_door(runtime)
    with ExitStack() as held:
        for _ in range(CALL_CONNECTIONS):
            held.enter_context(runtime.calls.connect())
        began = time.monotonic()
        answers = through_door(door, [_call(scene) for _ in range(20)])
        took = time.monotonic() - began
    assert all(_is_silent(scene, answer) for answer in answers)
    assert took < LONGEST_SECONDS
    assert is_heard(lambda: Heard(through_door(door, [_call(scene)])[0]))
    door.close()


def test_a_call_answered_by_the_door_is_left_out_of_its_batch(scene: Scene) -> None:
    runtime = scene.gateway.runtime
    calls = [_call(scene) for _ in range(3)]
    waiting = [_waiting(runtime, each) for each in calls]
    assert waiting[1].ticket.settle(), "its time was out"
    with Kept(runtime.calls) as kept:
        replies = answer_waiting(runtime, kept, waiting)
        assert [reply is not None for reply in replies] == [True, False, True]
        assert (rows(scene.gateway, Call), heard(scene.gateway)) == (2, 2)
        again = answer_waiting(runtime, kept, [replace(waiting[1], ticket=Ticket())])[0]
    assert again is not None
    assert b"<Play>" in again.body, "nobody had counted him"


@pytest.mark.postgres
def test_calls_that_met_a_lost_connection_are_decided_on_another(postgres_gateway: Gateway) -> None:
    """As after a restart of the server: the kept connection is lost, and so is the next one of the pool."""
    scene = scene_of(postgres_gateway)
    postgres_gateway.refresh_map()
    runtime = postgres_gateway.runtime
    _lose(runtime, 2)
    with Kept(runtime.calls) as kept:
        replies = answer_waiting(runtime, kept, [_waiting(runtime, _call(scene)) for _ in range(3)])
    assert [reply is not None and b"<Play>" in reply.body for reply in replies] == [True] * 3


def _lose(runtime: Runtime, count: int) -> None:
    """End so many connections of the pool, of which it knows nothing."""
    own = text("SELECT pg_backend_pid()")
    with runtime.calls.connect() as ending:
        with ExitStack() as ended:
            lost = [ended.enter_context(runtime.calls.connect()) for _ in range(count)]
            pids = [each.execute(own).scalar_one() for each in lost]
        for pid in pids:
            assert ending.execute(text(f"SELECT pg_terminate_backend({pid}, 5000)")).scalar_one()
        ending.invalidate()


def test_what_the_door_has_given_up_is_not_recorded_whoever_settled_it(scene: Scene) -> None:
    waiting = _waiting(scene.gateway.runtime, _call(scene))
    past = waiting.knock._replace(until=time.monotonic() - 1)
    late = [Waiting(past), Waiting(past, ours=True)]
    with Kept(scene.gateway.runtime.calls) as kept:
        assert answer_waiting(scene.gateway.runtime, kept, late) == [None, None]
    assert rows(scene.gateway, Call) == 0


def test_the_fault_of_one_call_is_its_own(scene: Scene, door: Door) -> None:
    broken = scene.gateway.notice()
    change(scene.gateway, type(broken), broken.id, hours_from="99:99", hours_to="10:00")
    with scene.gateway.read() as session:
        line = session.get_one(type(scene.line), broken.line_id)
        dialled, delivered = scene.gateway.dialled(line), scene.gateway.delivered(line)
    calls = [_call(scene), _call(scene, dialled), _call(scene)]
    answers = through_door(door, calls)
    assert [_plays(answer) for answer in answers] == [True, False, True]
    assert delivered.encode() in answers[1][2]
    assert rows(scene.gateway, Call) == 2


def test_one_call_that_comes_twice_at_once_is_one_call(scene: Scene, door: Door) -> None:
    call = _call(scene)
    assert len({answer[2] for answer in through_door(door, [call] * 5)}) == 1
    assert (rows(scene.gateway, Call), heard(scene.gateway)) == (1, 1)


def test_one_caller_twice_at_once_hears_it_once(scene: Scene, door: Door) -> None:
    caller = "+8617100009999"
    calls = [_call(scene, From=caller, Caller=caller) for _ in range(4)]
    answers = through_door(door, calls)
    assert sum(map(_plays, answers)) == 1
    assert sorted(why_of(scene.gateway, _call_id(call)) for call in calls)[:1] == [("played", "playing")]
    assert heard(scene.gateway) == 1


def test_where_too_many_wait_a_call_is_connected_at_once(
    scene: Scene, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "MOST_WAITING", 0)
    assert _is_silent(scene, through_door(door, [_call(scene)])[0])
    assert rows(scene.gateway, Call) == 0
