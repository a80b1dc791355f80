"""Protected callers: listed masked, seen whole only by those whose list it is, and then it is entered."""

import pytest

from gateway.services.list_protected import list_protected, unmask_protected
from gateway.services.list_rows import Wanted
from gateway.services.protect_caller import protect_caller, stop_protecting
from gateway.services.refusals import NotAllowed, NotFound, NotValid
from tests.factories import Gateway, number
from tests.gateway.records import actions


def protect(gateway: Gateway, who: str, last: int, line: str | None = None) -> str:
    with gateway.work(who) as work:
        return protect_caller(work, number(last), f"hospital {last}", line).id


def listed(gateway: Gateway, who: str, line: str | None = None) -> list[tuple[str, str, bool]]:
    with gateway.work(who) as work:
        page = list_protected(work, Wanted(line=line))
        return sorted((each.row.label, each.masked, each.own) for each in page.items)


def test_a_court_lists_its_own_masked_and_the_platforms_by_label(gateway: Gateway) -> None:
    protect(gateway, "operator", 7001)
    protect(gateway, "clerk", 7002)
    protect(gateway, "b_clerk", 7003)
    assert listed(gateway, "judge") == [("hospital 7001", "…", False), ("hospital 7002", "…02", True)]
    assert listed(gateway, "operator") == [("hospital 7001", "…01", True)]


def test_those_of_one_line_are_listed_by_the_line(gateway: Gateway) -> None:
    line = gateway.line()
    protect(gateway, "clerk", 7001, line.id)
    protect(gateway, "clerk", 7002)
    assert listed(gateway, "clerk", line.id) == [("hospital 7001", "…01", True)]


def test_a_line_of_another_court_is_not_there(sqlite_gateway: Gateway) -> None:
    line = sqlite_gateway.line()
    with pytest.raises(NotFound):
        protect(sqlite_gateway, "b_clerk", 7001, line.id)
    with pytest.raises(NotAllowed):
        protect(sqlite_gateway, "operator", 7001, line.id)


def test_seeing_a_number_whole_is_entered_in_the_record(gateway: Gateway) -> None:
    row_id = protect(gateway, "clerk", 7002)
    with gateway.work("judge") as work:
        assert unmask_protected(work, row_id) == "+8617100007002"
    assert actions(gateway, row_id) == ["protected", "unmasked"]


def test_nobody_else_sees_or_removes_it(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    own, everywhere = protect(gateway, "clerk", 7002), protect(gateway, "operator", 7001)
    for who, wrong in (("b_clerk", own), ("operator", own), ("clerk", everywhere), ("clerk", "0" * 26)):
        with pytest.raises(NotFound), gateway.work(who) as work:
            unmask_protected(work, wrong)
        with pytest.raises(NotFound), gateway.work(who) as work:
            stop_protecting(work, wrong)
    with pytest.raises(NotAllowed), gateway.work("auditor") as work:
        unmask_protected(work, own)
    with pytest.raises(NotAllowed), gateway.work("auditor") as work:
        list_protected(work, Wanted())


def test_what_is_taken_off_is_gone_and_told(gateway: Gateway) -> None:
    row_id = protect(gateway, "clerk", 7002)
    with gateway.work("clerk2") as work:
        stop_protecting(work, row_id)
    assert listed(gateway, "clerk") == []
    assert actions(gateway, row_id) == ["protected", "unprotected"]


def test_a_number_is_refused_without_being_repeated(sqlite_gateway: Gateway) -> None:
    with pytest.raises(NotValid) as refused, sqlite_gateway.work() as work:
        protect_caller(work, "12345 nobody", "")
    assert str(refused.value) == "number: number-has-extension; label: text"
    assert "12345" not in "".join(each.en + each.zh for each in refused.value.refusals)
