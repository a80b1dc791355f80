"""What happens to a call: it is connected, and a notice plays only when nothing speaks against it."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.facts import CallerIdPolicy, CallFacts, CallStatus, Circumstances, Line, Notice
from ivr.plan import (
    CallPlan,
    Connect,
    Hangup,
    Play,
    Why,
    after_leg,
    connect_blindly,
    connect_silently,
    hang_up,
    plan_call,
)
from tests.ivr.examples import CALLER, GATEWAY, HIDDEN, NOTICE, PUBLIC, SECOND_SOUND, SOUND, a_call, a_line

PASS = CallerIdPolicy.pass_through
ATTESTED = CallerIdPolicy.pass_if_attested
OURS = CallerIdPolicy.gateway_number
STRANGER = "+8617100000077"
NIGHT = (time(22), time(6))
DAY = (time(8), time(20))
QUIET = Circumstances()


def test_a_notice_plays_and_then_the_call_is_connected() -> None:
    assert plan_call(a_call(), a_line(), NOTICE, QUIET) == CallPlan(
        (
            Play((SOUND,), skip_key=True),
            Connect("+8617100000003", caller_id=None, ring_seconds=30, time_limit_seconds=14400),
        ),
        Why.playing,
    )


def test_all_languages_of_a_notice_play_in_order() -> None:
    plan = plan_call(a_call(), a_line(), Notice("n", (SOUND, SECOND_SOUND), skip_key=False), QUIET)
    assert plan.steps[0] == Play((SOUND, SECOND_SOUND), skip_key=False)
    assert plan.plays
    assert plan.recordings == (SOUND, SECOND_SOUND)
    assert plan.connects_to == HIDDEN


@pytest.mark.parametrize(
    ("call", "notice", "circumstances", "because", "why", "alerts"),
    [
        pytest.param(a_call(), None, QUIET, None, Why.no_notice, (), id="no notice"),
        pytest.param(a_call(), Notice("n", ()), QUIET, None, Why.no_notice, (), id="a notice without sound"),
        pytest.param(a_call(), None, QUIET, Why.closed, Why.closed, (), id="case closed"),
        pytest.param(
            a_call(), NOTICE, QUIET, Why.suspended, Why.suspended, (), id="suspended, notice in hand"
        ),
        pytest.param(a_call(caller=None), NOTICE, QUIET, None, Why.withheld, (), id="number withheld"),
        pytest.param(
            a_call(caller=PUBLIC), NOTICE, QUIET, None, Why.self_call, (), id="the line calls itself"
        ),
        pytest.param(
            a_call(caller=HIDDEN), NOTICE, QUIET, None, Why.self_call, (), id="its hidden number calls"
        ),
        pytest.param(a_call(caller=GATEWAY), NOTICE, QUIET, None, Why.self_call, (), id="our number calls"),
        pytest.param(a_call(caller="+8612368"), NOTICE, QUIET, None, Why.protected, (), id="a court calls"),
        pytest.param(
            a_call(), NOTICE, Circumstances(protected=True), None, Why.protected, (), id="a listed caller"
        ),
        pytest.param(a_call(), NOTICE, Circumstances(capped=True), None, Why.capped, (), id="heard before"),
        pytest.param(
            a_call(),
            NOTICE,
            Circumstances(hours=DAY, local_time=time(20)),
            None,
            Why.hours,
            (),
            id="after hours",
        ),
        pytest.param(
            a_call(), NOTICE, Circumstances(hours=DAY), None, Why.hours, (), id="hours, but no time of day"
        ),
        pytest.param(a_call(), NOTICE, Circumstances(shadow=True), None, Why.shadow, (), id="on trial"),
        pytest.param(
            a_call(),
            NOTICE,
            Circumstances(same_pair_again=True),
            None,
            Why.loop,
            ("same_pair_again",),
            id="the same pair within three seconds",
        ),
        pytest.param(
            a_call(),
            NOTICE,
            Circumstances(over_parallel_cap=True),
            None,
            Why.parallel,
            ("over_parallel_cap",),
            id="too many at once",
        ),
        pytest.param(
            a_call(diverted_from=(STRANGER,)),
            NOTICE,
            QUIET,
            None,
            Why.diversion_mismatch,
            ("diversion_mismatch",),
            id="diverted by a stranger",
        ),
        pytest.param(
            a_call(diverted_from=(STRANGER,)),
            None,
            Circumstances(same_pair_again=True),
            Why.ended,
            Why.diversion_mismatch,
            ("diversion_mismatch", "same_pair_again"),
            id="alerts are raised without a notice too, and all of them",
        ),
        pytest.param(
            a_call(), None, Circumstances(capped=True), Why.ended, Why.ended, (), id="ended outweighs capped"
        ),
        pytest.param(
            a_call(caller=None),
            NOTICE,
            Circumstances(protected=True),
            None,
            Why.protected,
            (),
            id="protected first",
        ),
        pytest.param(
            a_call(),
            NOTICE,
            Circumstances(capped=True, shadow=True),
            None,
            Why.capped,
            (),
            id="trial comes last",
        ),
    ],
)
def test_silence_and_its_reason(
    call: CallFacts,
    notice: Notice | None,
    circumstances: Circumstances,
    because: Why | None,
    why: Why,
    alerts: tuple[str, ...],
) -> None:
    plan = plan_call(call, a_line(), notice, circumstances, because)
    assert (plan.why, plan.alerts) == (why, alerts)
    assert not plan.plays
    assert plan.connects_to == HIDDEN


@pytest.mark.parametrize("call", [a_call(returned=True), a_call(diverted_from=(HIDDEN,))])
def test_a_certain_loop_is_hung_up(call: CallFacts) -> None:
    assert plan_call(call, a_line(), NOTICE, QUIET) == CallPlan((Hangup(),), Why.loop, ("loop",))


@pytest.mark.parametrize(
    ("hours", "local", "plays"),
    [
        (DAY, time(7, 59, 59, 999999), False),
        (DAY, time(8), True),
        (DAY, time(19, 59, 59, 999999), True),
        (DAY, time(20), False),
        (NIGHT, time(21, 59, 59, 999999), False),
        (NIGHT, time(22), True),
        (NIGHT, time(23, 59, 59, 999999), True),
        (NIGHT, time(0), True),
        (NIGHT, time(5, 59, 59, 999999), True),
        (NIGHT, time(6), False),
        ((time(9), time(9)), time(9), False),
        ((time(0), time.max), time(0), True),
        (None, None, True),
    ],
)
def test_a_window_includes_its_start_and_leaves_out_its_end(
    hours: tuple[time, time] | None, local: time | None, plays: bool
) -> None:
    plan = plan_call(a_call(), a_line(), NOTICE, Circumstances(hours=hours, local_time=local))
    assert plan.plays is plays


@pytest.mark.parametrize(
    ("policy", "call", "shown"),
    [
        (PASS, a_call(), None),
        (PASS, a_call(attested=True), None),
        (PASS, a_call(caller=None), GATEWAY),
        (ATTESTED, a_call(), GATEWAY),
        (ATTESTED, a_call(attested=True), None),
        (ATTESTED, a_call(attested=True, caller=None), GATEWAY),
        (OURS, a_call(), GATEWAY),
        (OURS, a_call(attested=True), GATEWAY),
    ],
)
def test_the_caller_id_follows_the_lines_policy(
    policy: CallerIdPolicy, call: CallFacts, shown: str | None
) -> None:
    line = a_line(caller_id_policy=policy, ring_seconds=25, time_limit_seconds=3600)
    expected = Connect(HIDDEN, shown, 25, 3600)
    assert plan_call(call, line, None, QUIET).steps == (expected,)
    assert connect_silently(line, Why.duplicate, call).steps == (expected,)


def test_a_silent_plan_can_be_made_from_the_line_alone() -> None:
    plan = connect_silently(a_line(), Why.key_pressed)
    assert plan == CallPlan((Connect(HIDDEN, None, 30, 14400),), Why.key_pressed)


def test_a_blind_plan_asks_nothing_of_us_when_the_leg_ends() -> None:
    assert connect_blindly("sip:a@trunk.example", Why.unknown_line).steps == (
        Connect("sip:a@trunk.example", None, 30, 14400, attempt=1, reported=False),
    )
    assert connect_blindly(HIDDEN, Why.fallback, OURS, GATEWAY, ("fallback",)) == CallPlan(
        (Connect(HIDDEN, GATEWAY, reported=False),), Why.fallback, ("fallback",)
    )
    assert connect_blindly(HIDDEN, Why.fallback, OURS).steps == (Connect(HIDDEN, None, reported=False),)
    assert connect_blindly(HIDDEN, Why.fallback, PASS, GATEWAY).steps == (
        Connect(HIDDEN, None, reported=False),
    )


def test_a_call_that_ends_goes_nowhere() -> None:
    plan = hang_up(Why.unknown_line, ("unknown_line",))
    assert plan == CallPlan((Hangup(),), Why.unknown_line, ("unknown_line",))
    assert plan.connects_to is None
    assert not plan.plays


AGAIN = CallPlan((Connect(HIDDEN, GATEWAY, 30, 14400, attempt=2),), Why.caller_id_refused)
OVER = CallPlan((Hangup(),), Why.leg_ended)


@pytest.mark.parametrize(
    ("status", "attempt", "policy", "plan"),
    [
        (CallStatus.failed, 1, PASS, AGAIN),
        (CallStatus.failed, 1, ATTESTED, AGAIN),
        (CallStatus.failed, 1, OURS, OVER),
        (CallStatus.failed, 2, PASS, OVER),
        (CallStatus.completed, 1, PASS, OVER),
        (CallStatus.busy, 1, PASS, OVER),
        (CallStatus.no_answer, 1, PASS, OVER),
        (CallStatus.canceled, 1, PASS, OVER),
    ],
)
def test_a_failed_leg_is_tried_once_more_with_our_number(
    status: CallStatus, attempt: int, policy: CallerIdPolicy, plan: CallPlan
) -> None:
    assert after_leg(status, attempt, a_line(caller_id_policy=policy)) == plan


numbers = st.sampled_from([PUBLIC, GATEWAY, HIDDEN, CALLER, STRANGER])
clock_times = st.times()


@given(
    facts=st.builds(
        CallFacts,
        carrier_call_id=st.just("CA1"),
        account=st.just("AC1"),
        dialled=st.just(GATEWAY),
        caller=st.none() | numbers,
        diverted_from=st.lists(numbers, max_size=2).map(tuple),
        returned=st.booleans(),
        attested=st.booleans(),
    ),
    line=st.sampled_from(
        [a_line(), a_line(deliver_to="sip:debtor@pbx.example"), a_line(public_number=GATEWAY)]
    ),
    notice=st.none() | st.just(NOTICE),
    circumstances=st.builds(
        Circumstances,
        protected=st.booleans(),
        capped=st.booleans(),
        local_time=st.none() | clock_times,
        hours=st.none() | st.tuples(clock_times, clock_times),
        same_pair_again=st.booleans(),
        shadow=st.booleans(),
        over_parallel_cap=st.booleans(),
    ),
    because=st.none() | st.sampled_from([Why.closed, Why.suspended, Why.trouble]),
)
def test_every_call_is_connected_or_a_certain_loop_and_only_a_lawful_notice_plays(
    facts: CallFacts, line: Line, notice: Notice | None, circumstances: Circumstances, because: Why | None
) -> None:
    plan = plan_call(facts, line, notice, circumstances, because)
    if plan.connects_to is None:
        assert plan.steps == (Hangup(),)
        assert facts.returned or line.deliver_to in facts.diverted_from
    else:
        assert isinstance(plan.steps[-1], Connect)
        assert plan.connects_to == line.deliver_to
    assert plan.plays is (plan.why is Why.playing)
    if plan.plays:
        assert notice is not None
        assert because is None
        assert facts.caller in (CALLER, STRANGER)
        assert plan.recordings == (SOUND,)
        about = circumstances
        assert not any((about.protected, about.capped, about.shadow, about.same_pair_again))
        assert not about.over_parallel_cap
