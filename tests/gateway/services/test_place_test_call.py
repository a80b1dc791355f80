"""A test call from the desk to the phone: approved sound, on one's own phone, seldom, and never counted."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from gateway.carrier_box import NoAnswer, Reply, Transport
from gateway.models import AuditEntry, Call, CallEvent, Court, Heard, Notice, User
from gateway.models import TestCall as PlacedCall
from gateway.services.change_connection import call_from, move_connection
from gateway.services.court_switch import disable_court
from gateway.services.judge_prompt import withdraw_prompt
from gateway.services.manage_people import disable_person
from gateway.services.place_test_call import NewTestCall, place_test_call
from gateway.services.protect_caller import protect_caller
from gateway.services.refusals import NotAllowed, NotFound, NotValid, WrongState
from gateway.services.transactions import Transactions
from gateway.services.work import Work
from prompts.telephone import sha256_of
from tests.applications import open_app
from tests.factories import BASE, Gateway, number
from tests.twilio_api import TwilioApi, twilio_api

PHONE, CALLS_FROM = number(1), number(9)


@pytest.fixture
def carrier() -> Iterator[TwilioApi]:
    with twilio_api() as api:
        yield api


def opened(gateway: Gateway) -> Gateway:
    """With a number on its connection from which to call."""
    with gateway.work("operator") as work:
        call_from(work, "north", CALLS_FROM)
    return gateway


def to_gateway(gateway: Gateway) -> Transport:
    """The network of a carrier that reaches the application."""
    client = open_app(gateway.runtime).test_client()

    def carried(method: str, url: str, headers: dict[str, str], body: bytes) -> Reply:
        assert url.startswith(BASE)
        answer = client.open(url.removeprefix(BASE), method=method, headers=headers, data=body, base_url=BASE)
        return Reply(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.data)

    return carried  # type: ignore[return-value]


def transactions(gateway: Gateway, who: str = "clerk") -> Transactions:
    runtime = gateway.runtime
    return Transactions(runtime.engine, gateway.clock, runtime.vault, actor=gateway.people[who])


def asked(notice: Notice, **changes: object) -> NewTestCall:
    return replace(NewTestCall("north", PHONE, True, notice.id), **changes)  # type: ignore[arg-type]


def place(gateway: Gateway, carrier: TwilioApi, new: NewTestCall, who: str = "clerk") -> str:
    placed = place_test_call(transactions(gateway, who), carrier.transport, new)
    assert placed.heard is None
    return placed.id


def refused(gateway: Gateway, carrier: TwilioApi, new: NewTestCall) -> list[tuple[str, str]]:
    with pytest.raises(NotValid) as fault:
        place(gateway, carrier, new)
    assert carrier.orders == []
    return [(each.field, each.rule) for each in fault.value.refusals]


def kept(gateway: Gateway, row_id: str) -> PlacedCall:
    with gateway.read() as session:
        return session.get_one(PlacedCall, row_id)


@contextmanager
def nothing_is_counted(gateway: Gateway) -> Iterator[None]:
    def counts() -> list[int]:
        with gateway.read() as session:
            return [
                session.scalars(select(func.count()).select_from(each)).one()
                for each in (Call, CallEvent, Heard)
            ]

    before = counts()
    yield
    assert counts() == before


def test_a_person_hears_the_notice_on_his_own_phone(gateway: Gateway, carrier: TwilioApi) -> None:
    notice = opened(gateway).notice()
    with nothing_is_counted(gateway):
        row_id = place(gateway, carrier, asked(notice))
        (order,) = carrier.orders
        assert (order["To"], order["From"], order["Method"]) == (PHONE, CALLS_FROM, "POST")
        assert (order["Timeout"], order["TimeLimit"]) == ("30", "60")
        assert order["Url"].startswith(f"{BASE}/webhooks/north/test/")
        assert set(order) == {"To", "From", "Method", "Timeout", "TimeLimit", "Url"}
        heard = carrier.ring(to_gateway(gateway))
    assert heard.status == 200
    assert [each.sha256 for each in heard.heard] == [notice.approved_recordings]
    assert (heard.connected, heard.reached) == (False, None)
    assert heard.plan.endswith("</Play><Hangup /></Response>")
    row = kept(gateway, row_id)
    assert (row.state, row.answered_at, row.failure) == ("answered", gateway.clock.now(), None)


def test_the_notice_need_not_be_approved_but_its_sound_must_be(gateway: Gateway, carrier: TwilioApi) -> None:
    opened(gateway)
    place(gateway, carrier, asked(gateway.notice(state="draft")))
    assert len(carrier.ring(to_gateway(gateway)).heard) == 1
    draft = gateway.notice(state="draft", recording=gateway.recording(approved=False))
    with pytest.raises(WrongState) as fault:
        place(gateway, carrier, asked(draft))
    assert fault.value.rule == "not-approved"
    assert len(carrier.orders) == 1


def test_one_recording_of_the_library_can_be_heard_too(sqlite_gateway: Gateway, carrier: TwilioApi) -> None:
    gateway = opened(sqlite_gateway)
    recording = gateway.recording()
    place(gateway, carrier, NewTestCall("north", PHONE, True, recording_id=recording.id), "judge")
    heard = carrier.ring(to_gateway(gateway)).heard
    assert [each.sha256 for each in heard] == [recording.sha256]


def test_the_record_holds_who_and_when_and_never_the_number(gateway: Gateway, carrier: TwilioApi) -> None:
    notice = opened(gateway).notice()
    row_id = place(gateway, carrier, asked(notice))
    with gateway.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == row_id)).one()
        assert (entry.action, entry.actor) == ("test_called", gateway.people["clerk"].user_id)
        assert PHONE.removeprefix("+") not in entry.details
        row = session.get_one(PlacedCall, row_id)
        columns = {column.name: getattr(row, column.name) for column in PlacedCall.__table__.columns}
    assert "1710000" not in str(columns)


def test_the_address_works_for_one_call_and_for_that_call_again(gateway: Gateway, carrier: TwilioApi) -> None:
    """A carrier that did not hear our answer asks again with the same call; another call hears nothing."""
    notice = opened(gateway).notice()
    place(gateway, carrier, asked(notice))
    asks: list[bytes] = []
    inner = to_gateway(gateway)

    def twice(method: str, url: str, headers: dict[str, str], body: bytes) -> Reply:
        if method == "POST":
            asks.append(inner(method, url, headers, body).body)
        return inner(method, url, headers, body)

    first = carrier.ring(twice)  # type: ignore[arg-type]
    assert len(first.heard) == 1
    assert first.plan.encode() == asks[0]
    second = carrier.ring(inner)
    assert (second.status, second.heard, "<Hangup" in second.plan) == (200, (), True)


def test_the_address_is_good_for_five_minutes(gateway: Gateway, carrier: TwilioApi) -> None:
    notice = opened(gateway).notice()
    place(gateway, carrier, asked(notice))
    gateway.clock.forward(minutes=4, seconds=59)
    assert len(carrier.ring(to_gateway(gateway)).heard) == 1
    place(gateway, carrier, asked(notice))
    gateway.clock.forward(minutes=5)
    assert carrier.ring(to_gateway(gateway)).heard == ()


def withdraw(work: Work) -> None:
    notice = work.session.scalars(select(Notice)).one()
    withdraw_prompt(work, notice.recording_id, "wrong words")


def switch_off(work: Work) -> None:
    court = work.session.scalars(select(Court).where(Court.name == "虚构法院a")).one()
    disable_court(work, court.id, "stop")


def dismiss(work: Work) -> None:
    disable_person(work, work.session.scalars(select(User.id).where(User.username == "clerk")).one())


@pytest.mark.parametrize(
    ("who", "change"), [("clerk", withdraw), ("operator", switch_off), ("administrator", dismiss)]
)
def test_what_ended_between_order_and_answer_is_not_heard(
    gateway: Gateway, carrier: TwilioApi, who: str, change: object
) -> None:
    notice = opened(gateway).notice()
    place(gateway, carrier, asked(notice))
    with gateway.work(who) as work:
        change(work)  # type: ignore[operator]
    heard = carrier.ring(to_gateway(gateway))
    assert (heard.status, heard.heard) == (200, ())


def test_only_the_carrier_gets_the_plan(sqlite_gateway: Gateway, carrier: TwilioApi) -> None:
    gateway = opened(sqlite_gateway)
    row_id = place(gateway, carrier, asked(gateway.notice()))
    url = carrier.orders[0]["Url"]
    client = open_app(gateway.runtime).test_client()
    path = url.removeprefix(BASE)
    assert client.post(path, data={"CallSid": "CA" + "0" * 32}).status_code == 403
    assert client.get(path).status_code == 405
    forged = TwilioApi(token="another")
    forged.orders = carrier.orders
    assert forged.ring(to_gateway(gateway)).status == 403
    assert (
        carrier.ring(to_gateway(gateway), url=url[:-9] + ("A" if url[-9] != "A" else "B") + url[-8:]).status
        == 403
    )
    assert kept(gateway, row_id).state == "placed"


def test_the_sixth_within_an_hour_is_refused(gateway: Gateway, carrier: TwilioApi) -> None:
    notice = opened(gateway).notice()
    for _ in range(5):
        place(gateway, carrier, asked(notice))
        gateway.clock.forward(minutes=10)
    carrier.orders.clear()
    assert refused(gateway, carrier, asked(notice)) == [("phone", "too-many-test-calls")]
    place(gateway, carrier, asked(notice), "judge")
    gateway.clock.forward(minutes=10)
    place(gateway, carrier, asked(notice))


def test_a_line_of_any_court_is_never_called(gateway: Gateway, carrier: TwilioApi) -> None:
    opened(gateway)
    own, other = gateway.line(), gateway.line(who="b_clerk")
    notice = gateway.notice(line=own)
    for line in (own, other):
        for phone in (gateway.dialled(line), gateway.delivered(line)):
            assert refused(gateway, carrier, asked(notice, phone=phone)) == [("phone", "phone-not-yours")]


def test_nobody_who_is_protected_is_called(sqlite_gateway: Gateway, carrier: TwilioApi) -> None:
    gateway = opened(sqlite_gateway)
    notice = gateway.notice()
    with gateway.work("operator") as work:
        protect_caller(work, number(77), "hospital")
    for phone in (number(77), CALLS_FROM):
        assert refused(gateway, carrier, asked(notice, phone=phone)) == [("phone", "phone-not-yours")]


@pytest.mark.parametrize(
    ("phone", "rule"),
    [
        ("110", "number-not-valid"),
        ("+12025550123", "delivery-abroad"),
        ("+8616800001111", "number-not-valid"),
        ("4008123123", "delivery-class"),
        ("sip:me@court.example", "sip-host-unknown"),
        ("+861710000000１", "number-not-ascii"),
        ("", "number-not-valid"),
    ],
)
def test_only_an_ordinary_phone_of_the_courts_country_is_called(
    sqlite_gateway: Gateway, carrier: TwilioApi, phone: str, rule: str
) -> None:
    notice = opened(sqlite_gateway).notice()
    assert refused(sqlite_gateway, carrier, asked(notice, phone=phone)) == [("phone", rule)]


def test_he_must_say_that_the_phone_is_his(sqlite_gateway: Gateway, carrier: TwilioApi) -> None:
    notice = opened(sqlite_gateway).notice()
    assert refused(sqlite_gateway, carrier, asked(notice, own_phone=False)) == [("own_phone", "own-phone")]


@pytest.mark.parametrize("slug", ["north", "south", ""])
def test_a_connection_without_a_number_to_call_from_cannot_call(
    sqlite_gateway: Gateway, carrier: TwilioApi, slug: str
) -> None:
    notice = sqlite_gateway.notice()
    new = asked(notice, connection=slug)
    assert refused(sqlite_gateway, carrier, new) == [("connection", "cannot-call")]


@pytest.mark.parametrize(
    ("who", "fault"), [("auditor", NotAllowed), ("operator", NotAllowed), ("b_clerk", NotFound)]
)
def test_nobody_else_hears_it(
    sqlite_gateway: Gateway, carrier: TwilioApi, who: str, fault: type[Exception]
) -> None:
    notice = opened(sqlite_gateway).notice()
    with pytest.raises(fault):
        place(sqlite_gateway, carrier, asked(notice), who)
    assert carrier.orders == []


@pytest.mark.parametrize("more", [{"recording_id": "0" * 26}, {"notice_id": None}, {"notice_id": "0" * 26}])
def test_one_thing_that_is_there_is_heard_at_a_time(
    sqlite_gateway: Gateway, carrier: TwilioApi, more: dict[str, object]
) -> None:
    notice = opened(sqlite_gateway).notice()
    with pytest.raises(NotFound):
        place(sqlite_gateway, carrier, asked(notice, **more))


@pytest.mark.parametrize(
    ("refusal", "token", "code"),
    [((400, 21211), "current-secret", "21211"), (None, "changed there", "20003")],
)
def test_what_the_carrier_refuses_is_told_by_its_code_alone(
    gateway: Gateway, carrier: TwilioApi, refusal: tuple[int, int] | None, token: str, code: str
) -> None:
    carrier.refusal, carrier.token = refusal, token
    notice = opened(gateway).notice()
    with pytest.raises(WrongState) as fault:
        place(gateway, carrier, asked(notice))
    assert fault.value.rule == "call-not-placed"
    assert code in fault.value.en
    assert "171" not in fault.value.en + fault.value.zh + str(fault.value)
    with gateway.read() as session:
        row = session.scalars(select(PlacedCall)).one()
        assert (row.state, row.failure) == ("failed", code)
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == row.id))
        assert sorted(actions) == ["test_call_failed", "test_called"]


def test_a_carrier_that_is_away_is_told_too(sqlite_gateway: Gateway) -> None:
    def nobody(*_arguments: object) -> Reply:
        raise NoAnswer("TimeoutError")

    notice = opened(sqlite_gateway).notice()
    with pytest.raises(WrongState) as fault:
        place_test_call(transactions(sqlite_gateway), nobody, asked(notice))
    assert fault.value.en == "The carrier could not be reached."
    assert fault.value.zh == "无法连接运营商。"


def test_where_no_carrier_can_reach_us_a_carrier_in_a_box_picks_up(sqlite_gateway: Gateway) -> None:
    gateway = opened(sqlite_gateway)
    here = "http://127.0.0.1:8080"
    with gateway.work("operator") as work:
        move_connection(work, "north", here)
    gateway.refresh_map()
    notice = gateway.notice()
    client = open_app(gateway.runtime).test_client()

    def carried(method: str, url: str, headers: dict[str, str], body: bytes) -> Reply:
        assert url.startswith(here)
        answer = client.open(url.removeprefix(here), method=method, headers=headers, data=body, base_url=here)
        return Reply(answer.status_code, {}, answer.data)

    with nothing_is_counted(gateway):
        placed = place_test_call(transactions(gateway), carried, asked(notice))  # type: ignore[arg-type]
    assert placed.heard is not None
    (sound,) = placed.heard.heard
    assert (
        sound.sha256 == sha256_of(gateway.runtime.recordings.read(sound.sha256)) == notice.approved_recordings
    )
    assert sound.seconds == 2.0
    assert hashlib.sha256(b"").hexdigest() != sound.sha256
    assert kept(gateway, placed.id).state == "answered"


def test_of_many_at_once_five_are_placed(gateway: Gateway, carrier: TwilioApi) -> None:
    notice = opened(gateway).notice()

    def one(_index: int) -> bool:
        try:
            place(gateway, carrier, asked(notice))
        except NotValid:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        placed = list(pool.map(one, range(8)))
    assert placed.count(True) == len(carrier.orders) == 5
