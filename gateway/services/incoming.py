"""Inbound calls that wait for their answer, and which of them may be answered together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ivr.facts import CallFacts


@dataclass(frozen=True, slots=True)
class Trunk:
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
        keys: list[tuple[str, ...]] = [(trunk, facts.carrier_call_id)]
        if facts.caller is not None:
            keys.append((trunk, facts.dialled, facts.caller))
        group = max(taken.get(key, -1) for key in keys) + 1
        taken |= dict.fromkeys(keys, group)
        if group == len(groups):
            groups.append([])
        groups[group].append(place)
    return groups
