"""Closing many cases at once does to each what closing it alone does, and says the same of it."""

from datetime import timedelta

from sqlalchemy import select

from gateway.models import AuditEntry, Base, CreditHandoff, EnforcementCase, Notice, PhoneLine
from gateway.services.add_decision import add_decision
from gateway.services.close_case import close_case
from gateway.services.close_cases import Closing, Ready, close_cases, prepare_closings
from tests.factories import Gateway
from tests.gateway.jurisdictions.factories import an_early_deletion
from tests.gateway.services.crowd import verdict

OWN = {
    "id",
    "case_number",
    "number_key",
    "debtor_id",
    "case_id",
    "decision_id",
    "line_id",
    "closing_remark_id",
    "remark_id",
    "recording_id",
    "approved_recordings",
    "obligation_sealed",
    "message_hash",
}
"""What differs between two rows that are otherwise alike."""


def _told(row: Base) -> dict[str, object]:
    return {
        column.key: getattr(row, column.key)
        for column in row.__table__.columns
        if column.key not in OWN and not column.key.startswith(("public_", "gateway_", "deliver_", "attest"))
    }


def _outcome(gateway: Gateway, case_id: str) -> list[object]:
    """Everything that a closing may change, and the record's entries of it in their order."""
    with gateway.read() as session:
        case = session.get_one(EnforcementCase, case_id)
        notices = session.scalars(
            select(Notice).where(Notice.case_id == case_id).order_by(Notice.approved_by.is_(None))
        ).all()
        lines = [session.get_one(PhoneLine, each.line_id) for each in notices]
        handoffs = session.scalars(select(CreditHandoff).where(CreditHandoff.case_id == case_id)).all()
        subjects = [case_id, *(each.id for each in notices), *(each.id for each in handoffs)]
        last = select(AuditEntry.action, AuditEntry.subject_kind, AuditEntry.actor)
        last = last.where(
            AuditEntry.subject_id.in_(subjects), AuditEntry.action.in_(("closed", "ended", "recall_due"))
        )
        entries = [tuple(row) for row in session.execute(last.order_by(AuditEntry.sequence))]
        remarks = {case.closing_remark_id, *(each.remark_id for each in notices)}
        return [_told(case), [_told(each) for each in notices], [each.quiet_because for each in lines],
                [_told(each) for each in handoffs], entries, len(remarks)]  # fmt: skip


def _case(gateway: Gateway) -> str:
    """A case with a notice in force, one that is still a draft, and a handoff to a partner."""
    notice = gateway.notice()
    with gateway.work() as work:
        case = work.find(EnforcementCase, notice.case_id)
    gateway.notice(state="draft", case=case)
    with gateway.work() as work:
        handoff = CreditHandoff(
            id=work.new_id(),
            court_id=work.actor.court,
            case_id=case.id,
            partner="partner",
            message_hash=b"0" * 16,
            state="sent",
            created_at=work.now,
        )
        work.session.add(handoff)
    return case.id


def test_many_at_once_are_closed_as_one_is(gateway: Gateway) -> None:
    alone, first, second = (_case(gateway) for _ in range(3))
    with gateway.work() as work:
        close_case(work, alone, 2, "paid")
    with gateway.work() as work:
        both = [Closing(first, 2, "paid"), Closing(second, 2, "paid")]
        assert close_cases(work, prepare_closings(work, both)) == 2
    expected = _outcome(gateway, alone)
    assert expected[2] == ["closed", None]
    assert _outcome(gateway, first) == expected
    assert _outcome(gateway, second) == expected
    assert verdict(gateway).intact


def _prepared(gateway: Gateway, *case_ids: str) -> list[Ready]:
    """As they are prepared while nobody waits, in a transaction of their own."""
    with gateway.work() as work:
        return prepare_closings(work, [Closing(case_id, 2, "paid") for case_id in case_ids])


def test_a_notice_that_came_after_the_preparation_ends_too(gateway: Gateway) -> None:
    alone, many = _case(gateway), _case(gateway)
    ready = _prepared(gateway, many)
    for case_id in (alone, many):
        with gateway.work() as work:
            case = work.find(EnforcementCase, case_id)
        gateway.notice(state="draft", case=case)
    assert _closed_both(gateway, alone, ready) == _outcome(gateway, many)
    assert verdict(gateway).intact


def test_a_decision_that_came_after_the_preparation_counts(gateway: Gateway) -> None:
    alone, many = _case(gateway), _case(gateway)
    ready = _prepared(gateway, many)
    for number, case_id in enumerate((alone, many), 1):
        with gateway.work() as work:
            made_on = work.today() - timedelta(7)
            decision = an_early_deletion(number=f"(2026)川1302执{number}号之二", made_on=made_on)
            add_decision(work, case_id, decision)
    outcome = _closed_both(gateway, alone, ready)
    assert outcome == _outcome(gateway, many)
    with gateway.read() as session:
        due_on = session.get_one(EnforcementCase, many).formal_deletion_due_on
    assert due_on != ready[0].clock["formal_deletion_due_on"]


def _closed_both(gateway: Gateway, alone: str, ready: list[Ready]) -> list[object]:
    """What came of the one that is closed by itself."""
    with gateway.work() as work:
        close_case(work, alone, 2, "paid")
    with gateway.work() as work:
        assert close_cases(work, ready) == len(ready)
    return _outcome(gateway, alone)


def test_what_was_closed_after_the_preparation_is_left_alone(gateway: Gateway) -> None:
    first, second = _case(gateway), _case(gateway)
    ready = _prepared(gateway, first, second)
    with gateway.work() as work:
        close_case(work, first, 5, "withdrawn")
    before = _outcome(gateway, first)
    with gateway.work() as work:
        assert close_cases(work, ready) == 1
    assert _outcome(gateway, first) == before


def test_the_day_of_deletion_counts_from_the_day_of_the_closing(gateway: Gateway) -> None:
    alone, many = _case(gateway), _case(gateway)
    ready = _prepared(gateway, many)
    gateway.clock.forward(days=3)
    assert _closed_both(gateway, alone, ready) == _outcome(gateway, many)
    with gateway.read() as session:
        due_on = session.get_one(EnforcementCase, many).formal_deletion_due_on
    assert due_on != ready[0].clock["formal_deletion_due_on"]


def test_a_notice_that_was_over_already_keeps_its_end(gateway: Gateway) -> None:
    notice = gateway.notice()
    with gateway.work() as work:
        row = work.find(Notice, notice.id)
        row.state, row.ended_at, row.ended_because = "ended", work.now, "expired"
    with gateway.work() as work:
        close_cases(work, prepare_closings(work, [Closing(notice.case_id, 1, "paid")]))
    with gateway.read() as session:
        assert session.get_one(Notice, notice.id).ended_because == "expired"
        assert session.get_one(PhoneLine, notice.line_id).quiet_because is None
