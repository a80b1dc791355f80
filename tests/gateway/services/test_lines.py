"""Lines: whose number, delivered where, checked and attested; nothing leads back to us or to two courts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from gateway.models import Notice, PhoneLine
from gateway.services.attest_line import attest_line
from gateway.services.change_delivery import approve_delivery, propose_delivery
from gateway.services.check_fallback import check_fallback, fallback_token, route_of
from gateway.services.enrol_line import Attestation
from gateway.services.fallback_tokens import open_token
from gateway.services.refusals import NotValid, ServiceRefused, WrongState
from gateway.services.release_line import release_line
from gateway.services.resume_notice import resume_notice
from gateway.services.review_notice import review_notice
from gateway.services.work import Work
from gateway.vault import Vault
from tests.carriers import FakeCarrier
from tests.factories import Gateway, number
from tests.gateway.records import change

ENROLLED, OTHER = number(2001), number(2002)


def _rules(gateway: Gateway, do: Callable[[Work], object], who: str = "clerk") -> list[tuple[str, str]]:
    """(field, rule) of everything that was refused."""
    with pytest.raises(NotValid) as refused, gateway.work(who) as work:
        do(work)
    return [(each.field, each.rule) for each in refused.value.refusals]


def _check(work: Work, line_id: str, connected_to: str | None) -> object:
    return check_fallback(work, line_id, True, "letter", connected_to)


def _line_rules(gateway: Gateway, who: str = "clerk", **changes: object) -> list[tuple[str, str]]:
    with pytest.raises(NotValid) as refused:
        gateway.line(who=who, **changes)  # type: ignore[arg-type]
    return [(each.field, each.rule) for each in refused.value.refusals]


# Enrolling.


def test_a_number_that_another_court_holds_is_refused_in_the_same_words_as_one_of_ours(
    gateway: Gateway,
) -> None:
    gateway.line(public_number=ENROLLED, gateway_number=OTHER)
    fresh = {"gateway_number": number(2003), "public_number": ENROLLED}
    assert _line_rules(gateway, **fresh) == _line_rules(gateway, "b_clerk", **fresh)
    assert _line_rules(gateway, **fresh) == [("public_number", "cannot-be-enrolled")]
    taken = {"gateway_number": OTHER, "public_number": number(2004)}
    assert _line_rules(gateway, **taken) == [("gateway_number", "cannot-be-enrolled")]


def test_a_released_number_can_be_enrolled_again_by_another_court(gateway: Gateway) -> None:
    line = gateway.line(public_number=ENROLLED, gateway_number=ENROLLED)
    with gateway.work() as work:
        release_line(work, line.id, "carrier's letter")
    again = gateway.line(who="b_clerk", public_number=ENROLLED, gateway_number=ENROLLED)
    assert gateway.runtime.forward_map.deliver_to(again.connection_id, ENROLLED) == gateway.delivered(again)


@pytest.mark.parametrize("which", ["public_number", "gateway_number"])
def test_calls_are_never_delivered_to_an_enrolled_number(gateway: Gateway, which: str) -> None:
    gateway.line(public_number=ENROLLED, gateway_number=OTHER)
    target = {"public_number": ENROLLED, "gateway_number": OTHER}[which]
    assert _line_rules(gateway, deliver_to=target) == [("deliver_to", "leads-back")]


def test_a_delivery_address_cannot_be_enrolled(sqlite_gateway: Gateway) -> None:
    line = sqlite_gateway.line()
    target = sqlite_gateway.delivered(line)
    assert ("public_number", "cannot-be-enrolled") in _line_rules(sqlite_gateway, public_number=target)


@pytest.mark.parametrize("which", ["public_number", "gateway_number"])
def test_a_line_does_not_deliver_to_itself(sqlite_gateway: Gateway, which: str) -> None:
    rules = _line_rules(sqlite_gateway, **{which: number(2005)}, deliver_to=number(2005))
    assert rules == [("deliver_to", "leads-back")]


@pytest.mark.parametrize(
    "target", ["110", "+441632960961", "sip:someone@elsewhere.example", "+8613800138000;ext=9", "95588"]
)
def test_calls_are_delivered_to_ordinary_numbers_of_the_country_only(
    sqlite_gateway: Gateway, target: str
) -> None:
    assert [field for field, _rule in _line_rules(sqlite_gateway, deliver_to=target)] == ["deliver_to"]


@pytest.mark.parametrize(("days", "taken"), [(-1, False), (0, True), (29, True), (30, False)])
def test_an_attestation_is_of_the_last_thirty_days(sqlite_gateway: Gateway, days: int, taken: bool) -> None:
    with sqlite_gateway.work() as work:
        attestation = Attestation("carrier-letter", "letter", work.today() - timedelta(days=days))
    if taken:
        assert sqlite_gateway.line(attestation=attestation).attested_on == attestation.attested_on
    else:
        assert _line_rules(sqlite_gateway, attestation=attestation) == [
            ("attestation.attested_on", "attestation-age")
        ]


def test_two_courts_at_once_get_one_number_once(gateway: Gateway) -> None:
    start = Barrier(2)

    def enrol(who: str) -> bool:
        start.wait(30)
        try:
            gateway.line(who=who, public_number=ENROLLED, gateway_number=ENROLLED, active=False)
        except ServiceRefused:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(enrol, ("clerk", "b_clerk"))) == [False, True]


# The fallback.


def test_a_line_becomes_active_when_its_own_fallback_connected(sqlite_gateway: Gateway) -> None:
    line = sqlite_gateway.line(active=False)
    assert line.state == "enrolled"
    for wrong in (None, number(1), sqlite_gateway.dialled(line)):

        def check(work: Work, at: str | None = wrong) -> object:
            return check_fallback(work, line.id, True, "letter", at)

        assert _rules(sqlite_gateway, check) == [("set_at_carrier", "fallback-does-not-connect")]
    where = sqlite_gateway.delivered(line)
    assert _rules(sqlite_gateway, lambda work: check_fallback(work, line.id, False, "", where)) == [
        ("set_at_carrier", "set-at-carrier"),
        ("reference", "text"),
    ]
    with sqlite_gateway.work() as work:
        assert check_fallback(work, line.id, True, "letter", where).state == "active"


def test_the_token_of_a_line_names_its_route(sqlite_gateway: Gateway) -> None:
    line = sqlite_gateway.line()
    with sqlite_gateway.work() as work:
        slug, token = fallback_token(work, line.id)
        assert open_token(sqlite_gateway.runtime.vault, slug, token) == route_of(work, line)
    assert "%" not in token


@pytest.mark.parametrize(
    "do",
    [
        lambda work, line: check_fallback(work, line, True, "again", number(1)),
        lambda work, line: attest_line(work, line, Attestation("carrier-api", "r", work.today())),
        lambda work, line: propose_delivery(work, line, number(4444), None),
    ],
    ids=["fallback", "attestation", "delivery"],
)
def test_a_released_line_is_over(sqlite_gateway: Gateway, do: Callable[[Work, str], object]) -> None:
    line = sqlite_gateway.line()
    with sqlite_gateway.work() as work:
        release_line(work, line.id, "letter")
    with pytest.raises(WrongState) as refused, sqlite_gateway.work() as work:
        do(work, line.id)
    assert refused.value.rule == "released"


@pytest.mark.parametrize("state", ["submitted", "approved"])
def test_a_line_with_a_notice_is_not_released(sqlite_gateway: Gateway, state: str) -> None:
    notice = sqlite_gateway.notice(state=state)
    with pytest.raises(WrongState) as refused, sqlite_gateway.work() as work:
        release_line(work, notice.line_id, "letter")
    assert refused.value.rule == "notice-live"


# Changing the delivery.


def test_a_change_of_delivery_needs_two_persons_and_a_new_check(gateway: Gateway) -> None:
    notice = gateway.notice()
    line = _line(gateway, notice.line_id)
    carrier, dialled, before = FakeCarrier.of(gateway), gateway.dialled(line), gateway.delivered(line)
    with gateway.work() as work:
        propose_delivery(work, line.id, number(4444), None)
    assert carrier.voice(dialled).dials == before
    with gateway.work("judge") as work:
        approve_delivery(work, line.id)
    answer = carrier.voice(dialled)
    assert (answer.plays, answer.dials) == ((), number(4444))
    with gateway.work() as work:
        check_fallback(work, line.id, True, "again", number(4444))
    assert carrier.voice(dialled).plays


def test_nothing_proposed_cannot_be_approved(sqlite_gateway: Gateway) -> None:
    line = sqlite_gateway.line()
    with pytest.raises(WrongState) as refused, sqlite_gateway.work("judge") as work:
        approve_delivery(work, line.id)
    assert refused.value.rule == "nothing-proposed"


def test_a_proposal_that_became_an_enrolled_number_meanwhile_is_refused(sqlite_gateway: Gateway) -> None:
    line = sqlite_gateway.line()
    with sqlite_gateway.work() as work:
        propose_delivery(work, line.id, number(4444), None)
    sqlite_gateway.line(public_number=number(4444), gateway_number=number(4444))
    rules = _rules(sqlite_gateway, lambda work: approve_delivery(work, line.id), "judge")
    assert rules == [("deliver_to", "leads-back")]


def test_after_a_rotation_of_keys_the_database_can_still_compare_the_lines_numbers(
    sqlite_gateway: Gateway,
) -> None:
    line = sqlite_gateway.line()
    sqlite_gateway.runtime = replace(
        sqlite_gateway.runtime, vault=Vault(sqlite_gateway.runtime.vault._ring.rotated())
    )
    with sqlite_gateway.work() as work:
        propose_delivery(work, line.id, number(4444), None)
    with sqlite_gateway.work("judge") as work:
        changed = approve_delivery(work, line.id)
    assert changed.deliver_hash == sqlite_gateway.runtime.vault.look_up_hash(number(4444), line.hash_key)


# What lapsed speaks again by a judge only.


def test_a_lapsed_attestation_that_a_clerk_renews_leaves_the_notice_silent(gateway: Gateway) -> None:
    notice = gateway.notice()
    line = _line(gateway, notice.line_id)
    carrier, dialled = FakeCarrier.of(gateway), gateway.dialled(line)
    change(gateway, PhoneLine, line.id, attested_until=gateway.clock.at)
    with gateway.work() as work:
        attest_line(work, line.id, Attestation("carrier-api", "again", work.today()))
    assert not carrier.voice(dialled).plays
    assert _state(gateway, notice) == ("suspended", "attestation")
    with gateway.work("judge") as work:
        resume_notice(work, notice.id, "checked")
    assert carrier.voice(dialled).plays


def test_an_attestation_renewed_in_time_changes_nothing_for_callers(sqlite_gateway: Gateway) -> None:
    notice = sqlite_gateway.notice()
    soon = sqlite_gateway.clock.at + timedelta(microseconds=1)
    change(sqlite_gateway, PhoneLine, notice.line_id, attested_until=soon)
    with sqlite_gateway.work() as work:
        attest_line(work, notice.line_id, Attestation("carrier-api", "again", work.today()))
    assert _state(sqlite_gateway, notice) == ("approved", None)


@pytest.mark.parametrize(("lapsed", "state"), [(True, ("suspended", "review")), (False, ("approved", None))])
def test_a_lapsed_review_that_a_judge_renews_leaves_the_notice_silent(
    sqlite_gateway: Gateway, lapsed: bool, state: tuple[str, str | None]
) -> None:
    notice = sqlite_gateway.notice()
    until = sqlite_gateway.clock.at + timedelta(microseconds=0 if lapsed else 1)
    change(sqlite_gateway, Notice, notice.id, review_until=until)
    with sqlite_gateway.work("judge") as work:
        review_notice(work, notice.id, work.today() + timedelta(days=30), "still due")
    assert _state(sqlite_gateway, notice) == state


def test_a_judge_who_renews_a_lapsed_review_may_resume_as_if_the_sweep_had_come_first(
    sqlite_gateway: Gateway,
) -> None:
    notice = sqlite_gateway.notice()
    change(sqlite_gateway, Notice, notice.id, review_until=sqlite_gateway.clock.at)
    with sqlite_gateway.work("judge") as work:
        review_notice(work, notice.id, work.today() + timedelta(days=30), "still due")
    with sqlite_gateway.work("judge") as work:
        assert resume_notice(work, notice.id, "checked").state == "approved"


def _state(gateway: Gateway, notice: Notice) -> tuple[str, str | None]:
    with gateway.read() as session:
        row = session.get_one(Notice, notice.id)
        return row.state, row.suspended_because


def _line(gateway: Gateway, line_id: str) -> PhoneLine:
    with gateway.read() as session:
        line = session.get_one(PhoneLine, line_id)
        session.expunge(line)
        return line
