"""Calling a line's fallback as its carrier would: the proof without which no line becomes active."""

from gateway.carrier_box import CarrierBox, NoAnswer, Transport, connected_to
from gateway.models import PhoneLine
from gateway.services.check_fallback import fallback_token
from gateway.services.find_connection import find_connection
from gateway.services.transactions import Transactions


def call_fallback(transactions: Transactions, line_id: str, transport: Transport) -> str | None:
    """Where the line's fallback connects a call; None where to nobody. Nothing is locked while it calls."""
    with transactions.reading() as work:
        slug, token = fallback_token(work, line_id)
        trunk = find_connection(work.session, work.vault, slug)
        line = work.find(PhoneLine, line_id)
        dialled = work.vault.open(line.gateway_sealed, "number")
    if trunk is None:
        return None
    box = CarrierBox(trunk.kind, trunk.account, trunk.secrets[0], trunk.public_base_url, slug, transport)
    failed = {"ErrorCode": "11200", "ErrorUrl": box.addresses.voice}
    try:
        reply = box.post(box.addresses.fallback(token), box.fields(dialled, "anonymous", **failed))
    except NoAnswer:
        return None
    return connected_to(reply)
