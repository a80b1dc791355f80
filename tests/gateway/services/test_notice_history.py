"""The history of a notice: in order, with names for who may read them, of this notice and nothing else."""

import pytest

from gateway.services.notice_history import Happened, notice_history
from gateway.services.record_objection import NewObjection, record_objection
from gateway.services.refusals import NotAllowed, NotFound
from gateway.services.suspend_notice import suspend_notice
from gateway.services.unmask import unmask
from tests.factories import Gateway


def _history(gateway: Gateway, notice_id: str, who: str = "clerk") -> tuple[Happened, ...]:
    with gateway.work(who) as work:
        return notice_history(work, notice_id)


def test_it_tells_who_did_what_and_why_in_order(gateway: Gateway) -> None:
    notice = gateway.notice()
    with gateway.work("clerk2") as work:
        unmask(work, "public_number", notice.line_id)
        record_objection(work, NewObjection("wrong_number", "号码有误", notice.id))
    told = _history(gateway, notice.id)
    assert [(each.about, each.action) for each in told if each.about != "line"] == [
        ("enforcement_case", "enrolled"),
        ("decision", "decided"),
        ("notice", "drafted"),
        ("notice", "submitted"),
        ("notice", "approved"),
        ("notice", "suspended"),
        ("objection", "objected"),
    ]
    suspended, objected = told[-2:]
    assert (suspended.who, suspended.why, suspended.remark) == ("虚构人3", "objection", "号码有误")
    assert (objected.why, objected.remark) == ("wrong_number", "号码有误")
    assert [each.remark for each in told if each.action == "approved"] == ["lawful"]


def test_who_may_not_read_names_is_told_neither_names_nor_what_was_written(gateway: Gateway) -> None:
    notice = gateway.notice()
    with gateway.work() as work:
        suspend_notice(work, notice.id, "写有姓名的理由")
    told = _history(gateway, notice.id, "auditor")
    assert {each.who for each in told} == {None}
    assert {each.remark for each in told} == {None}
    assert told[-1].why == "person"


def test_another_notice_is_another_history(sqlite_gateway: Gateway) -> None:
    one, other = (sqlite_gateway.notice() for _ in range(2))
    with sqlite_gateway.work() as work:
        suspend_notice(work, other.id, "doubt")
    assert "suspended" not in {each.action for each in _history(sqlite_gateway, one.id)}


def test_another_court_and_an_operator_read_nothing(sqlite_gateway: Gateway) -> None:
    notice = sqlite_gateway.notice()
    with pytest.raises(NotFound):
        _history(sqlite_gateway, notice.id, "b_clerk")
    with pytest.raises(NotAllowed):
        _history(sqlite_gateway, notice.id, "operator")
