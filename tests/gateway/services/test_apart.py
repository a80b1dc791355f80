"""Calls that can meet are not answered in one transaction."""

import pytest

from gateway.services.incoming import Incoming, Trunk, apart
from ivr.facts import CallFacts
from tests.factories import number


def _call(call: str, dialled: int, caller: int | None, trunk: str = "t") -> Incoming:
    who = number(caller) if caller is not None else None
    return Incoming(Trunk(trunk, trunk, "CN", None), CallFacts(call, "account", number(dialled), who))


@pytest.mark.parametrize(
    ("calls", "groups"),
    [
        ([], []),
        ([_call("a", 1, 2), _call("b", 1, 3), _call("c", 4, 2)], [[0, 1, 2]]),
        ([_call("a", 1, 2), _call("a", 3, 4), _call("b", 1, 3)], [[0, 2], [1]]),
        ([_call("a", 1, 2), _call("b", 1, 2), _call("c", 1, 2)], [[0], [1], [2]]),
        ([_call("a", 1, 2), _call("b", 1, 2), _call("b", 5, 6), _call("d", 5, 6)], [[0], [1], [2], [3]]),
        ([_call("a", 1, None), _call("b", 1, None)], [[0, 1]]),
        ([_call("a", 1, 2), _call("a", 1, 2, "other")], [[0, 1]]),
    ],
)
def test_calls_in_one_group_cannot_meet_and_keep_their_order(
    calls: list[Incoming], groups: list[list[int]]
) -> None:
    assert apart(calls) == groups
