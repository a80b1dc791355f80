"""Submitting what was typed: all of it or nothing, and every refusal at the field where it is mended."""

from datetime import date, timedelta

import pytest

from gateway.models import Debtor, EnforcementCase, EnrolmentDraft, Notice, PhoneLine
from gateway.services.enrolment_steps import Typed
from gateway.services.keep_draft import keep_step, open_draft, read_draft_file
from gateway.services.refusals import NotValid, StaleVersion, WrongState
from gateway.services.submit_draft import Submitted, check_draft, submit_draft
from tests.factories import Gateway
from tests.gateway.records import actions, rows
from tests.gateway.services.crowd import at_once, notice_row


def typed_enrolment(today: date, recording: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """What a clerk types for a lawful enrolment under ground 1."""

    def before(days: int) -> tuple[str]:
        return ((today - timedelta(days=days)).isoformat(),)

    bars = ("security", "assets_suffice", "later_in_order", "other")
    return {
        "case": {
            "case_number": ("(2026)川1302执4321号",),
            "obligation.kind": ("money",),
            "obligation.amount": ("2,951.00",),
        },
        "debtor": {
            "debtor.kind": ("person",),
            "debtor.name": ("虚构人甲",),
            "debtor.identity_number": ("51130219800101432x",),
            "debtor.birth_date": ("1980年1月1日",),
        },
        "decision": {
            "decision.number": ("(2026)川1302执4321号之一",),
            "decision.made_on": before(80),
            "decision.signed_by": ("院长甲",),
            "decision.grounds": ("1",),
            "decision.reasons": ("能够履行而拒不履行",),
        },
        "service": {
            "decision.warned_on": before(110),
            "decision.served_on": before(78),
            "decision.service_method": ("direct",),
        },
        "declarations": {
            f"decision.art3_declarations.{bar}.{part}": (answer,)
            for bar in bars
            for part, answer in (("applies", "no"), ("evidence", "查询结果"))
        },
        "line": {
            "public_number": ("171 0000 0321",),
            "deliver_to": ("171 0000 5321",),
            "connection": ("north",),
            "caller_id_policy": ("gateway_number",),
        },
        "attestation": {
            "attestation.source": ("carrier-letter",),
            "attestation.reference": ("letter 321",),
            "attestation.attested_on": before(0),
        },
        "recordings": {"prompts": (recording,)},
        "times": {
            "review_on": ((today + timedelta(days=90)).isoformat(),),
            "hours.from": ("09:00",),
            "hours.to": ("20:00",),
            "cap_days": ("1",),
        },
    }


def _draft(gateway: Gateway, **changes: dict[str, tuple[str, ...]]) -> str:
    recording = gateway.recording()
    with gateway.work() as work:
        typed: Typed = {**typed_enrolment(work.today(), recording.id), **changes}
        draft = open_draft(work).draft.id
        for step, fields in typed.items():
            keep_step(work, draft, step, fields)
    return draft


def _submit(gateway: Gateway, draft: str) -> Submitted:
    with gateway.work() as work:
        return submit_draft(work, draft)


def _check(gateway: Gateway, draft: str) -> list[tuple[str | None, str | None, str]]:
    with gateway.work() as work:
        return [(each.step, each.field, each.refusal.rule) for each in check_draft(work, draft)]


def test_a_new_line_waits_for_its_fallback_and_all_else_is_enrolled(gateway: Gateway) -> None:
    draft = _draft(gateway)
    assert _check(gateway, draft) == []
    submitted = _submit(gateway, draft)
    assert [each.rule for each in submitted.waits] == ["fallback-unchecked"]
    notice = notice_row(gateway, submitted.notice.id)
    assert (notice.state, notice.hours_from, notice.hours_to) == ("draft", "09:00", "20:00")
    with gateway.read() as session:
        line = session.get_one(PhoneLine, notice.line_id)
        case = session.get_one(EnforcementCase, notice.case_id)
        kept = session.get_one(EnrolmentDraft, draft)
        assert (line.caller_id_policy, case.case_number) == ("gateway_number", "(2026)川1302执4321号")
        assert gateway.runtime.vault.open(line.gateway_sealed, "number") == "+8617100000321"
        assert gateway.runtime.vault.open(case.obligation_sealed or b"", "obligation") == "2951.00 CNY"
        assert (kept.state, kept.notice_id, kept.typed_sealed) == ("submitted", notice.id, None)
    assert actions(gateway, draft)[-1] == "submitted"


def test_with_a_line_and_case_that_are_there_the_notice_is_submitted_at_once(gateway: Gateway) -> None:
    case, line = gateway.case(), gateway.line()
    draft = _draft(gateway, case={"use_case": (case.id,)}, line={"use_line": (line.id,)})
    before = rows(gateway, Debtor)
    submitted = _submit(gateway, draft)
    assert submitted.waits == ()
    assert notice_row(gateway, submitted.notice.id).state == "submitted"
    assert rows(gateway, Debtor) == before


def test_another_courts_case_and_line_are_unknown_here(sqlite_gateway: Gateway) -> None:
    case, line = sqlite_gateway.case(who="b_clerk"), sqlite_gateway.line(who="b_clerk")
    draft = _draft(sqlite_gateway, case={"use_case": (case.id,)}, line={"use_line": (line.id,)})
    assert _check(sqlite_gateway, draft) == [
        ("case", "case_number", "unknown"),
        ("line", "public_number", "unknown"),
    ]


def test_an_empty_enrolment_is_refused_field_by_field(sqlite_gateway: Gateway) -> None:
    with sqlite_gateway.work() as work:
        draft = open_draft(work).draft.id
    told = _check(sqlite_gateway, draft)
    for expected in (
        ("debtor", "debtor.kind", "choice"),
        ("case", "case_number", "text"),
        ("case", "obligation.kind", "choice"),
        ("debtor", "debtor.birth_date", "birth-date-required"),
        ("decision", "decision.grounds", "grounds-required"),
        ("line", "connection", "unknown-connection"),
        ("recordings", "prompts", "prompts"),
    ):
        assert expected in told


def test_a_date_that_is_none_is_told_once_and_as_what_it_is(sqlite_gateway: Gateway) -> None:
    draft = _draft(sqlite_gateway, times={"review_on": ("2026-02-30",), "cap_days": ("one",)})
    assert ("times", "review_on", "date") in _check(sqlite_gateway, draft)
    assert ("times", "cap_days", "whole-number") in _check(sqlite_gateway, draft)


def test_a_refusal_of_the_law_names_its_article(sqlite_gateway: Gateway) -> None:
    draft = _draft(sqlite_gateway, declarations={})
    with sqlite_gateway.work() as work:
        missed = check_draft(work, draft)
    assert {(each.step, each.refusal.rule) for each in missed} == {("declarations", "art3-answer-required")}
    assert missed[0].refusal.article == "法释〔2017〕7号 Art. 3(1)"


@pytest.mark.parametrize(
    ("step", "fields", "told"),
    [
        ("times", {}, ("times", "review_on", "review-required")),
        ("service", {}, ("service", "decision.served_on", "service-date-required")),
    ],
)
def test_what_waiting_does_not_mend_keeps_the_draft_and_writes_nothing(
    gateway: Gateway, step: str, fields: dict[str, tuple[str, ...]], told: tuple[str, str, str]
) -> None:
    draft = _draft(gateway, **{step: fields})
    assert told in _check(gateway, draft)
    with pytest.raises(NotValid), gateway.work() as work:
        submit_draft(work, draft)
    assert (rows(gateway, EnforcementCase), rows(gateway, PhoneLine), rows(gateway, Notice)) == (0, 0, 0)
    with gateway.work() as work:
        assert read_draft_file(work, draft).typed["case"]["case_number"] == ("(2026)川1302执4321号",)


def test_a_refusal_that_is_caught_inside_the_transaction_leaves_nothing_behind(gateway: Gateway) -> None:
    draft = _draft(gateway, times={})
    with gateway.work() as work:
        with pytest.raises(NotValid):
            submit_draft(work, draft)
        assert read_draft_file(work, draft).draft.state == "open"
    assert (rows(gateway, EnforcementCase), rows(gateway, PhoneLine)) == (0, 0)


def test_checking_writes_nothing(gateway: Gateway) -> None:
    draft = _draft(gateway)
    before = actions(gateway, draft)
    _check(gateway, draft)
    assert (rows(gateway, EnforcementCase), rows(gateway, PhoneLine), actions(gateway, draft)) == (
        0,
        0,
        before,
    )


def test_of_two_submissions_at_once_one_enrols_and_the_other_is_told(gateway: Gateway) -> None:
    draft = _draft(gateway)

    def submit() -> str:
        try:
            return _submit(gateway, draft).draft.state
        except WrongState as refused:
            return refused.en

    assert sorted(at_once(submit)) == ["This enrolment was submitted already.", "submitted"]
    assert (rows(gateway, EnforcementCase), rows(gateway, PhoneLine), rows(gateway, Notice)) == (1, 1, 1)


def test_what_changed_since_the_answers_were_checked_is_not_submitted(sqlite_gateway: Gateway) -> None:
    draft = _draft(sqlite_gateway)
    with sqlite_gateway.work() as work:
        seen = read_draft_file(work, draft).draft.version
    with sqlite_gateway.work("clerk2") as work:
        keep_step(work, draft, "times", {})
    with pytest.raises(StaleVersion), sqlite_gateway.work() as work:
        submit_draft(work, draft, seen)
