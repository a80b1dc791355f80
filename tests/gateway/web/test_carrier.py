"""Webhooks in, call plans out: what a caller of an enrolled line hears, and where he is connected."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest

from gateway.models import Call, Connection, Notice, PhoneLine, ProtectedCaller
from gateway.services.close_case import close_case
from gateway.services.end_notice import end_notice
from gateway.services.suspend_notice import suspend_notice
from tests.carriers import FakeCarrier, sid
from tests.factories import Gateway, number
from tests.gateway.records import alerts, change, heard, rows, why_of
from tests.gateway.web.conftest import Scene, scene_of


def test_a_caller_hears_the_notice_and_is_connected_with_his_own_number(scene: Scene) -> None:
    call = sid()
    answer = scene.voice(call=call)
    assert answer.status == 200
    assert len(answer.plays) == 1
    assert answer.dials == scene.delivered
    assert answer.shows is None
    assert why_of(scene.gateway, call) == ("played", "playing")


def test_what_is_heard_is_byte_for_byte_what_was_approved(sqlite_gateway: Gateway) -> None:
    recording = sqlite_gateway.recording()
    scene = scene_of(sqlite_gateway, recording=recording)
    call = sid()
    followed = scene.carrier.follow(scene.voice(call=call), scene.dialled, call)
    assert followed.heard == (sqlite_gateway.runtime.recordings.read(recording.sha256),)
    assert followed.reached == scene.delivered


def test_a_plan_is_never_kept_by_a_cache_and_tells_its_length(sqlite_scene: Scene) -> None:
    answer = sqlite_scene.voice()
    assert answer.headers["Cache-Control"] == "no-store"
    assert int(answer.headers["Content-Length"]) == len(answer.body.encode())


def test_a_line_without_a_notice_is_connected_silently(sqlite_gateway: Gateway) -> None:
    line, call = sqlite_gateway.line(), sid()
    answer = FakeCarrier.of(sqlite_gateway).voice(sqlite_gateway.dialled(line), call=call)
    assert (answer.plays, answer.dials) == ((), sqlite_gateway.delivered(line))
    assert why_of(sqlite_gateway, call) == ("silent", "no_notice")


def test_the_call_after_a_close_is_silent_and_says_why(scene: Scene) -> None:
    with scene.gateway.work() as work:
        close_case(work, scene.notice.case_id, 1, "paid")
    call = sid()
    answer = scene.voice(call=call)
    assert (answer.plays, answer.dials) == ((), scene.delivered)
    assert why_of(scene.gateway, call) == ("silent", "closed")


# Who hears it how often.


def test_a_caller_hears_it_once_a_day_of_the_court(scene: Scene) -> None:
    caller, second = number(9999), sid()
    assert scene.voice(caller).plays
    scene.gateway.clock.forward(seconds=4)
    assert not scene.voice(caller, second).plays
    assert why_of(scene.gateway, second) == ("silent", "capped")
    assert scene.voice().plays


def test_the_next_day_begins_at_the_courts_midnight(sqlite_scene: Scene) -> None:
    clock, zone = sqlite_scene.gateway.clock, ZoneInfo("Asia/Shanghai")
    midnight = (clock.at.astimezone(zone) + timedelta(days=1)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    assert sqlite_scene.voice(number(9999)).plays
    clock.at = midnight - timedelta(microseconds=1)
    assert not sqlite_scene.voice(number(9999)).plays
    clock.at = midnight
    # The two calls are a microsecond apart, which would be the same pair again: another caller of yesterday.
    clock.at = midnight + timedelta(seconds=3)
    assert sqlite_scene.voice(number(9999)).plays


def test_a_cap_of_three_days_counts_blocks_from_the_start(sqlite_gateway: Gateway) -> None:
    scene, day = scene_of(sqlite_gateway, cap_days=3), timedelta(days=1)
    first = sqlite_gateway.clock.at
    played = []
    for days in range(4):
        sqlite_gateway.clock.at = first + days * day
        played.append(bool(scene.voice(number(9999)).plays))
    assert played == [True, False, False, True]


def test_the_same_pair_within_three_seconds_is_silent_with_an_alert(scene: Scene) -> None:
    scene.carrier.voice(scene.dialled, "anonymous")
    change(scene.gateway, Notice, scene.notice.id, hours_from="00:00", hours_to="00:00")
    first, second, third = sid(), sid(), sid()
    scene.voice(number(9999), first)
    scene.gateway.clock.forward(seconds=3, microseconds=-1)
    answer = scene.voice(number(9999), second)
    assert (answer.plays, answer.dials) == ((), scene.delivered)
    assert why_of(scene.gateway, second) == ("silent", "loop")
    assert alerts(scene.gateway) == ["same_pair_again"]
    scene.gateway.clock.forward(seconds=3)
    scene.voice(number(9999), third)
    assert why_of(scene.gateway, third) == ("silent", "hours")


def test_who_calls_again_within_three_seconds_of_hearing_it_is_recorded_as_capped(scene: Scene) -> None:
    second = sid()
    assert scene.voice(number(9999)).plays
    scene.gateway.clock.forward(seconds=1)
    assert not scene.voice(number(9999), second).plays
    assert why_of(scene.gateway, second) == ("silent", "capped")
    assert alerts(scene.gateway) == ["same_pair_again"]
    assert heard(scene.gateway) == 1


def test_many_different_callers_are_no_loop(sqlite_scene: Scene) -> None:
    assert [bool(sqlite_scene.voice().plays) for _ in range(5)] == [True] * 5
    assert alerts(sqlite_scene.gateway) == []


@pytest.mark.parametrize("withheld", ["anonymous", "+266696687", ""])
def test_a_withheld_number_cannot_be_counted_and_hears_nothing(sqlite_scene: Scene, withheld: str) -> None:
    call = sid()
    answer = sqlite_scene.voice(withheld, call)
    assert (answer.plays, answer.dials) == ((), sqlite_scene.delivered)
    assert answer.shows == sqlite_scene.dialled
    assert why_of(sqlite_scene.gateway, call) == ("silent", "withheld")


@pytest.mark.parametrize("caller", ["110", "+8612368", "120"])
def test_police_courts_and_ambulances_hear_nothing(sqlite_scene: Scene, caller: str) -> None:
    call = sid()
    assert not sqlite_scene.voice(caller, call).plays


@pytest.mark.parametrize(
    ("of_court", "of_line", "plays"),
    [(None, None, False), ("a", None, False), ("b", None, True), ("a", "this", False), ("a", "other", True)],
)
def test_a_protected_caller_hears_nothing_where_his_entry_reaches(
    gateway: Gateway, of_court: str | None, of_line: str | None, plays: bool
) -> None:
    scene, other = scene_of(gateway), gateway.line()
    vault, caller = gateway.runtime.vault, number(9999)
    courts = {"a": gateway.court_a, "b": gateway.court_b, None: None}
    lines = {"this": scene.line.id, "other": other.id, None: None}
    with gateway.work("operator") as work:
        work.session.add(
            ProtectedCaller(
                id=work.new_id(),
                court_id=courts[of_court],
                line_id=lines[of_line],
                number_hash=vault.look_up_hash(caller),
                number_sealed=vault.seal(caller, "number"),
                label="hospital",
                created_at=work.now,
            )
        )
    assert bool(scene.voice(caller).plays) is plays


def test_the_line_itself_hears_nothing(sqlite_scene: Scene) -> None:
    for own in (sqlite_scene.dialled, sqlite_scene.delivered):
        call = sid()
        assert not sqlite_scene.voice(own, call).plays
        assert why_of(sqlite_scene.gateway, call) == ("silent", "self_call")


@pytest.mark.parametrize(("minutes", "plays"), [(-1, False), (0, True), (59, True), (60, False)])
def test_outside_the_hours_it_is_silent(sqlite_gateway: Gateway, minutes: int, plays: bool) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    start = (sqlite_gateway.clock.at.astimezone(zone) + timedelta(days=1)).replace(hour=9, minute=0, second=0)
    scene = scene_of(sqlite_gateway, hours=("09:00", "10:00"))
    sqlite_gateway.clock.at = start + timedelta(minutes=minutes)
    assert bool(scene.voice().plays) is plays


# Loops and diversions.


def test_a_diversion_by_the_public_number_is_how_diverted_lines_reach_us(sqlite_gateway: Gateway) -> None:
    line = sqlite_gateway.line(public_number=number(3001), gateway_number=number(3002))
    scene = scene_of(sqlite_gateway)
    sqlite_gateway.notice(line=line)
    answer = scene.carrier.voice(number(3002), ForwardedFrom=number(3001))
    assert answer.plays
    assert answer.dials == sqlite_gateway.delivered(line)


def test_a_foreign_diversion_is_connected_silently_with_an_alert(scene: Scene) -> None:
    call = sid()
    answer = scene.voice(call=call, ForwardedFrom=number(8888))
    assert (answer.plays, answer.dials) == ((), scene.delivered)
    assert why_of(scene.gateway, call) == ("silent", "diversion_mismatch")
    assert alerts(scene.gateway) == ["diversion_mismatch"]


def test_a_diversion_by_the_delivery_address_is_a_loop_and_ends(scene: Scene) -> None:
    call = sid()
    answer = scene.voice(call=call, ForwardedFrom=scene.delivered)
    assert answer.hangs_up
    assert answer.dials is None
    assert why_of(scene.gateway, call) == ("silent", "loop")
    assert alerts(scene.gateway) == ["loop"]


def test_our_own_sip_header_coming_back_ends_the_call(sqlite_scene: Scene) -> None:
    assert sqlite_scene.voice(**{"SipHeader_X-Court-Gateway": "1"}).hangs_up


# Numbers that nobody enrolled.


def test_an_unknown_number_without_a_default_route_ends_with_an_alert(gateway: Gateway) -> None:
    call = sid()
    answer = FakeCarrier.of(gateway).voice(number(7777), call=call)
    assert answer.hangs_up
    assert why_of(gateway, call) == ("silent", "unknown_line")
    assert alerts(gateway) == ["unknown_line"]


def test_an_unknown_number_goes_by_the_default_route(gateway: Gateway) -> None:
    _default_route(gateway, "sip:{dialled}@trunk.example")
    answer = FakeCarrier.of(gateway).voice(number(7777))
    assert answer.dials == f"sip:{number(7777)}@trunk.example?X-Court-Gateway=1"
    assert not answer.plays


def test_an_unknown_number_that_came_back_to_us_is_not_sent_round_again(sqlite_gateway: Gateway) -> None:
    _default_route(sqlite_gateway, "sip:{dialled}@trunk.example")
    call = sid()
    answer = FakeCarrier.of(sqlite_gateway).voice(
        number(7777), call=call, **{"SipHeader_X-Court-Gateway": "1"}
    )
    assert answer.hangs_up
    assert why_of(sqlite_gateway, call) == ("silent", "loop")


def test_a_repeated_call_to_an_unknown_number_is_counted_once(sqlite_gateway: Gateway) -> None:
    carrier, call = FakeCarrier.of(sqlite_gateway), sid()
    fields = carrier.fields(number(7777), None, call, {})
    assert carrier.post("voice", fields) == carrier.post("voice", fields)
    assert rows(sqlite_gateway, Call) == 1
    with sqlite_gateway.read() as session:
        from_alert = session.connection().exec_driver_sql("SELECT times FROM alert").scalar_one()
    assert from_alert == 1


def test_a_released_line_is_unknown(sqlite_scene: Scene) -> None:
    gateway = sqlite_scene.gateway
    with gateway.work() as work:
        end_notice(work, sqlite_scene.notice.id, "over")
    change(gateway, PhoneLine, sqlite_scene.line.id, state="released", released_at=gateway.clock.at)
    assert sqlite_scene.voice().hangs_up


def _default_route(gateway: Gateway, route: str) -> None:
    with gateway.read() as session:
        connection_id = session.query(Connection.id).scalar()
    change(gateway, Connection, str(connection_id), default_route=route)


# Duplicates.


def test_a_repeated_request_gets_the_same_answer_and_has_one_effect(scene: Scene) -> None:
    fields = scene.carrier.fields(scene.dialled, number(9999), sid(), {})
    first = scene.carrier.post("voice", fields)
    scene.gateway.clock.forward(seconds=20)
    second = scene.carrier.post("voice", fields)
    assert first.plays
    assert second == first
    assert (rows(scene.gateway, Call), heard(scene.gateway)) == (1, 1)
    assert alerts(scene.gateway) == []


def test_a_repeated_request_is_silent_once_the_case_is_closed(scene: Scene) -> None:
    call = sid()
    fields = scene.carrier.fields(scene.dialled, number(9999), call, {})
    assert scene.carrier.post("voice", fields).plays
    with scene.gateway.work() as work:
        close_case(work, scene.notice.case_id, 1, "paid")
    again = scene.carrier.post("voice", fields)
    assert (again.plays, again.dials) == ((), scene.delivered)
    assert why_of(scene.gateway, call) == ("played", "playing")


def test_a_repeated_request_never_plays_the_notice_that_came_after(scene: Scene) -> None:
    fields = scene.carrier.fields(scene.dialled, number(9999), sid(), {})
    assert scene.carrier.post("voice", fields).plays
    with scene.gateway.work() as work:
        end_notice(work, scene.notice.id, "over")
    scene.gateway.notice(line=scene.line)
    again = scene.carrier.post("voice", fields)
    assert (again.plays, again.dials) == ((), scene.delivered)


def test_a_repeated_request_that_was_silent_stays_silent(sqlite_gateway: Gateway) -> None:
    scene = scene_of(sqlite_gateway)
    with sqlite_gateway.work() as work:
        suspend_notice(work, scene.notice.id, "doubt")
    fields = scene.carrier.fields(scene.dialled, number(9999), sid(), {})
    assert not scene.carrier.post("voice", fields).plays
    change(
        sqlite_gateway,
        Notice,
        scene.notice.id,
        state="approved",
        suspended_by=None,
        suspended_because=None,
    )
    assert not scene.carrier.post("voice", fields).plays
    assert scene.voice().plays


def test_ten_requests_of_one_call_at_once_are_heard_once_and_answered_alike(scene: Scene) -> None:
    fields = scene.carrier.fields(scene.dialled, number(9999), sid(), {})
    start = Barrier(10)

    carriers = [FakeCarrier.of(scene.gateway) for _ in range(10)]

    def post(index: int) -> str:
        carrier = carriers[index]
        start.wait(30)
        return carrier.post("voice", fields).body

    with ThreadPoolExecutor(10) as threads:
        bodies = set(threads.map(post, range(10)))
    assert len(bodies) == 1
    assert "<Play>" in bodies.pop()
    assert (rows(scene.gateway, Call), heard(scene.gateway)) == (1, 1)
