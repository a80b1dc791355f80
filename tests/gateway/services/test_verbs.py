"""What holds for every verb: who may, whose things, which version was seen, and what the record tells."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from gateway.models import AuditEntry, Court, EnforcementCase
from gateway.services.actor import Actor
from gateway.services.permissions import MAY, SCOPES, Action
from gateway.services.refusals import NotAllowed, NotFound, StaleVersion
from tests.factories import Gateway
from tests.gateway.records import actions, rows
from tests.gateway.services.verbs import MODELS, VERBS, set_up

ALL_ROLES = ("clerk", "judge", "president", "auditor", "administrator", "operator")
MODEL = {**MODELS, "case": EnforcementCase, "court": Court}


@pytest.mark.parametrize("name", VERBS)
def test_only_these_roles_may(sqlite_gateway: Gateway, name: str) -> None:
    verb, gateway = VERBS[name], sqlite_gateway
    ids = set_up(gateway, verb.stage)
    for role in ALL_ROLES:
        user = gateway.people["judge2" if role == "judge" else "clerk2"].user_id
        court = None if role == "operator" else gateway.court_a
        gateway.people["somebody"] = Actor(user, court, frozenset({role}))
        before = rows(gateway, AuditEntry)
        if role in verb.roles:
            continue
        with pytest.raises(NotAllowed) as refused, gateway.work("somebody") as work:
            verb.do(work, ids, None)
        assert refused.value.rule == "role"
        assert rows(gateway, AuditEntry) == before


@pytest.mark.parametrize("name", VERBS)
def test_who_may_does_it_and_the_record_tells_of_it(gateway: Gateway, name: str) -> None:
    verb = VERBS[name]
    ids = set_up(gateway, verb.stage)
    before = actions(gateway, ids[verb.subject])
    who = "judge2" if "judge" in verb.roles else "clerk2" if "clerk" in verb.roles else "administrator"
    with gateway.work(who) as work:
        verb.do(work, ids, None)
    told = Counter(actions(gateway, ids[verb.subject])) - Counter(before)
    assert told == Counter([verb.action] if verb.action else [])


@pytest.mark.parametrize("name", VERBS)
def test_a_token_needs_the_scope_that_the_table_of_permissions_names(
    sqlite_gateway: Gateway, name: str
) -> None:
    verb, gateway = VERBS[name], sqlite_gateway
    ids = set_up(gateway, verb.stage)
    who = "judge2" if "judge" in verb.roles else "clerk2" if "clerk" in verb.roles else "administrator"
    for scopes in (frozenset[str](), SCOPES - _scopes_of(gateway.people[who])):
        gateway.people["token"] = replace(gateway.people[who], scopes=scopes)
        with pytest.raises(NotAllowed) as refused, gateway.work("token") as work:
            verb.do(work, ids, None)
        assert refused.value.rule == "scope"


def _scopes_of(actor: Actor) -> frozenset[str]:
    return frozenset(grant.scope for grant in MAY.values() if grant.roles & actor.roles)


@pytest.mark.parametrize("name", VERBS)
def test_another_courts_things_are_not_there(sqlite_gateway: Gateway, name: str) -> None:
    verb, gateway = VERBS[name], sqlite_gateway
    ids = set_up(gateway, verb.stage)
    role = next(iter(sorted(verb.roles - {"operator"})))
    person = gateway.people["b_judge" if role == "judge" else "b_clerk"]
    gateway.people["stranger"] = Actor(person.user_id, gateway.court_b, frozenset({role}))
    before = rows(gateway, AuditEntry)
    for wrong in (ids, dict.fromkeys(ids, "0" * 26), dict.fromkeys(ids, "")):
        with pytest.raises(NotFound), gateway.work("stranger") as work:
            verb.do(work, wrong, None)
    assert rows(gateway, AuditEntry) == before


@pytest.mark.parametrize("name", [name for name, verb in VERBS.items() if verb.versioned])
def test_only_the_version_that_was_seen_is_changed(sqlite_gateway: Gateway, name: str) -> None:
    verb, gateway = VERBS[name], sqlite_gateway
    ids = set_up(gateway, verb.stage)
    who = "judge2" if "judge" in verb.roles else "clerk2" if "clerk" in verb.roles else "administrator"
    present = _version(gateway, verb.subject, ids)
    for stale in (present - 1, present + 1):
        with pytest.raises(StaleVersion) as refused, gateway.work(who) as work:
            verb.do(work, ids, stale)
        assert refused.value.present == present
    with gateway.work(who) as work:
        verb.do(work, ids, present)
    assert _version(gateway, verb.subject, ids) > present


def _version(gateway: Gateway, subject: str, ids: dict[str, str]) -> int:
    with gateway.read() as session:
        row: Any = session.get_one(MODEL[subject], ids[subject])
        return int(row.version)


# One person does not do two steps.

ALONE = {
    "approve a notice": "submitted",
    "approve a prompt": "submitted prompt",
    "approve a delivery": "proposed",
    "resume a notice": "suspended",
    "review a notice": "approved",
}


@pytest.mark.parametrize("name", ALONE)
def test_who_did_the_step_before_does_not_do_the_next_whatever_his_roles(
    sqlite_gateway: Gateway, name: str
) -> None:
    gateway, verb = sqlite_gateway, VERBS[name]
    both = frozenset({"clerk", "judge"})
    ids = set_up(gateway, ALONE[name])
    for before in {"approve a delivery": ("clerk2",), "resume a notice": ("clerk", "clerk2")}.get(
        name, ("clerk",)
    ):
        gateway.people["both"] = replace(gateway.people[before], roles=both)
        with pytest.raises(NotAllowed) as refused, gateway.work("both") as work:
            verb.do(work, ids, None)
        assert refused.value.rule == "second-person"


SILENCING = (
    "suspend a notice",
    "end a notice",
    "close a case",
    "withdraw a prompt",
    "uphold an objection",
    "switch a court off",
)


@pytest.mark.parametrize("name", SILENCING)
def test_silencing_twice_is_silencing_once(gateway: Gateway, name: str) -> None:
    verb = VERBS[name]
    ids = set_up(gateway, verb.stage)
    who = "judge2" if "judge" in verb.roles else "administrator"
    with gateway.work(who) as work:
        verb.do(work, ids, None)
    entries, version = rows(gateway, AuditEntry), _version(gateway, verb.subject, ids)
    with gateway.work(who) as work:
        verb.do(work, ids, None)
    assert (rows(gateway, AuditEntry), _version(gateway, verb.subject, ids)) == (entries, version)


def test_every_action_has_its_roles_and_scope() -> None:
    assert set(MAY) == set(Action)
    assert all(grant.roles and grant.scope for grant in MAY.values())
    assert all(grant.roles <= set(ALL_ROLES) for grant in MAY.values())


def test_speaking_is_never_open_to_a_clerk_and_never_to_the_operator() -> None:
    for action in (Action.APPROVE, Action.RESUME, Action.REVIEW):
        assert MAY[action].roles == {"judge"}
