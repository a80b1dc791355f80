"""Changing a court: quieter at once by one person, louder by two, and never by one who is both."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from gateway.models import Court, CourtChange
from gateway.services.actor import Actor
from gateway.services.change_court import (
    LOUDER,
    Programme,
    confirm_change,
    open_changes,
    propose_programme,
    set_policy,
    withdraw_change,
)
from gateway.services.refusals import NotAllowed, NotFound, NotValid, StaleVersion, WrongState
from tests.factories import Gateway
from tests.gateway.records import actions, change
from tests.gateway.services.crowd import at_once

QUIET = {"shadow": True, "api_approval": False, "objection_suspends": True}
LOUD = {"shadow": False, "api_approval": True, "objection_suspends": False}
NAMED = {
    "shadow": "shadow_off",
    "api_approval": "api_approval_on",
    "objection_suspends": "objection_suspends_off",
}


def court_of(gateway: Gateway) -> Court:
    with gateway.read() as session:
        court = session.get_one(Court, gateway.court_a)
        session.expunge(court)
        return court


def propose(gateway: Gateway, policy: str, who: str = "operator") -> str:
    with gateway.work(who) as work:
        proposal = set_policy(work, gateway.court_a, policy, LOUD[policy], "trial is over")
        assert proposal is not None
        return proposal.id


def test_the_louder_side_of_each_policy_is_what_the_table_says() -> None:
    assert LOUDER == LOUD


@pytest.mark.parametrize("policy", LOUD)
def test_one_person_makes_a_court_quieter_at_once(gateway: Gateway, policy: str) -> None:
    change(gateway, Court, gateway.court_a, **{policy: LOUD[policy]})
    with gateway.work("administrator") as work:
        assert set_policy(work, gateway.court_a, policy, QUIET[policy], "to be safe") is None
    assert getattr(court_of(gateway), policy) is QUIET[policy]
    assert len(actions(gateway, gateway.court_a)) == 2, "founded, and this"


@pytest.mark.parametrize("policy", LOUD)
def test_the_other_way_takes_a_second_person(gateway: Gateway, policy: str) -> None:
    change(gateway, Court, gateway.court_a, **{policy: QUIET[policy]})
    proposal = propose(gateway, policy)
    assert getattr(court_of(gateway), policy) is QUIET[policy], "a proposal changes nothing"
    with pytest.raises(NotAllowed) as refused, gateway.work("operator") as work:
        confirm_change(work, proposal)
    assert refused.value.rule == "second-person"
    with gateway.work("operator2") as work:
        confirm_change(work, proposal)
    assert getattr(court_of(gateway), policy) is LOUD[policy]
    assert sorted(actions(gateway, gateway.court_a)) == sorted(["founded", NAMED[policy]])
    assert actions(gateway, proposal) == [f"{policy}_proposed", "confirmed"]


def test_whoever_proposed_as_another_role_is_the_same_person(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    change(gateway, Court, gateway.court_a, shadow=True)
    person = gateway.people["administrator"]
    gateway.people["both"] = replace(person, roles=frozenset({"administrator", "president"}))
    proposal = propose(gateway, "shadow", "both")
    with pytest.raises(NotAllowed) as refused, gateway.work("both") as work:
        confirm_change(work, proposal)
    assert refused.value.rule == "second-person"


def test_the_courts_president_may_be_the_second(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    change(gateway, Court, gateway.court_a, shadow=True)
    gateway.people["president"] = Actor(
        gateway.people["judge2"].user_id, gateway.court_a, frozenset({"president"})
    )
    proposal = propose(gateway, "shadow", "administrator")
    with gateway.work("president") as work:
        confirm_change(work, proposal)
    assert court_of(gateway).shadow is False


@pytest.mark.parametrize("who", ["clerk", "judge", "auditor"])
def test_nobody_else_proposes_confirms_or_quietens(sqlite_gateway: Gateway, who: str) -> None:
    gateway = sqlite_gateway
    change(gateway, Court, gateway.court_a, shadow=True)
    proposal = propose(gateway, "shadow")
    for on in (True, False):
        with pytest.raises(NotAllowed), gateway.work(who) as work:
            set_policy(work, gateway.court_a, "shadow", on, "please")
    with pytest.raises(NotAllowed), gateway.work(who) as work:
        confirm_change(work, proposal)


def test_quietening_withdraws_what_was_proposed(gateway: Gateway) -> None:
    change(gateway, Court, gateway.court_a, shadow=True)
    proposal = propose(gateway, "shadow")
    with gateway.work("administrator") as work:
        set_policy(work, gateway.court_a, "shadow", True, "not yet")
    with pytest.raises(WrongState) as refused, gateway.work("operator2") as work:
        confirm_change(work, proposal)
    assert refused.value.rule == "decided"
    assert actions(gateway, proposal) == ["shadow_proposed", "withdrawn"]
    assert court_of(gateway).shadow is True


def test_the_same_is_proposed_once(gateway: Gateway) -> None:
    change(gateway, Court, gateway.court_a, shadow=True)
    propose(gateway, "shadow")
    with pytest.raises(WrongState) as refused, gateway.work("operator2") as work:
        set_policy(work, gateway.court_a, "shadow", False, "me too")
    assert refused.value.rule == "proposed-already"
    with gateway.work("operator") as work:
        assert [each.what for each in open_changes(work, gateway.court_a)] == ["shadow"]


def test_what_is_so_already_is_not_proposed(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    with pytest.raises(WrongState) as refused, gateway.work("operator") as work:
        set_policy(work, gateway.court_a, "shadow", False, "again")
    assert refused.value.rule == "so-already"


def test_a_change_needs_a_reason_and_a_policy_that_exists(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    with pytest.raises(NotValid) as refused, gateway.work("operator") as work:
        set_policy(work, gateway.court_a, "shadow", True, " ")
    assert str(refused.value) == "reason: reason-required"
    with pytest.raises(NotValid) as refused, gateway.work("operator") as work:
        set_policy(work, gateway.court_a, "enabled", True, "now")
    assert str(refused.value) == "policy: choice"


def test_the_programme_changes_by_two_persons(gateway: Gateway) -> None:
    with gateway.work("operator") as work:
        new = Programme("cn-spc-2017-7", " 虚构办法第二条 ")
        proposal = propose_programme(work, gateway.court_a, new, "a new act").id
    assert court_of(gateway).legal_basis == "虚构办法第一条"
    with gateway.work("operator2") as work:
        confirm_change(work, proposal)
    court = court_of(gateway)
    assert (court.profile, court.legal_basis, court.enabled) == ("cn-spc-2017-7", "虚构办法第二条", True)


def test_a_programme_names_a_profile_of_this_build_and_an_act(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    with pytest.raises(NotValid) as refused, gateway.work("operator") as work:
        propose_programme(work, gateway.court_a, Programme("de", ""), "why not")
    assert [each.rule for each in refused.value.refusals] == ["unknown-profile", "text"]


def test_a_proposal_is_taken_back_by_one_person(gateway: Gateway) -> None:
    change(gateway, Court, gateway.court_a, api_approval=False)
    proposal = propose(gateway, "api_approval")
    with gateway.work("operator") as work:
        withdraw_change(work, proposal, "a mistake", 1)
    with gateway.read() as session:
        row = session.get_one(CourtChange, proposal)
        assert (row.state, row.version) == ("withdrawn", 2)
    assert propose(gateway, "api_approval") != proposal, "and may be proposed again"


def test_another_courts_proposal_is_not_there(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    change(gateway, Court, gateway.court_a, shadow=True)
    proposal = propose(gateway, "shadow")
    user = gateway.people["b_judge"].user_id
    gateway.people["b_president"] = Actor(user, gateway.court_b, frozenset({"president", "administrator"}))
    for wrong in (proposal, "0" * 26, ""):
        with pytest.raises(NotFound), gateway.work("b_president") as work:
            confirm_change(work, wrong)
        with pytest.raises(NotFound), gateway.work("b_president") as work:
            withdraw_change(work, wrong, "no")
    with pytest.raises(NotFound), gateway.work("b_president") as work:
        set_policy(work, gateway.court_a, "shadow", True, "no")


def test_only_what_was_seen_is_confirmed(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    change(gateway, Court, gateway.court_a, shadow=True)
    with pytest.raises(StaleVersion), gateway.work("operator") as work:
        set_policy(work, gateway.court_a, "shadow", False, "over", 9)
    proposal = propose(gateway, "shadow")
    with pytest.raises(StaleVersion), gateway.work("operator2") as work:
        confirm_change(work, proposal, 2)


def test_two_who_confirm_at_once_have_one_effect(gateway: Gateway) -> None:
    change(gateway, Court, gateway.court_a, shadow=True)
    proposal = propose(gateway, "shadow", "administrator")
    operators = iter(("operator", "operator2"))

    def confirm() -> str:
        try:
            with gateway.work(next(operators)) as work:
                confirm_change(work, proposal)
        except WrongState as refused:
            return refused.rule
        return "done"

    assert sorted(at_once(confirm)) == ["decided", "done"]
    assert actions(gateway, proposal) == ["shadow_proposed", "confirmed"]


def test_the_database_itself_wants_two_persons(gateway: Gateway) -> None:
    change(gateway, Court, gateway.court_a, shadow=True)
    proposal = propose(gateway, "shadow")
    operator = gateway.people["operator"].user_id
    for wrong in ({"decided_by": operator}, {"decided_by": None}):
        with pytest.raises(IntegrityError):
            change(gateway, CourtChange, proposal, state="applied", **wrong)
    with gateway.read() as session:
        assert session.scalars(select(CourtChange.state)).all() == ["proposed"]
