"""Changing where a line delivers: one person proposes, another approves, the fallback is checked anew."""

from gateway.models import Connection, PhoneLine
from gateway.services.attest_line import refuse_released
from gateway.services.change_numbers import next_change
from gateway.services.enrol_line import add_leads_back, refuse_delivery_taken
from gateway.services.outdate_waiting import outdate, waiting_on
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields, keep_number
from gateway.services.refusals import WrongState
from gateway.services.work import Work, expect_version


def propose_delivery(work: Work, line_id: str, deliver_to: str, seen_version: int | None) -> PhoneLine:
    """Propose another delivery address; nothing changes for callers yet."""
    work.actor.must(Action.ENROL)
    line = work.find(PhoneLine, line_id)
    expect_version(line, seen_version)
    refuse_released(line)
    connection = work.session.get_one(Connection, line.connection_id)
    fields = Fields()
    address = fields.delivery(
        "deliver_to", deliver_to, connection.country, frozenset(connection.sip_hosts.split())
    )
    fields.done()
    own = {work.vault.open(line.public_sealed, "number"), work.vault.open(line.gateway_sealed, "number")}
    if address in own:
        add_leads_back(fields)
        fields.done()
    refuse_delivery_taken(work, address)
    kept = keep_number(work.vault, address)
    line.proposed_hash, line.proposed_sealed = kept.digest, kept.sealed
    line.delivery_proposed_by, line.delivery_approved_by = work.actor.user_id, None
    line.version += 1
    work.changed("delivery_proposed", line, {"deliver_to": address})
    return line


def approve_delivery(
    work: Work, line_id: str, seen_version: int | None = None, reason: str | None = None
) -> PhoneLine:
    """Apply the proposed address. The line is silent until its fallback has been checked again."""
    work.actor.must(Action.APPROVE)
    waiting = waiting_on(work, line_id)
    line = work.find(PhoneLine, line_id)
    expect_version(line, seen_version)
    refuse_released(line)
    if line.proposed_sealed is None or line.proposed_hash is None:
        raise WrongState(
            "nothing-proposed", "No change of delivery is proposed.", "没有待批准的接续号码变更。"
        )
    work.actor.must_differ_from(line.delivery_proposed_by)
    address = work.vault.open(line.proposed_sealed, "number")
    change_no = next_change(work.session)
    refuse_delivery_taken(work, address)
    # Under the key of the line's other numbers, so that the database can still compare them.
    line.deliver_hash = work.vault.look_up_hash(address, line.hash_key)
    line.deliver_sealed = work.vault.seal(address, "number")
    line.proposed_hash = line.proposed_sealed = None
    line.delivery_approved_by = work.actor.user_id
    line.state, line.fallback_checked_at = "enrolled", None
    line.change_no = change_no
    line.version += 1
    remark = work.remark(reason.strip()) if reason and reason.strip() else None
    work.changed("delivery_changed", line, {"deliver_to": address}, remark)
    outdate(work, waiting, "delivery")
    return line
