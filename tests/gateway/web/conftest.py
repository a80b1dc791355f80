"""A carrier, and a line with a notice in force, for the tests of the carriers' door."""

from dataclasses import dataclass

import pytest

from gateway.models import Notice, PhoneLine
from tests.carriers import Answer, FakeCarrier
from tests.factories import Gateway


@dataclass
class Scene:
    """One notice in force on one line, and the carrier that brings its calls."""

    gateway: Gateway
    carrier: FakeCarrier
    line: PhoneLine
    notice: Notice
    dialled: str
    delivered: str

    def voice(self, caller: str | None = None, call: str | None = None, **more: str) -> Answer:
        """A call to the line; without `caller` from somebody new."""
        return self.carrier.voice(self.dialled, caller, call, **more)


def scene_of(gateway: Gateway, **notice: object) -> Scene:
    line = gateway.line()
    row = gateway.notice(line=line, **notice)  # type: ignore[arg-type]
    carrier = FakeCarrier.of(gateway)
    return Scene(gateway, carrier, line, row, gateway.dialled(line), gateway.delivered(line))


@pytest.fixture
def scene(gateway: Gateway) -> Scene:
    return scene_of(gateway)


@pytest.fixture
def sqlite_scene(sqlite_gateway: Gateway) -> Scene:
    return scene_of(sqlite_gateway)
