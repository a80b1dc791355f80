"""What a carrier's reports prove of a call, in whatever order they come."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.facts import CallStatus
from ivr.progress import CallProgress, Event, KeysPressed, LegEnded, Outcome, StatusReport, advance

NOTICE_MS = 9000
ENDED = StatusReport(CallStatus.completed, 20, 3)


def after(*events: Event, notice_ms: int = NOTICE_MS) -> CallProgress:
    return reduce(lambda progress, event: advance(progress, event, notice_ms), events, CallProgress())


@pytest.mark.parametrize(
    ("events", "outcome", "heard_ms", "ended"),
    [
        pytest.param((), Outcome.unknown, None, False, id="nothing was reported"),
        pytest.param((LegEnded(CallStatus.completed, 60),), Outcome.connected, 9000, False, id="connected"),
        pytest.param(
            (LegEnded(CallStatus.completed, 60), ENDED), Outcome.connected, 9000, True, id="and ended"
        ),
        pytest.param((LegEnded(CallStatus.busy), ENDED), Outcome.busy, 9000, True, id="busy"),
        pytest.param((LegEnded(CallStatus.no_answer), ENDED), Outcome.no_answer, 9000, True, id="no answer"),
        pytest.param((LegEnded(CallStatus.failed), ENDED), Outcome.failed, 9000, True, id="failed"),
        pytest.param((LegEnded(CallStatus.canceled), ENDED), Outcome.canceled, 9000, True, id="given up"),
        pytest.param(
            (LegEnded(CallStatus.failed), LegEnded(CallStatus.completed, 5)),
            Outcome.connected,
            9000,
            False,
            id="failed, and connected when tried once more",
        ),
        pytest.param(
            (LegEnded(CallStatus.completed, 5), LegEnded(CallStatus.failed)),
            Outcome.connected,
            9000,
            False,
            id="a late report does not weaken the outcome",
        ),
        pytest.param(
            (ENDED,), Outcome.unknown, None, True, id="hung up during the notice: nothing is proved"
        ),
        pytest.param(
            (StatusReport(CallStatus.in_progress),),
            Outcome.unknown,
            None,
            False,
            id="answered by the notice itself",
        ),
        pytest.param(
            (StatusReport(CallStatus.canceled),), Outcome.canceled, None, True, id="given up at once"
        ),
        pytest.param((StatusReport(CallStatus.busy),), Outcome.busy, None, True, id="busy without a notice"),
        pytest.param(
            (KeysPressed("1", 4000), LegEnded(CallStatus.completed)),
            Outcome.connected,
            4000,
            False,
            id="skipped",
        ),
        pytest.param((KeysPressed("1", 8999),), Outcome.unknown, 8999, False, id="a key just before the end"),
        pytest.param((KeysPressed("1", 9000),), Outcome.unknown, 9000, False, id="a key at the end"),
        pytest.param((KeysPressed("1", 9001),), Outcome.unknown, 9000, False, id="a key in the second after"),
        pytest.param((KeysPressed("1", 0),), Outcome.unknown, 0, False, id="a key at once"),
        pytest.param((KeysPressed("1", -5),), Outcome.unknown, 0, False, id="a clock that jumped back"),
        pytest.param(
            (KeysPressed("1"), LegEnded(CallStatus.completed)),
            Outcome.connected,
            None,
            False,
            id="a key, no time",
        ),
        pytest.param(
            (KeysPressed("1", 4000), KeysPressed("1", 6000)),
            Outcome.unknown,
            4000,
            False,
            id="the same key, repeated",
        ),
    ],
)
def test_what_is_proved(
    events: tuple[Event, ...], outcome: Outcome, heard_ms: int | None, ended: bool
) -> None:
    progress = after(*events)
    assert (progress.outcome, progress.heard_ms, progress.ended) == (outcome, heard_ms, ended)


def test_nothing_is_heard_of_a_silent_call() -> None:
    assert after(KeysPressed("1", 10), LegEnded(CallStatus.completed, 9), notice_ms=0).heard_ms is None


def test_the_length_of_the_call_is_the_longest_reported() -> None:
    assert (
        after(ENDED, StatusReport(CallStatus.ringing, 0), StatusReport(CallStatus.completed)).duration_s == 20
    )


any_status = st.sampled_from(CallStatus)
seconds = st.none() | st.integers(0, 100)
any_event: st.SearchStrategy[Event] = st.one_of(
    st.builds(KeysPressed, digits=st.just("1"), after_ms=st.none() | st.integers(-1000, 20000)),
    st.builds(LegEnded, status=any_status, duration_s=seconds),
    st.builds(StatusReport, status=any_status, duration_s=seconds, sequence=st.integers(0, 9)),
)


@given(st.lists(any_event, max_size=7), st.data())
def test_order_and_repetition_change_nothing(events: list[Event], data: st.DataObject) -> None:
    repeated = data.draw(st.lists(st.sampled_from(events), max_size=4)) if events else []
    shuffled = data.draw(st.permutations(events + repeated))
    assert after(*shuffled) == after(*events)


@given(st.lists(any_event, max_size=7), any_event)
def test_no_report_takes_an_outcome_back(events: list[Event], late: Event) -> None:
    weakest_first = ["unknown", "failed", "canceled", "no_answer", "busy", "connected"]
    before, now = after(*events), after(*events, late)
    assert weakest_first.index(now.outcome) >= weakest_first.index(before.outcome)
    assert now.ended >= before.ended
