"""Lists of the desk, and the two searches: a case number in any writing, a telephone number by its hash."""

from datetime import timedelta

import pytest

from gateway.case_numbers import after_keys, case_key
from gateway.models import AuditEntry, Notice, PhoneLine
from gateway.services.browse_lists import Filter, browse, browse_calls, count_list
from gateway.services.end_notice import end_notice
from gateway.services.record_objection import NewObjection, record_objection
from gateway.services.refusals import NotValid
from gateway.services.search_numbers import search_number
from tests.carriers import FakeCarrier, sid
from tests.factories import Gateway
from tests.gateway.records import actions, change


def _ids(gateway: Gateway, name: str, wanted: Filter, who: str = "clerk") -> list[str]:
    with gateway.work(who) as work:
        return [each.id for each in browse(work, name, wanted, None, 50).items]


def test_a_notice_is_listed_under_the_state_that_time_has_made_of_it(gateway: Gateway) -> None:
    one, waiting, over, ended = (gateway.notice() for _ in range(4))
    draft = gateway.notice(state="draft")
    now = gateway.clock.now()
    change(gateway, Notice, waiting.id, starts_at=now + timedelta(days=1))
    change(gateway, Notice, over.id, ends_at=now)
    with gateway.work("clerk") as work:
        end_notice(work, ended.id, "done")
    assert _ids(gateway, "notices", Filter(state="in_force")) == [one.id]
    assert _ids(gateway, "notices", Filter(state="approved")) == [waiting.id]
    assert _ids(gateway, "notices", Filter(state="ended")) == sorted((over.id, ended.id), reverse=True)
    assert _ids(gateway, "notices", Filter(state="draft")) == [draft.id]
    assert len(_ids(gateway, "notices", Filter())) == 5
    assert _ids(gateway, "notices", Filter(), "b_clerk") == []
    with gateway.work("clerk") as work:
        assert str(count_list(work, "notices", Filter(state="ended"))) == "2"


@pytest.mark.parametrize(
    "typed",
    [
        "(2026)川1302执",
        "（2026）川1302执",
        "（２０２６）川１３０２执",
        " ( 2026 ) 川1302执 ",
        "〔2026〕川1302执",
        "(2026)",
    ],
)
def test_a_case_is_found_by_the_beginning_of_its_number_in_any_writing(gateway: Gateway, typed: str) -> None:
    case, other = gateway.case(), gateway.case(case_number="(2025)川1302执7号")
    assert _ids(gateway, "cases", Filter(case_number=typed)) == [case.id]
    assert _ids(gateway, "cases", Filter(case_number="(2025)")) == [other.id]
    assert _ids(gateway, "cases", Filter(case_number=typed), "b_clerk") == []
    assert _ids(gateway, "cases", Filter(case_number=typed, state="closed")) == []


def test_a_search_for_no_case_number_is_refused(sqlite_gateway: Gateway) -> None:
    with sqlite_gateway.work() as work, pytest.raises(NotValid):
        browse(work, "cases", Filter(case_number="  "), None, 10)


def test_keys_of_case_numbers() -> None:
    assert case_key("（２０２６）川 1302 执12号") == "(2026)川1302执12号".encode()
    assert case_key("(2026)chuan") == b"(2026)CHUAN"
    assert case_key("(2026)川") < case_key("(2026)川1号") < after_keys(case_key("(2026)川"))
    assert not case_key("(2027)川") < after_keys(case_key("(2026)川"))


def test_lines_are_narrowed_by_state_and_connection(gateway: Gateway) -> None:
    active, enrolled = gateway.line(), gateway.line(active=False)
    assert _ids(gateway, "lines", Filter(state="active")) == [active.id]
    assert set(_ids(gateway, "lines", Filter(connection="north"))) == {enrolled.id, active.id}
    with gateway.work() as work, pytest.raises(NotValid):
        browse(work, "lines", Filter(state="in_force"), None, 10)


def test_objections_are_narrowed_by_state_and_kind(gateway: Gateway) -> None:
    line = gateway.line()
    with gateway.work() as work:
        objection = record_objection(work, NewObjection("removal", "paid", line=line.id))
    assert _ids(gateway, "objections", Filter(state="open", kind="removal")) == [objection.id]
    assert _ids(gateway, "objections", Filter(kind="wrong_number")) == []
    assert _ids(gateway, "objections", Filter(state="upheld")) == []


def test_calls_are_listed_within_days_and_by_what_came_of_them(gateway: Gateway) -> None:
    notice = gateway.notice()
    with gateway.read() as session:
        line = session.get_one(PhoneLine, notice.line_id)
    carrier, call = FakeCarrier.of(gateway), sid()
    carrier.voice(gateway.dialled(line), call=call)
    carrier.dialled(gateway.dialled(line), call, "busy")
    with gateway.work() as work:
        today = work.today()
        listed = browse_calls(work, Filter(state="played", kind="busy", line=line.id), None, 10).items
        assert [each.carrier_call_id for each in listed] == [call]
        assert [each.carrier_call_id for each in browse_calls(work, Filter(), None, 10).items] == [call]
        yesterday = Filter(since=today - timedelta(days=2), until=today - timedelta(days=1))
        assert browse_calls(work, yesterday, None, 10).items == ()
        assert browse_calls(work, Filter(kind="connected"), None, 10).items == ()
    with gateway.work("b_clerk") as work:
        assert browse_calls(work, Filter(), None, 10).items == ()


def test_a_span_of_calls_is_neither_backwards_nor_endless(sqlite_gateway: Gateway) -> None:
    with sqlite_gateway.work() as work:
        for days in (-1, 92):
            span = Filter(since=work.today() - timedelta(days=days), until=work.today())
            with pytest.raises(NotValid):
                browse_calls(work, span, None, 10)


def test_a_number_is_found_whatever_it_is_to_the_line(gateway: Gateway) -> None:
    line, other = gateway.line(), gateway.line()
    with gateway.work() as work:
        by_public = search_number(work, gateway.dialled(line))
        by_delivery = search_number(work, gateway.delivered(other))
    assert [(each.line.id, each.role) for each in by_public] == [(line.id, "public")]
    assert [(each.line.id, each.role) for each in by_delivery] == [(other.id, "deliver")]
    change(gateway, PhoneLine, line.id, state="released")
    with gateway.work() as work:
        assert [each.role for each in search_number(work, gateway.dialled(line))] == ["released"]


def test_a_search_by_number_is_recorded_without_the_number(gateway: Gateway) -> None:
    line = gateway.line()
    with gateway.work("judge") as work:
        search_number(work, gateway.dialled(line).removeprefix("+86"))
        assert search_number(work, "+8617100009999") == ()
    assert actions(gateway, line.id)[-1] == "found_by_number"
    assert "searched_number" in actions(gateway, gateway.court_a)
    with gateway.read() as session:
        kept = " ".join(f"{each.subject_id} {each.details}" for each in session.query(AuditEntry))
    assert gateway.dialled(line)[-8:] not in kept
    assert "00009999" not in kept


def test_another_courts_number_is_not_found(gateway: Gateway) -> None:
    line = gateway.line(who="b_clerk")
    with gateway.work() as work:
        assert search_number(work, gateway.dialled(line)) == ()
    assert "found_by_number" not in actions(gateway, line.id)


def test_what_is_no_number_is_refused_and_not_recorded(sqlite_gateway: Gateway) -> None:
    with sqlite_gateway.work() as work, pytest.raises(NotValid):
        search_number(work, "not a number")
    assert "searched_number" not in actions(sqlite_gateway, sqlite_gateway.court_a)
