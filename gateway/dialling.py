"""Calls that the gateway itself places, for test calls only: each kind of carrier in its own way."""

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from gateway.call_orders import CallNotPlaced, CallOrder
from gateway.carrier_box import SIGNED_BY, CallHeard, CarrierBox, NoAnswer, Transport
from gateway.dialling_twilio import TwilioDialler
from gateway.forward_map import MappedTrunk


class Dialler(Protocol):
    """One carrier's way of placing a call."""

    def place(self, trunk: MappedTrunk, order: CallOrder, transport: Transport) -> None:
        """Return when the carrier has taken the order. Raises CallNotPlaced."""
        ...


DIALLERS: Mapping[str, Dialler] = {"twilio": TwilioDialler()}
"""By the connection's kind."""


def place_call(trunk: MappedTrunk, order: CallOrder, transport: Transport) -> CallHeard | None:
    """Have the call placed; None where the phone of a real carrier rings now. Raises CallNotPlaced.

    No carrier reaches a gateway whose address is this very machine: there a carrier in a box picks up, and
    what it heard is returned.
    """
    if is_on_this_machine(trunk):
        return _in_a_box(trunk, order, transport)
    dialler = DIALLERS.get(trunk.kind)
    if dialler is None:
        raise CallNotPlaced("unsupported")
    dialler.place(trunk, order, transport)
    return None


def is_on_this_machine(trunk: MappedTrunk) -> bool:
    return urlsplit(trunk.public_base_url).hostname in {"127.0.0.1", "localhost"}


def _in_a_box(trunk: MappedTrunk, order: CallOrder, transport: Transport) -> CallHeard:
    if trunk.kind not in SIGNED_BY:
        raise CallNotPlaced("unsupported")
    secret, base = trunk.secrets[0], trunk.public_base_url
    box = CarrierBox(trunk.kind, trunk.account, secret, base, trunk.slug, transport)
    try:
        return box.be_called(order.answer_url, order.to, order.shown)
    except NoAnswer:
        raise CallNotPlaced("unreachable") from None
