"""What carriers report of a call: kept once, read off in any order, and answered with what comes next."""

from itertools import permutations

import pytest

from gateway.models import Call, CallEvent
from gateway.services.check_fallback import fallback_token
from gateway.services.fallback_tokens import FallbackRoute, seal_token
from tests.carriers import Answer, sid
from tests.factories import number
from tests.gateway.records import alerts, call_of, rows, why_of
from tests.gateway.web.conftest import Scene


def test_a_key_ends_the_notice_and_connects(scene: Scene) -> None:
    call = sid()
    scene.voice(number(9999), call)
    scene.gateway.clock.forward(milliseconds=700)
    answer = scene.carrier.keys(scene.dialled, call)
    assert (answer.plays, answer.dials) == ((), scene.delivered)
    assert call_of(scene.gateway, call).heard_ms == 700


def test_a_repeated_key_is_answered_alike_and_kept_once(sqlite_scene: Scene) -> None:
    call = sid()
    sqlite_scene.voice(call=call)
    fields = sqlite_scene.carrier.fields(sqlite_scene.dialled, number(9999), call, {"Digits": "5"})
    first = sqlite_scene.carrier.post("keys", fields)
    assert sqlite_scene.carrier.post("keys", fields) == first
    assert rows(sqlite_scene.gateway, CallEvent) == 1


def test_a_leg_that_connected_shows_that_the_whole_notice_was_heard(scene: Scene) -> None:
    call = sid()
    scene.voice(call=call)
    answer = scene.carrier.dialled(scene.dialled, call, "completed")
    assert answer.hangs_up
    record = call_of(scene.gateway, call)
    assert (record.outcome, record.heard_ms) == ("connected", 2000)


@pytest.mark.parametrize(
    ("status", "outcome"), [("busy", "busy"), ("no-answer", "no_answer"), ("canceled", "canceled")]
)
def test_a_busy_line_is_not_dialled_again(sqlite_scene: Scene, status: str, outcome: str) -> None:
    call = sid()
    sqlite_scene.voice(call=call)
    answer = sqlite_scene.carrier.dialled(sqlite_scene.dialled, call, status)
    assert (answer.hangs_up, answer.dials) == (True, None)
    assert call_of(sqlite_scene.gateway, call).outcome == outcome


def test_a_failed_leg_is_made_once_more_with_the_gateways_own_number(scene: Scene) -> None:
    call = sid()
    scene.voice(call=call)
    again = scene.carrier.dialled(scene.dialled, call, "failed")
    assert (again.dials, again.shows) == (scene.delivered, scene.dialled)
    assert again.reports_to == "https://gw.court.example/webhooks/north/dialled/again"
    last = scene.carrier.dialled(scene.dialled, call, "failed", attempt=2)
    assert (last.hangs_up, last.dials) == (True, None)
    assert call_of(scene.gateway, call).outcome == "failed"


def test_status_reports_have_nothing_to_answer(sqlite_scene: Scene) -> None:
    call = sid()
    sqlite_scene.voice(call=call)
    answer = sqlite_scene.carrier.status(sqlite_scene.dialled, call, "completed", CallDuration="9")
    assert (answer.status, answer.body) == (204, "")
    assert call_of(sqlite_scene.gateway, call).ended_at == sqlite_scene.gateway.clock.at


def test_a_report_of_an_unknown_line_ends_without_an_error(sqlite_scene: Scene) -> None:
    assert sqlite_scene.carrier.dialled(number(7777), sid(), "completed").hangs_up
    assert sqlite_scene.carrier.status(number(7777), sid(), "completed").status == 204


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_reports_in_any_order_end_in_the_same_record(sqlite_scene: Scene, order: tuple[int, ...]) -> None:
    call = sid()
    sqlite_scene.voice(call=call)
    assert _final(sqlite_scene, call, order) == ("connected", 2000, True)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_reports_before_the_call_end_in_the_same_outcome(sqlite_scene: Scene, order: tuple[int, ...]) -> None:
    call = sid()
    _report(sqlite_scene, call, order)
    answer = sqlite_scene.voice(call=call)
    assert (answer.plays, answer.dials) == ((), sqlite_scene.delivered)
    assert why_of(sqlite_scene.gateway, call) == ("silent", "loop")
    assert alerts(sqlite_scene.gateway) == ["same_pair_again"]
    record = call_of(sqlite_scene.gateway, call)
    assert (record.outcome, record.heard_ms, record.ended_at is not None) == ("connected", None, True)


def test_a_report_a_day_late_or_twice_changes_nothing_more(scene: Scene) -> None:
    call = sid()
    scene.voice(call=call)
    before = _final(scene, call, (0, 1, 2))
    scene.gateway.clock.forward(days=1)
    assert _final(scene, call, (2, 1, 0)) == before
    assert (rows(scene.gateway, Call), rows(scene.gateway, CallEvent)) == (1, 3)


def _final(scene: Scene, call: str, order: tuple[int, ...]) -> tuple[str, int | None, bool]:
    _report(scene, call, order)
    record = call_of(scene.gateway, call)
    return record.outcome, record.heard_ms, record.ended_at is not None


def _report(scene: Scene, call: str, order: tuple[int, ...]) -> None:
    def ringing() -> Answer:
        return scene.carrier.status(scene.dialled, call, "in-progress", SequenceNumber="1")

    def leg() -> Answer:
        return scene.carrier.dialled(scene.dialled, call, "completed")

    def ended() -> Answer:
        return scene.carrier.status(scene.dialled, call, "completed", SequenceNumber="2")

    for index in order:
        (ringing, leg, ended)[index]()


# The fallback address.


def _token(scene: Scene) -> str:
    with scene.gateway.work() as work:
        return fallback_token(work, scene.line.id)[1]


def _fall_back(scene: Scene, token: str) -> Answer:
    return scene.carrier.post(f"fallback/{token}", scene.carrier.fields(scene.dialled, None, None, {}))


def test_the_fallback_connects_and_plays_nothing(sqlite_scene: Scene) -> None:
    answer = _fall_back(sqlite_scene, _token(sqlite_scene))
    assert (answer.status, answer.plays, answer.dials) == (200, (), sqlite_scene.delivered)
    assert answer.reports_to is None


def test_the_fallback_needs_neither_the_database_nor_the_map_of_lines(sqlite_scene: Scene) -> None:
    token = _token(sqlite_scene)
    sqlite_scene.gateway.runtime.calls.dispose()
    (sqlite_scene.gateway.runtime.settings.data_dir.parent / "gateway.db").unlink()
    sqlite_scene.dialled = number(7777)
    assert _fall_back(sqlite_scene, token).dials == sqlite_scene.delivered


def test_an_altered_or_foreign_token_is_forbidden(sqlite_scene: Scene) -> None:
    token = _token(sqlite_scene)
    flipped = token[:30] + ("A" if token[30] != "A" else "B") + token[31:]
    sealed_for_another_use = sqlite_scene.gateway.runtime.vault.seal("[1,2,3]", "secret").hex()
    for bad in (flipped, token[:-4], token + "AAAA", "x", "-", sealed_for_another_use):
        assert _fall_back(sqlite_scene, bad).status == 403


def test_a_token_of_another_connection_is_forbidden(sqlite_scene: Scene) -> None:
    route = FallbackRoute(sqlite_scene.dialled, number(6666))
    south = seal_token(sqlite_scene.gateway.runtime.vault, "south", route)
    assert _fall_back(sqlite_scene, south).status == 403
