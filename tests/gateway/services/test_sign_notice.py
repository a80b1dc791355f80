"""Signing at the desk: the very thing that was on the page, by a judge who has no part in it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import select

from gateway.jurisdictions import facts
from gateway.models import AuditEntry, Court, EnforcementCase, Notice, PhoneLine
from gateway.services.amend_notice import amend_notice
from gateway.services.approve_notice import Seen, approve_notice
from gateway.services.attest_line import attest_line
from gateway.services.change_delivery import approve_delivery, propose_delivery
from gateway.services.check_activation import recordings_of
from gateway.services.check_fallback import check_fallback, route_of
from gateway.services.close_case import close_case
from gateway.services.draft_notice import NewNotice
from gateway.services.enrol_line import Attestation
from gateway.services.judge_prompt import withdraw_prompt
from gateway.services.read_decision import declarations_from
from gateway.services.refusals import NotAllowed, NotFound, NotValid, WrongState
from gateway.services.see_notice import read_sight, seal_sight
from gateway.services.sign_notice import Declared, asks_for_bars, sign_notice
from gateway.services.submit_notice import submit_notice
from tests.factories import Gateway, new_case, number
from tests.gateway.records import actions, change
from tests.gateway.services.crowd import notice_row

CLEAR = facts.Art3Declarations(*(facts.Declaration(False, "本人已核查") for _ in range(4)))
NO_CONFLICT = Declared(False, CLEAR)


def _look(gateway: Gateway, notice_id: str, who: str = "judge") -> str:
    with gateway.work(who) as work:
        return seal_sight(work, notice_id, read_sight(work, notice_id)[1])


def _sign(
    gateway: Gateway, notice_id: str, sight: str, declared: Declared = NO_CONFLICT, who: str = "judge"
) -> Notice:
    with gateway.work(who) as work:
        return sign_notice(work, notice_id, "lawful", sight, declared)


def _refused(gateway: Gateway, notice_id: str, sight: str, declared: Declared) -> list[tuple[str, str]]:
    with pytest.raises(NotValid) as refused:
        _sign(gateway, notice_id, sight, declared)
    assert notice_row(gateway, notice_id).state == "submitted"
    return [(each.field, each.rule) for each in refused.value.refusals]


def test_what_was_seen_is_approved_and_the_record_holds_what_was_declared(gateway: Gateway) -> None:
    notice = gateway.notice(state="submitted")
    signed = _sign(gateway, notice.id, _look(gateway, notice.id))
    assert (signed.state, signed.approved_by) == ("approved", gateway.people["judge"].user_id)
    query = select(AuditEntry.details).where(
        AuditEntry.subject_id == notice.id, AuditEntry.action == "approved"
    )
    with gateway.read() as session:
        fields = json.loads(session.scalars(query).one())["fields"]
        kept = session.get_one(Notice, notice.id).approver_declarations_sealed
    assert set(fields) == {"recordings", "seen", "conflict_of_interest", "art3_declarations"}
    assert kept is not None
    assert declarations_from(json.loads(gateway.runtime.vault.open(kept, "declarations"))) == CLEAR


@pytest.mark.parametrize(
    ("conflict", "rule"), [(None, "conflict-answer-required"), (True, "conflict-of-interest")]
)
def test_who_has_an_interest_or_does_not_say_does_not_approve(
    sqlite_gateway: Gateway, conflict: bool | None, rule: str
) -> None:
    notice = sqlite_gateway.notice(state="submitted")
    sight = _look(sqlite_gateway, notice.id)
    assert _refused(sqlite_gateway, notice.id, sight, Declared(conflict, CLEAR)) == [
        ("conflict_of_interest", rule)
    ]


def test_under_ground_1_the_judge_declares_on_every_bar_himself(sqlite_gateway: Gateway) -> None:
    notice = sqlite_gateway.notice(state="submitted")
    sight = _look(sqlite_gateway, notice.id)
    assert _refused(sqlite_gateway, notice.id, sight, Declared(False)) == [
        (f"decision.art3_declarations.{bar}", "art3-answer-required")
        for bar in ("security", "assets_suffice", "later_in_order", "other")
    ]
    barred = replace(CLEAR, assets_suffice=facts.Declaration(True, "已冻结存款"))
    assert _refused(sqlite_gateway, notice.id, sight, Declared(False, barred)) == [
        ("decision.art3_declarations.assets_suffice", "art3-bars-listing")
    ]


def test_where_ground_1_is_not_among_them_no_bar_is_asked_for(sqlite_gateway: Gateway) -> None:
    with sqlite_gateway.work() as work:
        decision = replace(
            new_case(work.today(), 77).decision, grounds=frozenset({4}), term_months=24, art3=None
        )
    notice = sqlite_gateway.notice(state="submitted", case=sqlite_gateway.case(decision=decision))
    with sqlite_gateway.work("judge") as work:
        assert not asks_for_bars(work, work.find(Notice, notice.id))
    signed = _sign(sqlite_gateway, notice.id, _look(sqlite_gateway, notice.id), NO_CONFLICT)
    assert (signed.state, signed.approver_declarations_sealed) == ("approved", None)


# What may change between the look and the signature: each is told by its name.


def _redirect(gateway: Gateway, notice: Notice) -> None:
    with gateway.work() as work:
        propose_delivery(work, notice.line_id, number(4444), None)
    with gateway.work("judge2") as work:
        approve_delivery(work, notice.line_id)
    with gateway.work() as work:
        where = route_of(work, work.find(PhoneLine, notice.line_id)).deliver_to
        check_fallback(work, notice.line_id, True, "again", where)


def _attest(gateway: Gateway, notice: Notice) -> None:
    with gateway.work() as work:
        attest_line(work, notice.line_id, Attestation("carrier-api", "anew", work.today()))


def _amend(gateway: Gateway, notice: Notice) -> None:
    with gateway.work() as work:
        new = NewNotice(
            notice.case_id, notice.line_id, (notice.recording_id,), review_on=notice.review_on, cap_days=7
        )
        amend_notice(work, notice.id, new)
        submit_notice(work, notice.id)


def _new_legal_basis(gateway: Gateway, _notice: Notice) -> None:
    change(gateway, Court, gateway.court_a, legal_basis="虚构办法第二条")


CHANGES: dict[str, tuple[Callable[[Gateway, Notice], None], set[str]]] = {
    "delivery": (_redirect, {"version", "line.deliver_to"}),
    "attestation": (_attest, {"line.attestation"}),
    "notice": (_amend, {"version", "notice.cap_days"}),
    "legal basis": (_new_legal_basis, {"court.legal_basis"}),
    "case": (
        lambda gateway, notice: change(gateway, EnforcementCase, notice.case_id, case_number="(2026)另案"),
        {"case.number"},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_after_the_look_is_refused_by_its_name(gateway: Gateway, name: str) -> None:
    do, changed = CHANGES[name]
    notice = gateway.notice(state="submitted")
    sight = _look(gateway, notice.id)
    do(gateway, notice)
    with pytest.raises(WrongState) as refused:
        _sign(gateway, notice.id, sight)
    assert refused.value.rule == "changed-since-seen"
    assert {each[0] for each in refused.value.difference} == changed
    assert notice_row(gateway, notice.id).state == "submitted"
    assert _sign(gateway, notice.id, _look(gateway, notice.id)).state == "approved"


def test_a_program_that_saw_the_notice_before_its_line_was_redirected_does_not_approve_it(
    gateway: Gateway,
) -> None:
    notice = gateway.notice(state="submitted")
    with gateway.work("judge") as work:
        row = work.find(Notice, notice.id)
        seen = Seen(row.version, tuple(each.sha256 for each in recordings_of(work, row)))
    _redirect(gateway, notice)
    with pytest.raises(WrongState) as refused, gateway.work("judge") as work:
        approve_notice(work, notice.id, "lawful", seen)
    assert [each[0] for each in refused.value.difference] == ["version"]
    assert actions(gateway, notice.id) == ["drafted", "submitted", "outdated"]


def test_a_closed_case_is_told_as_what_it_is(sqlite_gateway: Gateway) -> None:
    notice = sqlite_gateway.notice(state="submitted")
    sight = _look(sqlite_gateway, notice.id)
    with sqlite_gateway.work() as work:
        close_case(work, notice.case_id, 1, "paid")
    with pytest.raises(WrongState) as refused:
        _sign(sqlite_gateway, notice.id, sight)
    assert refused.value.rule == "wrong-state"
    assert "ended" in refused.value.en


def test_a_recording_withdrawn_after_the_look_is_not_approved(sqlite_gateway: Gateway) -> None:
    notice = sqlite_gateway.notice(state="submitted")
    sight = _look(sqlite_gateway, notice.id)
    with sqlite_gateway.work() as work:
        withdraw_prompt(work, notice.recording_id, "old")
    assert _refused(sqlite_gateway, notice.id, sight, NO_CONFLICT) == [("prompts", "not-approved")]


def test_what_another_judge_saw_or_of_another_notice_is_no_sight(sqlite_gateway: Gateway) -> None:
    notice, other = (sqlite_gateway.notice(state="submitted") for _ in range(2))
    for sight in (
        _look(sqlite_gateway, notice.id, "judge2"),
        _look(sqlite_gateway, other.id),
        "",
        "not sealed",
        "é",
    ):
        with pytest.raises(WrongState) as refused:
            _sign(sqlite_gateway, notice.id, sight)
        assert refused.value.rule == "not-seen"


def test_the_sight_shows_no_whole_number(sqlite_gateway: Gateway) -> None:
    line = sqlite_gateway.line()
    notice = sqlite_gateway.notice(state="submitted", line=line)
    with sqlite_gateway.work("judge") as work:
        text = read_sight(work, notice.id)[1].as_text()
    for whole in (sqlite_gateway.dialled(line), sqlite_gateway.delivered(line)):
        assert whole not in text
        assert whole[-8:] not in text


def test_only_a_judge_of_the_court_looks_and_signs(sqlite_gateway: Gateway) -> None:
    notice = sqlite_gateway.notice(state="submitted")
    sight = _look(sqlite_gateway, notice.id)
    for who, error in (("clerk2", NotAllowed), ("auditor", NotAllowed), ("b_judge", NotFound)):
        with pytest.raises(error):
            _look(sqlite_gateway, notice.id, who)
        with pytest.raises(error):
            _sign(sqlite_gateway, notice.id, sight, who=who)


def test_signing_twice_is_signing_once(gateway: Gateway) -> None:
    notice = gateway.notice(state="submitted")
    sight = _look(gateway, notice.id)
    first, again = (_sign(gateway, notice.id, sight) for _ in range(2))
    assert first.version == again.version
    assert actions(gateway, notice.id).count("approved") == 1


def test_of_two_judges_at_once_one_approves_and_the_other_is_told_why(gateway: Gateway) -> None:
    notice = gateway.notice(state="submitted")
    sights = {who: _look(gateway, notice.id, who) for who in ("judge", "judge2")}
    start = Barrier(2)

    def sign(who: str) -> str:
        start.wait(30)
        try:
            return _sign(gateway, notice.id, sights[who], who=who).state
        except WrongState as refused:
            return refused.en

    with ThreadPoolExecutor(2) as threads:
        told = sorted(threads.map(sign, sights))
    assert told == ["The notice is approved; this cannot be done now.", "approved"]
    assert actions(gateway, notice.id).count("approved") == 1


def test_an_amendment_and_an_approval_at_once_have_one_outcome(gateway: Gateway) -> None:
    notice = gateway.notice(state="submitted")
    sight, start = _look(gateway, notice.id), Barrier(2)

    def amend() -> str:
        start.wait(30)
        try:
            _amend(gateway, notice)
        except WrongState as refused:
            return refused.rule
        return "amended"

    def sign() -> str:
        start.wait(30)
        try:
            return _sign(gateway, notice.id, sight).state
        except WrongState as refused:
            return refused.rule

    with ThreadPoolExecutor(2) as threads:
        outcome = [each.result(60) for each in (threads.submit(amend), threads.submit(sign))]
    row = notice_row(gateway, notice.id)
    assert (outcome, row.state, row.cap_days) in [
        (["amended", "changed-since-seen"], "submitted", 7),
        (["wrong-state", "approved"], "approved", 1),
    ]


def test_a_judge_whose_role_was_taken_away_meanwhile_does_not_approve(sqlite_gateway: Gateway) -> None:
    notice = sqlite_gateway.notice(state="submitted")
    sight = _look(sqlite_gateway, notice.id)
    sqlite_gateway.people["judge"] = replace(sqlite_gateway.people["judge"], roles=frozenset({"auditor"}))
    with pytest.raises(NotAllowed) as refused:
        _sign(sqlite_gateway, notice.id, sight)
    assert refused.value.rule == "role"


def test_a_listing_with_a_term_still_needs_somebodys_end_or_review_date(sqlite_gateway: Gateway) -> None:
    with sqlite_gateway.work() as work:
        decision = replace(new_case(work.today(), 78).decision, grounds=frozenset({4}), term_months=24)
    case = sqlite_gateway.case(decision=decision)
    with pytest.raises(NotValid) as refused:
        sqlite_gateway.notice(state="submitted", case=case, review_on=None)
    assert [(each.field, each.rule) for each in refused.value.refusals] == [("review_on", "end-or-review")]
