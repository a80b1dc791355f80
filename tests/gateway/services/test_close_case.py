"""Closing: every notice of the case is silent before the answer, whatever else there is to be done."""

from datetime import timedelta

import pytest

from gateway.models import Court, CreditHandoff, EnforcementCase, Notice
from gateway.services.close_case import close_case
from gateway.services.refusals import NotValid
from gateway.services.suspend_notice import suspend_notice
from tests.factories import Gateway
from tests.gateway.records import actions, change


def test_every_notice_of_the_case_ends_whatever_its_state(gateway: Gateway) -> None:
    case = gateway.case()
    states = ("draft", "submitted", "approved", "approved")
    notices = [gateway.notice(case=case, state=state) for state in states]
    other = gateway.notice()
    with gateway.work() as work:
        suspend_notice(work, notices[3].id, "doubt")
    with gateway.work("administrator") as work:
        closed = close_case(work, case.id, 1, "paid")
    with gateway.read() as session:
        now = [session.get_one(Notice, each.id).state for each in (*notices, other)]
    assert now == ["ended"] * 4 + ["approved"]
    assert (closed.state, closed.closing_ground, closed.closed_at) == ("closed", 1, gateway.clock.at)


@pytest.mark.parametrize("ground", [0, 8, -1])
def test_only_the_seven_grounds_are_grounds(sqlite_gateway: Gateway, ground: int) -> None:
    notice = sqlite_gateway.notice()
    with pytest.raises(NotValid) as refused, sqlite_gateway.work() as work:
        close_case(work, notice.case_id, ground, "paid")
    assert [each.rule for each in refused.value.refusals] == ["removal-ground"]


@pytest.mark.parametrize("ground", [1, 7])
def test_the_first_and_the_last_ground_close(sqlite_gateway: Gateway, ground: int) -> None:
    notice = sqlite_gateway.notice()
    with sqlite_gateway.work() as work:
        assert close_case(work, notice.case_id, ground, "paid").closing_ground == ground


def test_closing_again_keeps_the_first_ground_and_time(sqlite_gateway: Gateway) -> None:
    notice = sqlite_gateway.notice()
    with sqlite_gateway.work() as work:
        first = close_case(work, notice.case_id, 1, "paid").closed_at
    sqlite_gateway.clock.forward(hours=1)
    with sqlite_gateway.work("judge") as work:
        again = close_case(work, notice.case_id, 7, "another reason")
    assert (again.closing_ground, again.closed_at) == (1, first)
    assert actions(sqlite_gateway, notice.case_id).count("closed") == 1


def test_without_a_term_the_record_is_deleted_in_three_working_days(sqlite_gateway: Gateway) -> None:
    notice = sqlite_gateway.notice()
    with sqlite_gateway.work() as work:
        case = close_case(work, notice.case_id, 1, "paid")
        today = work.today()
    assert case.formal_deletion == "due"
    assert case.formal_deletion_due_on is not None
    assert today + timedelta(days=3) <= case.formal_deletion_due_on <= today + timedelta(days=14)


def test_a_calendar_without_the_year_delays_nothing(sqlite_gateway: Gateway) -> None:
    notice = sqlite_gateway.notice()
    sqlite_gateway.clock.forward(days=20 * 365)
    with sqlite_gateway.work() as work:
        case = close_case(work, notice.case_id, 1, "paid")
    due = case.formal_deletion, case.formal_deletion_due_on
    assert (case.state, due) == ("closed", ("not_computable", None))


def test_a_court_that_lost_its_law_still_closes(sqlite_gateway: Gateway) -> None:
    notice = sqlite_gateway.notice()
    change(sqlite_gateway, Court, sqlite_gateway.court_a, enabled=False, profile=None, legal_basis=None)
    with sqlite_gateway.work() as work:
        assert close_case(work, notice.case_id, 1, "paid").state == "closed"


def test_what_credit_partners_hold_is_to_be_recalled(sqlite_gateway: Gateway) -> None:
    notice = sqlite_gateway.notice()
    with sqlite_gateway.work() as work:
        handoff = CreditHandoff(
            id=work.new_id(),
            court_id=sqlite_gateway.court_a,
            case_id=notice.case_id,
            partner="a partner",
            message_hash=b"m",
            state="sent",
            created_at=work.now,
        )
        work.session.add(handoff)
    with sqlite_gateway.work() as work:
        close_case(work, notice.case_id, 1, "paid")
    with sqlite_gateway.read() as session:
        assert session.get_one(CreditHandoff, handoff.id).state == "recall_due"
    assert actions(sqlite_gateway, handoff.id) == ["recall_due"]


def test_a_reason_is_needed_and_kept_sealed(sqlite_gateway: Gateway) -> None:
    notice = sqlite_gateway.notice()
    with pytest.raises(NotValid), sqlite_gateway.work() as work:
        close_case(work, notice.case_id, 1, " ")
    with sqlite_gateway.work() as work:
        case = close_case(work, notice.case_id, 1, " paid in full ")
        assert work.read_remark(case.closing_remark_id) == "paid in full"
    with sqlite_gateway.read() as session:
        assert session.get_one(EnforcementCase, notice.case_id).state == "closed"
