"""Placing a test call: a person hears approved sound on a phone of his own, and nothing is counted."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, func, or_, select

from gateway.call_orders import CallNotPlaced, CallOrder
from gateway.carrier_box import CallHeard, Transport
from gateway.dialling import place_call
from gateway.forward_map import MappedTrunk, read_trunk
from gateway.models import HELD, Connection, Notice, PhoneLine, ProtectedCaller, Recording, TestCall, User
from gateway.services.check_activation import recordings_of
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.refusals import NotFound, WrongState, refuse
from gateway.services.test_call_tokens import seal_token
from gateway.services.transactions import Transactions
from gateway.services.work import Work
from gateway.sight import seeing_every_court
from ivr.carriers import Addresses

AN_HOUR = 5
"""How many test calls a person may place within an hour."""
LIVES = timedelta(minutes=5)
"""How long the carrier may ask for the plan: somebody has to pick up first."""


@dataclass(frozen=True, slots=True)
class NewTestCall:
    """What a person enters: a notice or one recording, the connection, and his own phone's number."""

    connection: str
    phone: str
    own_phone: bool
    notice_id: str | None = None
    recording_id: str | None = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """A test call that is written down, and what the carrier is asked for."""

    id: str
    trunk: MappedTrunk
    order: CallOrder


@dataclass(frozen=True, slots=True)
class Placed:
    """A test call that was placed; `heard` is what a carrier in a box heard where no carrier can reach us."""

    id: str
    heard: CallHeard | None


def place_test_call(transactions: Transactions, transport: Transport, new: NewTestCall) -> Placed:
    """Write it down, have it placed, and say so if it was not; no transaction waits for the carrier."""
    with transactions.writing() as work:
        ordered = order_test_call(work, new)
    try:
        heard = place_call(ordered.trunk, ordered.order, transport)
    except CallNotPlaced as refused:
        with transactions.writing() as work:
            mark_failed(work, ordered.id, refused.code)
        raise WrongState("call-not-placed", *_words(refused.code)) from None
    return Placed(ordered.id, heard)


def order_test_call(work: Work, new: NewTestCall) -> Ordered:
    """Everything that must hold before a phone rings; entered into the record."""
    work.actor.must(Action.TEST_CALL)
    recordings = _approved(work, new)
    connection = _connection(work, new.connection)
    phone = _own_phone(work, new, connection)
    _refuse_too_many(work)
    row = TestCall(
        id=work.new_id(),
        court_id=work.actor.court,
        user_id=work.actor.user_id,
        connection_id=connection.id,
        notice_id=new.notice_id,
        recording_id=new.recording_id,
        recordings=" ".join(each.sha256 for each in recordings),
        expires_at=work.now + LIVES,
        created_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.changed("test_called", row, {"phone": phone, "recordings": row.recordings})
    shown = work.vault.open(connection.outgoing_sealed or b"", "number")
    address = Addresses(connection.public_base_url, connection.slug).test_call(
        seal_token(work.vault, connection.slug, row.id)
    )
    return Ordered(row.id, read_trunk(work.vault, connection), CallOrder(phone, shown, address))


def mark_failed(work: Work, test_call_id: str, code: str) -> None:
    """The carrier did not place it; the code is kept, for the operator to look up."""
    work.actor.must(Action.TEST_CALL)
    row = work.find(TestCall, test_call_id)
    row.state, row.failure = "failed", code[:40]
    work.changed("test_call_failed", row, {"code": row.failure})


def usable_connections() -> Select[Connection]:
    """Connections that have a number of their own to call from."""
    return select(Connection).where(Connection.outgoing_sealed.is_not(None)).order_by(Connection.slug)


def _approved(work: Work, new: NewTestCall) -> list[Recording]:
    """The sound of a notice, or one recording; only what is approved is ever played to a phone."""
    if (new.notice_id is None) == (new.recording_id is None):
        raise NotFound
    if new.notice_id is not None:
        notice = work.find(Notice, new.notice_id)
        recordings = recordings_of(work, notice)
    else:
        recordings = [work.find(Recording, str(new.recording_id))]
    refuse_unapproved(recordings)
    return recordings


def refuse_unapproved(recordings: list[Recording]) -> None:
    """Raise WrongState where a recording that was not approved would be heard on a phone."""
    if any(each.state != "approved" for each in recordings):
        raise WrongState(
            "not-approved",
            "Only approved recordings can be heard on a phone.",
            "只有审批通过的录音才能通过电话试听。",
        )


def _connection(work: Work, slug: str) -> Connection:
    found = work.session.scalars(usable_connections().where(Connection.slug == slug)).one_or_none()
    if found is None:
        raise refuse(
            "connection",
            "cannot-call",
            "This connection has no number to call from; ask the platform operator.",
            "该线路接入没有可用于外呼的号码，请联系平台运营人员。",
        )
    return found


def _own_phone(work: Work, new: NewTestCall, connection: Connection) -> str:
    """Fixed or mobile, of the court's country; no line of any court, nor anybody who is protected."""
    fields = Fields()
    phone = fields.delivery("phone", new.phone, work.court().country, frozenset())
    if phone and _belongs_to_somebody(work, phone, connection):
        fields.add(
            "phone", "phone-not-yours", "This number cannot be called for a test.", "不能向该号码发起试拨。"
        )
    if not new.own_phone:
        fields.add(
            "own_phone", "own-phone", "Confirm that the phone is your own.", "请确认该电话为您本人所有。"
        )
    fields.done()
    return phone


def _belongs_to_somebody(work: Work, phone: str, connection: Connection) -> bool:
    hashes = work.vault.look_up_hashes(phone)
    lines = select(PhoneLine.id).where(
        HELD,
        or_(
            PhoneLine.public_hash.in_(hashes),
            PhoneLine.gateway_hash.in_(hashes),
            PhoneLine.deliver_hash.in_(hashes),
            PhoneLine.proposed_hash.in_(hashes),
        ),
    )
    protected = select(ProtectedCaller.id).where(ProtectedCaller.number_hash.in_(hashes))
    outgoing = work.vault.open(connection.outgoing_sealed or b"", "number")
    with seeing_every_court(work.session):
        return phone == outgoing or any(
            work.session.scalars(query.limit(1)).first() is not None for query in (lines, protected)
        )


def _refuse_too_many(work: Work) -> None:
    """Counted behind a lock on the person's own row, so that two at once are not both the fifth."""
    work.session.execute(select(User.id).where(User.id == work.actor.user_id).with_for_update())
    since = work.now - timedelta(hours=1)
    query = select(func.count()).where(TestCall.user_id == work.actor.user_id, TestCall.created_at > since)
    if work.session.scalars(query).one() >= AN_HOUR:
        raise refuse(
            "phone",
            "too-many-test-calls",
            f"You have placed {AN_HOUR} test calls within the last hour; please wait.",
            f"您在最近一小时内已试拨 {AN_HOUR} 次，请稍后再试。",
        )


def _words(code: str) -> tuple[str, str]:
    if code == "unreachable":
        return "The carrier could not be reached.", "无法连接运营商。"
    if code == "unsupported":
        return "This kind of connection cannot place calls.", "该类线路接入不支持外呼。"
    return (
        f"The carrier did not place the call (its code: {code}). Tell the platform operator.",
        f"运营商未能发起呼叫（代码：{code}），请告知平台运营人员。",
    )
