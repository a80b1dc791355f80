"""Closing many cases at once does to each what closing it alone does, and says the same of it."""

from sqlalchemy import select

from gateway.models import AuditEntry, Base, CreditHandoff, EnforcementCase, Notice, PhoneLine
from gateway.services.close_case import close_case
from gateway.services.close_cases import Closing, close_cases
from tests.factories import Gateway
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
        close_cases(work, [Closing(first, 2, "paid"), Closing(second, 2, "paid")])
    expected = _outcome(gateway, alone)
    assert expected[2] == ["closed", None]
    assert _outcome(gateway, first) == expected
    assert _outcome(gateway, second) == expected
    assert verdict(gateway).intact


def test_a_notice_that_was_over_already_keeps_its_end(gateway: Gateway) -> None:
    notice = gateway.notice()
    with gateway.work() as work:
        row = work.find(Notice, notice.id)
        row.state, row.ended_at, row.ended_because = "ended", work.now, "expired"
    with gateway.work() as work:
        close_cases(work, [Closing(notice.case_id, 1, "paid")])
    with gateway.read() as session:
        assert session.get_one(Notice, notice.id).ended_because == "expired"
        assert session.get_one(PhoneLine, notice.line_id).quiet_because is None
