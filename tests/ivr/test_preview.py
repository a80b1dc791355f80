"""The preview says what the plan says: each kind of caller, what he hears and for how long."""

from datetime import time

import pytest

from ivr.facts import CallerIdPolicy, Line, Notice, Recording
from ivr.plan import Why
from ivr.preview import Caller, Sound, Stretch, previews

LINE = Line(
    "line", "+8617100000001", "+8617100000001", "+8617100000002", CallerIdPolicy.pass_through, 25, 3600
)
ONE, TWO = Recording("1" * 64, 9_000), Recording("2" * 64, 4_000)


def test_a_first_caller_hears_each_recording_and_is_then_connected() -> None:
    first = previews(LINE, Notice("notice", (ONE, TWO)), None)[0]
    assert (first.caller, first.why, first.notice_ms) == (Caller.FIRST, Why.playing, 13_000)
    assert first.stretches == (
        Stretch(Sound.NOTICE, 0, 9_000, ONE, skips=True),
        Stretch(Sound.NOTICE, 9_000, 4_000, TWO, skips=True),
        Stretch(Sound.RINGING, 13_000, 25_000),
        Stretch(Sound.TALK, 13_000, 3_600_000),
    )


def test_where_no_key_skips_the_preview_says_so() -> None:
    first = previews(LINE, Notice("notice", (ONE,), skip_key=False), None)[0]
    assert [each.skips for each in first.stretches] == [False, False, False]


@pytest.mark.parametrize("hours", [None, (time(9), time(20)), (time(22), time(6))])
def test_everybody_else_is_connected_at_once(hours: tuple[time, time] | None) -> None:
    told = {each.caller: each for each in previews(LINE, Notice("notice", (ONE,)), hours)}
    first = told.pop(Caller.FIRST)
    assert first.why is Why.playing
    assert {caller: each.why for caller, each in told.items()} == {
        Caller.AGAIN: Why.capped,
        Caller.PROTECTED: Why.protected,
        Caller.WITHHELD: Why.withheld,
        **({Caller.OUTSIDE_HOURS: Why.hours} if hours else {}),
        Caller.SUSPENDED: Why.suspended,
    }
    for each in told.values():
        assert each.notice_ms == 0
        assert [stretch.sound for stretch in each.stretches] == [Sound.RINGING, Sound.TALK]
        assert each.stretches[0].begins_ms == 0


def test_a_caller_who_is_not_counted_hears_nothing_of_an_empty_notice() -> None:
    assert {each.why for each in previews(LINE, Notice("notice", ()), None)} == {
        Why.no_notice,
        Why.suspended,
    }
