"""What is enrolled already is found before it is typed; another court's is told in neutral words only."""

import pytest

from gateway.services.find_duplicate import Duplicate, find_case, find_line
from gateway.services.refusals import NotAllowed, NotValid
from gateway.services.release_line import release_line
from tests.factories import Gateway, number


def _line(gateway: Gateway, typed: str, who: str = "clerk") -> Duplicate | None:
    with gateway.work(who) as work:
        return find_line(work, typed)


def _refused(gateway: Gateway, typed: str) -> list[tuple[str, str]]:
    with pytest.raises(NotValid) as refused:
        _line(gateway, typed)
    return [(each.rule, each.en) for each in refused.value.refusals]


def test_the_courts_own_case_is_found_with_its_notice(gateway: Gateway) -> None:
    case = gateway.case()
    with gateway.work("clerk2") as work:
        assert find_case(work, f" {case.case_number} ") == Duplicate(case.id, "open", None)
        assert find_case(work, "(2026)川1302执9999号") is None
    notice = gateway.notice(case=case)
    with gateway.work("clerk2") as work:
        assert find_case(work, case.case_number) == Duplicate(case.id, "open", notice.id)


def test_another_courts_case_of_the_same_number_is_not_there(sqlite_gateway: Gateway) -> None:
    case = sqlite_gateway.case()
    with sqlite_gateway.work("b_clerk") as work:
        assert find_case(work, case.case_number) is None


def test_the_courts_own_line_is_found_however_the_number_is_typed(gateway: Gateway) -> None:
    line = gateway.line()
    notice = gateway.notice(line=line)
    dialled = gateway.dialled(line)
    for typed in (dialled, dialled.removeprefix("+86"), f" {dialled[:6]} {dialled[6:]}"):
        assert _line(gateway, typed) == Duplicate(line.id, "active", notice.id)
    assert _line(gateway, number(9)) is None


def test_a_number_that_another_court_holds_or_that_calls_are_delivered_to_is_told_in_the_same_words(
    sqlite_gateway: Gateway,
) -> None:
    theirs, own = sqlite_gateway.line(who="b_clerk"), sqlite_gateway.line()
    told = [
        ("cannot-be-enrolled", "This number cannot be enrolled here; ask the platform operator."),
    ]
    assert _refused(sqlite_gateway, sqlite_gateway.dialled(theirs)) == told
    assert _refused(sqlite_gateway, sqlite_gateway.delivered(theirs)) == told
    assert _refused(sqlite_gateway, sqlite_gateway.delivered(own)) == told


def test_a_released_number_is_free_again(sqlite_gateway: Gateway) -> None:
    line = sqlite_gateway.line()
    with sqlite_gateway.work() as work:
        release_line(work, line.id, "carrier's letter")
    assert _line(sqlite_gateway, sqlite_gateway.dialled(line)) is None


def test_what_is_no_number_is_refused_as_such(sqlite_gateway: Gateway) -> None:
    assert [rule for rule, _ in _refused(sqlite_gateway, "110")] != ["cannot-be-enrolled"]


def test_only_clerks_look(sqlite_gateway: Gateway) -> None:
    for who in ("judge", "auditor", "operator"):
        with pytest.raises(NotAllowed):
            _line(sqlite_gateway, number(1), who)
        with pytest.raises(NotAllowed), sqlite_gateway.work(who) as work:
            find_case(work, "1")
