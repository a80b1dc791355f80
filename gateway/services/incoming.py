"""Inbound calls that wait for their answer, and which of them may be answered together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ivr.facts import CallFacts


class Trunk(NamedTuple):
    """The part of a connection that a call needs."""

    id: str
    slug: str
    country: str
    default_route: str | None


@dataclass(slots=True)
class Incoming:
    """One inbound call. `spent_ms` tells how long its carrier has waited, where somebody measures it."""

    trunk: Trunk
    facts: CallFacts
    spent_ms: Callable[[], int] | None = None


def apart(calls: Sequence[Incoming]) -> list[list[int]]:
    """The places of these calls in groups no two calls of which can meet, in the order in which they came.

    Calls meet over one carrier's call id, or where the same caller dialled the same number: what is decided
    for one of them is read by the next.
    """
    groups: list[list[int]] = []
    taken: dict[tuple[str, ...], int] = {}
    for place, call in enumerate(calls):
        facts, trunk = call.facts, call.trunk.id
        itself: tuple[str, ...] = (trunk, facts.carrier_call_id)
        pair = itself if facts.caller is None else (trunk, facts.dialled, facts.caller)
        group = max(taken.get(itself, -1), taken.get(pair, -1)) + 1
        taken[itself] = taken[pair] = group
        if group == len(groups):
            groups.append([])
        groups[group].append(place)
    return groups
