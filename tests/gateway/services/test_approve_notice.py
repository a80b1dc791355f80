"""Approving: by a second person, of the very thing that was seen, where the law allows it on that day."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from threading import Barrier

import pytest

from gateway.models import FAR_FUTURE, Court, Notice
from gateway.services.approve_notice import Seen, approve_notice
from gateway.services.close_case import close_case
from gateway.services.court_switch import disable_court
from gateway.services.end_notice import end_notice
from gateway.services.judge_prompt import withdraw_prompt
from gateway.services.refusals import NotAllowed, NotValid, ServiceRefused, WrongState
from tests.carriers import FakeCarrier
from tests.factories import Gateway, new_case
from tests.gateway.records import change


def _approve(
    gateway: Gateway, notice_id: str, seen: Seen, who: str = "judge", reason: str = "lawful"
) -> Notice:
    with gateway.work(who) as work:
        return approve_notice(work, notice_id, reason, seen)


def test_an_approved_notice_is_bound_to_what_was_heard_and_begins_now(gateway: Gateway) -> None:
    recording = gateway.recording()
    notice = gateway.notice(recording=recording)
    assert notice.approved_recordings == recording.sha256
    assert (notice.starts_at, notice.ends_at) == (gateway.clock.at, FAR_FUTURE)
    assert notice.approved_by == gateway.people["judge"].user_id


def test_without_an_end_or_a_review_of_its_own_a_notice_ends_with_the_term(gateway: Gateway) -> None:
    with gateway.work() as work:
        entered = new_case(work.today(), 7)
        made_on = (work.today() - timedelta(days=80)).replace(day=1)
    served_on = made_on + timedelta(days=2)
    warned_on = made_on - timedelta(days=30)
    decision = replace(
        entered.decision,
        grounds=frozenset({2}),
        term_months=24,
        made_on=made_on,
        served_on=served_on,
        warned_on=warned_on,
        art3=None,
    )
    line = gateway.line()
    notice = gateway.notice(case=gateway.case(decision=decision), line=line, review_on=None)
    last_day = made_on.replace(year=made_on.year + 2)
    assert (notice.ends_on, notice.review_on) == (last_day, None)
    assert notice.ends_at == datetime.combine(last_day, time(16), UTC), "24:00 in Shanghai"
    assert FakeCarrier.of(gateway).voice(gateway.dialled(line)).plays != ()


@pytest.mark.parametrize("off", [-1, 1])
def test_another_version_than_the_one_seen_is_not_approved(sqlite_gateway: Gateway, off: int) -> None:
    recording = sqlite_gateway.recording()
    notice = sqlite_gateway.notice(state="submitted", recording=recording)
    with pytest.raises(WrongState) as refused:
        _approve(sqlite_gateway, notice.id, Seen(notice.version + off, (recording.sha256,)))
    assert refused.value.rule == "changed-since-seen"
    assert refused.value.difference == (("version", str(notice.version + off), str(notice.version)),)


@pytest.mark.parametrize("heard", [(), ("0" * 64,), ("same", "0" * 64), ("same", "same")])
def test_other_recordings_than_those_heard_are_not_approved(
    sqlite_gateway: Gateway, heard: tuple[str, ...]
) -> None:
    recording = sqlite_gateway.recording()
    notice = sqlite_gateway.notice(state="submitted", recording=recording)
    hashes = tuple(recording.sha256 if each == "same" else each for each in heard)
    with pytest.raises(WrongState) as refused:
        _approve(sqlite_gateway, notice.id, Seen(notice.version, hashes))
    assert [each[0] for each in refused.value.difference] == ["recordings"]


def test_a_reason_is_needed(sqlite_gateway: Gateway) -> None:
    recording = sqlite_gateway.recording()
    notice = sqlite_gateway.notice(state="submitted", recording=recording)
    for reason in ("", "  ", "x" * 2001):
        with pytest.raises(NotValid):
            _approve(sqlite_gateway, notice.id, Seen(notice.version, (recording.sha256,)), reason=reason)
    _approve(sqlite_gateway, notice.id, Seen(notice.version, (recording.sha256,)), reason="x" * 2000)


def test_through_a_program_only_where_the_court_lets_programs_approve(sqlite_gateway: Gateway) -> None:
    recording = sqlite_gateway.recording()
    notice = sqlite_gateway.notice(state="submitted", recording=recording)
    seen = Seen(notice.version, (recording.sha256,))
    judge = sqlite_gateway.people["judge"]
    sqlite_gateway.people["program"] = replace(judge, scopes=frozenset({"approve"}))
    change(sqlite_gateway, Court, sqlite_gateway.court_a, api_approval=False)
    with pytest.raises(NotAllowed) as refused:
        _approve(sqlite_gateway, notice.id, seen, "program")
    assert refused.value.rule == "api-approval"
    change(sqlite_gateway, Court, sqlite_gateway.court_a, api_approval=True)
    assert _approve(sqlite_gateway, notice.id, seen, "program").state == "approved"


def test_what_happened_since_the_submission_stands_against_it(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    closed, withdrawn, disabled = (gateway.notice(state="submitted") for _ in range(3))
    with gateway.work() as work:
        close_case(work, closed.case_id, 1, "paid")
        withdraw_prompt(work, withdrawn.recording_id, "wrong words")
    with pytest.raises(WrongState):
        gateway.approve(closed.id)
    with pytest.raises(NotValid) as refused:
        gateway.approve(withdrawn.id)
    assert [each.rule for each in refused.value.refusals] == ["not-approved"]
    with gateway.work("administrator") as work:
        disable_court(work, gateway.court_a, "audit")
    with pytest.raises(NotValid) as refused:
        gateway.approve(disabled.id)
    assert [each.rule for each in refused.value.refusals] == ["court-disabled"]


def test_a_second_notice_of_a_line_waits_until_the_first_has_ended(gateway: Gateway) -> None:
    line = gateway.line()
    first, second = gateway.notice(line=line), gateway.notice(line=line, state="submitted")
    with pytest.raises(WrongState) as refused:
        gateway.approve(second.id)
    assert refused.value.rule == "line-has-notice"
    with gateway.work() as work:
        end_notice(work, first.id, "over")
    assert gateway.approve(second.id).state == "approved"


@pytest.mark.parametrize("same", [True, False], ids=["one notice", "two notices of one line"])
def test_two_judges_at_once_make_one_approval(gateway: Gateway, same: bool) -> None:
    line = gateway.line()
    one = gateway.notice(line=line, state="submitted")
    other = one if same else gateway.notice(line=line, state="submitted")
    start = Barrier(2)

    def approve(who: str, notice: Notice) -> bool:
        start.wait(30)
        try:
            gateway.approve(notice.id, who)
        except ServiceRefused:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        won = list(threads.map(approve, ("judge", "judge2"), (one, other)))
    assert sorted(won) == [False, True]
