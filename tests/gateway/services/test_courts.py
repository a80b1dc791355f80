"""Courts: founded by one and switched on by another, listed to whom they concern, one above the other."""

import pytest

from gateway.models import Court
from gateway.services.court_switch import disable_court, enable_court
from gateway.services.found_court import NewCourt, found_court
from gateway.services.list_courts import list_courts, read_court
from gateway.services.list_rows import Wanted
from gateway.services.refusals import NotAllowed, NotFound, NotValid, StaleVersion
from gateway.services.set_parent import set_parent
from tests.factories import Gateway
from tests.gateway.records import actions, change
from tests.gateway.services.crowd import at_once

LAWFUL = NewCourt("虚构法院丙", profile="cn-spc-2017-7", legal_basis="虚构办法第一条")


def found(gateway: Gateway, new: NewCourt = LAWFUL) -> str:
    with gateway.work("operator") as work:
        return found_court(work, new).id


def test_a_new_court_is_silent_until_another_operator_switches_it_on(gateway: Gateway) -> None:
    court_id = found(gateway)
    with gateway.read() as session:
        assert session.get_one(Court, court_id).enabled is False
    with pytest.raises(NotAllowed) as refused, gateway.work("operator") as work:
        enable_court(work, court_id, "ready")
    assert refused.value.rule == "second-person"
    with gateway.work("operator2") as work:
        assert enable_court(work, court_id, "ready").enabled is True


def test_only_an_operator_founds(sqlite_gateway: Gateway) -> None:
    for who in ("clerk", "judge", "administrator", "auditor"):
        with pytest.raises(NotAllowed), sqlite_gateway.work(who) as work:
            found_court(work, LAWFUL)


def test_a_court_is_refused_field_by_field(sqlite_gateway: Gateway) -> None:
    wrong = NewCourt(
        "虚构法院a", zone="Asia/Nowhere", country="cn", profile="xx", parent_id="0", legal_basis=""
    )
    with pytest.raises(NotValid) as refused, sqlite_gateway.work("operator") as work:
        found_court(work, wrong)
    assert [(each.field, each.rule) for each in refused.value.refusals] == [
        ("legal_basis", "text"),
        ("name", "duplicate-court"),
        ("parent", "unknown"),
        ("profile", "unknown-profile"),
        ("country", "country"),
        ("zone", "zone"),
    ]


def test_an_operator_sees_every_court_and_anybody_else_his_own(gateway: Gateway) -> None:
    with gateway.work("operator") as work:
        assert {each.name for each in list_courts(work, Wanted()).items} == {"虚构法院a", "虚构法院b"}
        assert [each.name for each in list_courts(work, Wanted(), "院a").items] == ["虚构法院a"]
        assert list_courts(work, Wanted(), "%").items == ()
    for who, name in (("administrator", "虚构法院a"), ("b_clerk", "虚构法院b")):
        with gateway.work(who) as work:
            assert [each.name for each in list_courts(work, Wanted()).items] == [name]


def test_courts_are_listed_by_state(gateway: Gateway) -> None:
    change(gateway, Court, gateway.court_b, shadow=True)
    with gateway.work("administrator") as work:
        disable_court(work, gateway.court_a, "audit")
    with gateway.work("operator") as work:
        listed = {
            state: [each.name[-1] for each in list_courts(work, Wanted(state=state)).items]
            for state in ("enabled", "disabled", "shadow")
        }
        assert listed == {"enabled": ["b"], "disabled": ["a"], "shadow": ["b"]}
        with pytest.raises(NotValid):
            list_courts(work, Wanted(state="open"))


def test_a_court_is_read_with_what_stands_above_and_below_it(gateway: Gateway) -> None:
    with gateway.work("operator") as work:
        set_parent(work, gateway.court_a, gateway.court_b)
    with gateway.work("operator") as work:
        upper, lower = read_court(work, gateway.court_b), read_court(work, gateway.court_a)
        assert (upper.parent, [each.id for each in upper.below]) == (None, [gateway.court_a])
        assert (lower.parent and lower.parent.id, lower.below) == (gateway.court_b, ())
    for wrong in (gateway.court_b, "0" * 26, ""):
        with pytest.raises(NotFound), gateway.work("administrator") as work:
            read_court(work, wrong)


def test_a_court_never_stands_above_itself(gateway: Gateway) -> None:
    third = found(gateway)
    with gateway.work("operator") as work:
        set_parent(work, gateway.court_b, gateway.court_a)
        set_parent(work, third, gateway.court_b)
    for above in (gateway.court_a, third):
        with pytest.raises(NotValid) as refused, gateway.work("operator") as work:
            set_parent(work, gateway.court_a, above)
        assert str(refused.value) == "parent: above-itself"
    with pytest.raises(NotValid) as refused, gateway.work("operator") as work:
        set_parent(work, gateway.court_a, "0" * 26)
    assert str(refused.value) == "parent: unknown"


def test_two_changes_at_once_make_no_ring(gateway: Gateway) -> None:
    pairs = iter(((gateway.court_a, gateway.court_b), (gateway.court_b, gateway.court_a)))

    def put() -> str:
        court, above = next(pairs)
        try:
            with gateway.work("operator") as work:
                set_parent(work, court, above)
        except NotValid as refused:
            return str(refused)
        return "done"

    assert sorted(at_once(put)) == ["done", "parent: above-itself"]


def test_putting_a_court_below_another_is_entered_once(gateway: Gateway) -> None:
    for _ in range(2):
        with gateway.work("operator") as work:
            set_parent(work, gateway.court_a, gateway.court_b)
    assert sorted(actions(gateway, gateway.court_a)) == ["founded", "parent_changed"]
    with gateway.work("operator") as work:
        assert set_parent(work, gateway.court_a, None, 2).parent_id is None
    with pytest.raises(StaleVersion), gateway.work("operator") as work:
        set_parent(work, gateway.court_a, gateway.court_b, 2)
    with pytest.raises(NotAllowed), gateway.work("administrator") as work:
        set_parent(work, gateway.court_a, None)
