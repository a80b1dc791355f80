"""Enrolling a line: whose calls reach us by which number, and where they are delivered."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from gateway.models import HELD, Connection, PhoneLine
from gateway.services.change_numbers import next_change
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields, KeptNumber, keep_number
from gateway.services.work import Making, Work
from gateway.sight import seeing_every_court
from ivr.facts import CallerIdPolicy

ATTESTATION_DAYS = 30
ATTESTATION_SOURCES = ("carrier-letter", "carrier-api", "reconciliation-file")
ON_ANY_CONNECTION = PhoneLine.connection_id.in_(select(Connection.id))
"""True of every line; the index of what is dialled begins with the connection, of which there are few."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """Proof by the carrier that the number is the debtor's: kept for 30 days from its date."""

    source: str
    reference: str
    attested_on: date | None


@dataclass(frozen=True, slots=True)
class NewLine:
    """What a clerk enters for a line; numbers as typed."""

    public_number: str
    gateway_number: str
    deliver_to: str
    connection: str
    attestation: Attestation
    serves_public: bool | None = None
    caller_id_policy: str = CallerIdPolicy.pass_through.value


def enrol_line(work: Work, new: NewLine, import_id: str | None = None) -> PhoneLine:
    """A line in state "enrolled": it forwards at once, and becomes active when its fallback was checked."""
    work.actor.must(Action.ENROL)
    fields = Fields()
    connection = work.session.scalars(
        select(Connection).where(Connection.slug == new.connection)
    ).one_or_none()
    if connection is None:
        add_unknown_connection(fields)
        fields.done()
    assert connection is not None
    numbers = read_line(fields, new, connection, work.today())
    fields.done()
    # The number first: from here to the commit nobody else enrols, so what is free stays free.
    change_no = next_change(work.session)
    refuse_taken(work, connection, *numbers)
    line = PhoneLine(
        **line_columns(work, new, connection.id, numbers, work.court().zone, import_id),
        change_no=change_no,
    )
    work.session.add(line)
    work.session.flush()
    work.changed("enrolled", line, {"public_number": numbers[0], "deliver_to": numbers[2]})
    return line


def add_unknown_connection(fields: Fields) -> None:
    fields.add("connection", "unknown-connection", "There is no such connection.", "没有此线路接入。")


def read_line(fields: Fields, new: NewLine, connection: Connection, today: date) -> tuple[str, str, str]:
    """Public number, gateway number and delivery address; asks nothing of the database."""
    public = fields.number("public_number", new.public_number, connection.country)
    gateway = fields.number("gateway_number", new.gateway_number, connection.country)
    deliver = fields.delivery(
        "deliver_to", new.deliver_to, connection.country, frozenset(connection.sip_hosts.split())
    )
    if new.caller_id_policy not in set(CallerIdPolicy):
        fields.add("caller_id_policy", "choice", "Choose one of the answers.", "请选择其中一项。")
    check_attestation(fields, new.attestation, today)
    if deliver and deliver in {public, gateway}:
        add_leads_back(fields)
    return public, gateway, deliver


def check_attestation(fields: Fields, attestation: Attestation, today: date) -> None:
    """The attestation has a known source, a reference, and a date in the last 30 days."""
    if attestation.source not in ATTESTATION_SOURCES:
        names = ", ".join(ATTESTATION_SOURCES)
        fields.add(
            "attestation.source", "attestation-source", f"Choose one of: {names}.", f"请选择：{names}。"
        )
    fields.text("attestation.reference", attestation.reference)
    day = attestation.attested_on
    if day is None or not today - timedelta(days=ATTESTATION_DAYS) < day <= today:
        fields.add(
            "attestation.attested_on",
            "attestation-age",
            f"The attestation must be of the last {ATTESTATION_DAYS} days.",
            f"号码归属证明须在最近{ATTESTATION_DAYS}日内出具。",
        )


def attested_until(attested_on: date, zone: str) -> datetime:
    """The end of the thirtieth day after the attestation, in the court's zone."""
    return datetime.combine(attested_on + timedelta(days=ATTESTATION_DAYS + 1), time(), ZoneInfo(zone))


def add_leads_back(fields: Fields) -> None:
    fields.add(
        "deliver_to",
        "leads-back",
        "Calls must not be delivered to a number that leads back to this gateway.",
        "接续号码不得指向本网关所接入的号码。",
    )


def refuse_taken(work: Work, connection: Connection, public: str, gateway: str, deliver: str) -> None:
    """A public number belongs to one court at a time; nothing is delivered to an enrolled number.

    A number held by another court is refused in the same words whoever holds it.
    """
    fields, hashes = Fields(), work.vault.look_up_hashes
    if _exists(work, HELD, PhoneLine.public_hash.in_(hashes(public))):
        add_taken(fields, "public_number")
    on_connection = PhoneLine.connection_id == connection.id
    if _exists(work, HELD, on_connection, PhoneLine.gateway_hash.in_(hashes(gateway))):
        add_taken(fields, "gateway_number")
    if _exists(work, HELD, PhoneLine.deliver_hash.in_((*hashes(public), *hashes(gateway)))):
        add_taken(fields, "public_number")
    fields.done()
    refuse_delivery_taken(work, deliver)


def refuse_delivery_taken(work: Work, deliver: str) -> None:
    """Calls are never delivered to a number that is itself enrolled: that would lead back to us."""
    fields, hashes = Fields(), work.vault.look_up_hashes(deliver)
    # Two questions: for either of two columns SQLite would read every line.
    if _exists(work, HELD, PhoneLine.public_hash.in_(hashes)) or _exists(
        work, HELD, ON_ANY_CONNECTION, PhoneLine.gateway_hash.in_(hashes)
    ):
        add_leads_back(fields)
    fields.done()


def _exists(work: Work, *conditions: object) -> bool:
    query = select(PhoneLine.id).where(*conditions).limit(1)  # type: ignore[arg-type]
    with seeing_every_court(work.session):
        return work.session.execute(query).first() is not None


def add_taken(fields: Fields, field: str) -> None:
    fields.add(
        field,
        "cannot-be-enrolled",
        "This number cannot be enrolled here; ask the platform operator.",
        "该号码不能在此登记，请联系平台运维人员。",
    )


def line_columns(
    making: Making,
    new: NewLine,
    connection_id: str,
    numbers: tuple[str, str, str],
    zone: str,
    import_id: str | None,
) -> dict[str, Any]:
    """The row of a line that has been checked, but for the number of its change."""
    public, gateway, deliver = (keep_number(making.vault, number) for number in numbers)
    assert new.attestation.attested_on is not None
    return {
        "id": making.new_id(),
        "court_id": making.actor.court,
        "connection_id": connection_id,
        "hash_key": making.vault.current_key,
        **_columns("public", public),
        **_columns("gateway", gateway),
        **_columns("deliver", deliver),
        "serves_public": new.serves_public,
        "caller_id_policy": new.caller_id_policy,
        "attestation_source": new.attestation.source,
        "attestation_reference": new.attestation.reference.strip(),
        "attested_on": new.attestation.attested_on,
        "attested_until": attested_until(new.attestation.attested_on, zone),
        "import_id": import_id,
        "created_by": making.actor.user_id,
        "created_at": making.now,
    }


def _columns(name: str, kept: KeptNumber) -> dict[str, bytes]:
    return {f"{name}_hash": kept.digest, f"{name}_sealed": kept.sealed}
