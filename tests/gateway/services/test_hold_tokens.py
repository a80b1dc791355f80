"""API tokens: of one's own, within one's roles; of others only to read; gone at the next request."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.models import ApiToken
from gateway.services.find_actor import find_actor, note_used
from gateway.services.hold_tokens import (
    issue_own_token,
    issue_reading_token,
    list_own_tokens,
    list_tokens,
    revoke_own_token,
    revoke_token,
)
from gateway.services.list_rows import Wanted
from gateway.services.manage_people import disable_person
from gateway.services.permissions import usable_scopes
from gateway.services.refusals import NotAllowed, NotFound, NotValid
from tests.factories import Gateway
from tests.gateway.records import actions, rows

READ = frozenset({"read"})


def issue(gateway: Gateway, who: str, *scopes: str) -> str:
    with gateway.work(who) as work:
        return issue_own_token(work, frozenset(scopes) or READ, "my program", 30)


def only_id(gateway: Gateway, who: str) -> str:
    with gateway.work(who) as work:
        (found,) = list_own_tokens(work, Wanted()).items
        return found.token.id


def found(gateway: Gateway, token: str) -> str | None:
    with gateway.read() as session:
        bearer = find_actor(session, token, gateway.clock.now())
        return bearer.actor.user_id if bearer else None


def test_a_person_issues_a_token_for_himself(gateway: Gateway) -> None:
    token = issue(gateway, "judge", "read", "approve")
    with gateway.read() as session:
        bearer = find_actor(session, token, gateway.clock.now())
    assert bearer is not None
    assert bearer.actor == replace(gateway.people["judge"], scopes=frozenset({"read", "approve"}))
    assert actions(gateway, bearer.token_id) == ["issued"]


def test_scopes_are_those_of_the_roles() -> None:
    assert usable_scopes(frozenset({"auditor"})) == {"read", "administer"}
    assert "approve" not in usable_scopes(frozenset({"clerk"}))
    assert "enrol" not in usable_scopes(frozenset({"judge"}))


@pytest.mark.parametrize(("who", "scope"), [("clerk", "approve"), ("judge", "enrol"), ("auditor", "silence")])
def test_a_scope_beyond_the_role_is_refused(sqlite_gateway: Gateway, who: str, scope: str) -> None:
    with pytest.raises(NotValid) as refused:
        issue(sqlite_gateway, who, scope)
    assert str(refused.value) == "scopes: scope-of-role"
    assert rows(sqlite_gateway, ApiToken) == 0


def test_a_token_has_a_label_and_ends(sqlite_gateway: Gateway) -> None:
    for days in (0, 366):
        with pytest.raises(NotValid) as refused, sqlite_gateway.work() as work:
            issue_own_token(work, READ, "mine", days)
        assert str(refused.value) == "days: days"
    with pytest.raises(NotValid), sqlite_gateway.work() as work:
        issue_own_token(work, READ, " ", 1)
    with pytest.raises(NotValid), sqlite_gateway.work() as work:
        issue_own_token(work, frozenset(), "mine", 1)


def test_an_administrator_issues_for_others_what_only_reads(gateway: Gateway) -> None:
    with gateway.work("administrator") as work:
        token = issue_reading_token(work, gateway.people["judge"].user_id, "statistics", 30)
    with gateway.read() as session:
        bearer = find_actor(session, token, gateway.clock.now())
    assert bearer is not None
    assert bearer.actor.scopes == frozenset({"read"})


def test_and_for_nobody_of_another_court_or_disabled(sqlite_gateway: Gateway) -> None:
    gateway = sqlite_gateway
    with gateway.work("administrator") as work:
        disable_person(work, gateway.people["judge2"].user_id)
    for user_id in (gateway.people["b_judge"].user_id, gateway.people["judge2"].user_id, "0" * 26):
        with pytest.raises(NotFound), gateway.work("administrator") as work:
            issue_reading_token(work, user_id, "statistics", 30)
    with pytest.raises(NotAllowed), gateway.work("clerk") as work:
        issue_reading_token(work, gateway.people["judge"].user_id, "statistics", 30)


def test_a_revoked_token_is_nobody_from_the_next_request_on(gateway: Gateway) -> None:
    token = issue(gateway, "clerk")
    assert found(gateway, token) == gateway.people["clerk"].user_id
    token_id = only_id(gateway, "clerk")
    for _ in range(2):
        with gateway.work("clerk") as work:
            revoke_own_token(work, token_id)
    assert found(gateway, token) is None
    assert actions(gateway, token_id) == ["issued", "revoked"]


def test_nobody_revokes_what_is_another_persons_but_the_courts_administrator(gateway: Gateway) -> None:
    issue(gateway, "clerk")
    token_id = only_id(gateway, "clerk")
    with pytest.raises(NotFound), gateway.work("clerk2") as work:
        revoke_own_token(work, token_id)
    with pytest.raises(NotAllowed), gateway.work("clerk2") as work:
        revoke_token(work, token_id)
    with gateway.work("administrator") as work:
        revoke_token(work, token_id)
    assert actions(gateway, token_id) == ["issued", "revoked"]


def test_another_courts_tokens_are_not_there(gateway: Gateway) -> None:
    issue(gateway, "b_clerk")
    token_id = only_id(gateway, "b_clerk")
    with pytest.raises(NotFound), gateway.work("administrator") as work:
        revoke_token(work, token_id)
    with gateway.work("administrator") as work:
        assert list_tokens(work, Wanted()).items == ()
    with pytest.raises(NotFound), gateway.work("operator") as work:
        revoke_token(work, token_id)


def test_the_court_lists_whose_tokens_there_are(gateway: Gateway) -> None:
    for who in ("clerk", "judge", "b_clerk", "operator"):
        issue(gateway, who)
    with gateway.work("administrator") as work:
        assert {each.username for each in list_tokens(work, Wanted()).items} == {"judge", "clerk"}
    with gateway.work("operator2") as work:
        assert [each.username for each in list_tokens(work, Wanted()).items] == ["operator"]


def test_the_last_use_is_noted_once_an_hour(gateway: Gateway) -> None:
    token, now = issue(gateway, "clerk"), gateway.clock.now()
    noted = []
    for minutes in (0, 59, 60, 61):
        at = now + timedelta(minutes=minutes)
        with gateway.work() as work:
            bearer = find_actor(work.session, token, at)
            assert bearer is not None
            noted.append(bearer.unnoted)
            if bearer.unnoted:
                note_used(work.session, bearer.token_id, at)
    assert noted == [True, False, True, False]
    with gateway.work("clerk") as work:
        (file,) = list_own_tokens(work, Wanted()).items
        assert file.token.last_used_at == now + timedelta(hours=1)
