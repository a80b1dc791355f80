"""A document that was filled into its pattern is, to the byte, the one that would have been written."""

from itertools import product

import pytest

from ivr.carriers import Addresses
from ivr.carriers.twiml_document import NotSendable, _written, document
from ivr.facts import Recording
from ivr.plan import CallPlan, Connect, Hangup, Play, Step, Why

BASES = ("https://gw.court.example", "https://gw.court.example/a%20b%b", "https://gw.court.example/||")
DESTINATIONS = ("+8617100001234", "sip:desk.1+a@pbx.court.example:5061")
SOUNDS = tuple(Recording(letter * 64, 1000) for letter in "ab")


def _plans() -> list[tuple[Step, ...]]:
    connects = [
        Connect(to, shown, ring_seconds=20, attempt=attempt, reported=reported)
        for to, shown, attempt, reported in product(
            DESTINATIONS, (None, "+8617100005678"), (1, 2), (True, False)
        )
    ]
    plays = [Play(SOUNDS[:count], skip) for count, skip in product((1, 2), (True, False))]
    return [(Hangup(),), *((each,) for each in connects), *product(plays, connects)]


def test_filled_and_written_documents_are_the_same() -> None:
    different = [
        (steps, base)
        for steps, base in product(_plans(), BASES)
        if document(CallPlan(steps, Why.playing), Addresses(base, "north"))
        != _written(steps, Addresses(base, "north"))
    ]
    assert different == []


@pytest.mark.parametrize("to", ['+86"1', "+86<1", "+86&amp;1", "||", "sip:a@b?X=1&Y=2", "+86%b1"])
def test_what_could_change_a_document_is_escaped_as_before(to: str) -> None:
    steps = (Connect(to),)
    assert document(CallPlan(steps, Why.playing), Addresses(BASES[0], "north")) == _written(
        steps, Addresses(BASES[0], "north")
    )


@pytest.mark.parametrize("to", ["+86 1", "+86\n1", "\uff0b86"])
def test_what_no_document_may_hold_is_not_sent(to: str) -> None:
    with pytest.raises(NotSendable):
        document(CallPlan((Connect(to),), Why.playing), Addresses(BASES[0], "north"))
