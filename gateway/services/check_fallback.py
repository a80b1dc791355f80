"""Checking a line's fallback: the gateway calls its own fallback address as the carrier would."""

from gateway.models import Connection, PhoneLine
from gateway.services.attest_line import refuse_released
from gateway.services.change_numbers import next_change
from gateway.services.fallback_tokens import FallbackRoute, seal_token
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.work import Work, expect_version


def fallback_token(work: Work, line_id: str) -> tuple[str, str]:
    """(connection's slug, token) of a line: what the carrier's fallback address is made of."""
    work.actor.must(Action.ENROL)
    line = work.find(PhoneLine, line_id)
    slug = work.session.get_one(Connection, line.connection_id).slug
    return slug, seal_token(work.vault, slug, route_of(work, line))


def check_fallback(
    work: Work,
    line_id: str,
    set_at_carrier: bool,
    reference: str,
    connected_to: str | None,
    seen_version: int | None = None,
) -> PhoneLine:
    """Make the line active: the clerk says that the address is set at the carrier, we saw that it connects.

    `connected_to` is where our own call to the fallback address was connected; None where it did not answer.
    """
    work.actor.must(Action.ENROL)
    line = work.find(PhoneLine, line_id)
    expect_version(line, seen_version)
    refuse_released(line)
    fields = Fields()
    if not set_at_carrier:
        fields.add(
            "set_at_carrier",
            "set-at-carrier",
            "Set the line's fallback address at the carrier first.",
            "请先在运营商处设置该线路的备用地址。",
        )
    fields.text("reference", reference)
    fields.done()
    if connected_to != route_of(work, line).deliver_to:
        fields.add(
            "set_at_carrier",
            "fallback-does-not-connect",
            "The fallback address did not answer with a connection to the line.",
            "备用地址未能正确接续该线路。",
        )
        fields.done()
    line.fallback_checked_at = work.now
    line.fallback_reference = reference.strip()
    if line.state == "enrolled":
        line.state = "active"
    line.change_no = next_change(work.session)
    line.version += 1
    work.changed("fallback_checked", line, {"reference": reference})
    return line


def route_of(work: Work, line: PhoneLine) -> FallbackRoute:
    """The line's fallback route, opened."""
    return FallbackRoute(
        work.vault.open(line.gateway_sealed, "number"), work.vault.open(line.deliver_sealed, "number")
    )
