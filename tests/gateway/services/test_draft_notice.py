"""Drafting: what a notice may be made of; and what a court switched off, or a person, cannot do."""

import pytest

from gateway.models import Court
from gateway.services.court_switch import disable_court, enable_court
from gateway.services.draft_notice import NewNotice, draft_notice
from gateway.services.refusals import NotAllowed, NotFound, NotValid, WrongState
from tests.factories import Gateway
from tests.gateway.records import change


def _rules(gateway: Gateway, **changes: object) -> list[tuple[str, str]]:
    with pytest.raises(NotValid) as refused:
        gateway.notice(state="draft", **changes)  # type: ignore[arg-type]
    return [(each.field, each.rule) for each in refused.value.refusals]


@pytest.mark.parametrize(
    ("hours", "rules"),
    [
        (("09:00", "09:00"), ["hours"]),
        (("9:00", "10:00"), ["hours-clock"]),
        (("09:00", "24:00"), ["hours-clock"]),
        (("09:60", "10:00"), ["hours-clock"]),
        (("", "10:00"), ["hours-clock"]),
        (("０９:00", "10:00"), ["hours-clock"]),
    ],
)
def test_hours_that_no_clock_shows_are_refused(
    sqlite_gateway: Gateway, hours: tuple[str, str], rules: list[str]
) -> None:
    assert _rules(sqlite_gateway, hours=hours) == [("hours", rule) for rule in rules]


@pytest.mark.parametrize("hours", [("00:00", "23:59"), ("22:00", "06:00"), None])
def test_hours_that_a_clock_shows_are_kept(sqlite_gateway: Gateway, hours: tuple[str, str] | None) -> None:
    notice = sqlite_gateway.notice(state="draft", hours=hours)
    assert (notice.hours_from, notice.hours_to) == (hours or (None, None))


@pytest.mark.parametrize(("days", "taken"), [(0, False), (1, True), (30, True), (31, False)])
def test_a_cap_is_of_one_to_thirty_days(sqlite_gateway: Gateway, days: int, taken: bool) -> None:
    if taken:
        assert sqlite_gateway.notice(state="draft", cap_days=days).cap_days == days
    else:
        assert _rules(sqlite_gateway, cap_days=days) == [("cap_days", "cap-days")]


@pytest.mark.parametrize(("seconds", "taken"), [(7, True), (8, False)])
def test_two_recordings_together_are_at_most_fifteen_seconds(
    sqlite_gateway: Gateway, seconds: int, taken: bool
) -> None:
    prompts = tuple(sqlite_gateway.recording(seconds=each).id for each in (8, seconds))
    if taken:
        assert sqlite_gateway.notice(state="draft", prompts=prompts).second_recording_id == prompts[1]
    else:
        assert _rules(sqlite_gateway, prompts=prompts) == [("prompts", "too-long")]


def test_no_recording_the_same_twice_or_three_are_refused(sqlite_gateway: Gateway) -> None:
    one, two, three = (sqlite_gateway.recording(seconds=1).id for _ in range(3))
    for prompts in ((), (one, one), (one, two, three)):
        assert _rules(sqlite_gateway, prompts=prompts) == [("prompts", "prompts")]


def test_what_another_court_has_is_unknown_here(sqlite_gateway: Gateway) -> None:
    theirs = sqlite_gateway.notice(who="b_clerk", state="draft")
    new = NewNotice(theirs.case_id, theirs.line_id, (theirs.recording_id,))
    with pytest.raises(NotValid) as refused, sqlite_gateway.work() as work:
        draft_notice(work, new)
    assert [(each.field, each.rule) for each in refused.value.refusals] == [
        ("case", "unknown"),
        ("line", "unknown"),
        ("prompts", "unknown"),
    ]


# A court's switch.


def test_a_court_is_switched_on_by_somebody_else_than_who_switched_it_off(gateway: Gateway) -> None:
    with gateway.work("operator") as work:
        disable_court(work, gateway.court_a, "audit")
    with pytest.raises(NotAllowed) as refused, gateway.work("operator") as work:
        enable_court(work, gateway.court_a, "audited")
    assert refused.value.rule == "second-person"
    with gateway.work("operator2") as work:
        assert enable_court(work, gateway.court_a, "audited").enabled


def test_a_court_without_a_law_is_not_switched_on(sqlite_gateway: Gateway) -> None:
    change(sqlite_gateway, Court, sqlite_gateway.court_a, enabled=False, legal_basis=None)
    with pytest.raises(WrongState) as refused, sqlite_gateway.work("operator") as work:
        enable_court(work, sqlite_gateway.court_a, "please")
    assert refused.value.rule == "no-legal-basis"


def test_an_administrator_switches_his_own_court_off_and_no_other(sqlite_gateway: Gateway) -> None:
    with pytest.raises(NotFound), sqlite_gateway.work("administrator") as work:
        disable_court(work, sqlite_gateway.court_b, "audit")
    with sqlite_gateway.work("administrator") as work:
        assert not disable_court(work, sqlite_gateway.court_a, "audit").enabled


def test_nobody_of_a_court_switches_one_on(sqlite_gateway: Gateway) -> None:
    with sqlite_gateway.work("administrator") as work:
        disable_court(work, sqlite_gateway.court_a, "audit")
    for who in ("clerk", "judge", "administrator", "auditor"):
        with pytest.raises(NotAllowed), sqlite_gateway.work(who) as work:
            enable_court(work, sqlite_gateway.court_a, "please")
