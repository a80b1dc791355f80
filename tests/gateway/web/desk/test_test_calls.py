"""Test calls at the desk: where no carrier reaches us a carrier in a box picks up, else a real one rings."""

import re
from collections.abc import Mapping

import pytest

from gateway.carrier_box import NoAnswer, Reply, Transport
from gateway.models import Notice
from gateway.services.change_connection import call_from, move_connection
from gateway.web.api.door import Desk as ApiDesk
from gateway.web.api.door import Rates
from tests.factories import BASE, number
from tests.gateway.web.desk.people import Office, errors
from tests.twilio_api import TwilioApi, twilio_api

HERE = "http://127.0.0.1:8080"
ASKED = {"connection": "north", "phone": number(1), "own_phone": "y"}


def reached_by(office: Office, transport: Transport, base: str = BASE) -> Office:
    """The office whose gateway reaches carriers over this network, and can call from a number."""
    office.app.extensions["court-gateway-api"] = ApiDesk(Rates(1000), transport)
    with office.gateway.work("operator") as work:
        move_connection(work, "north", base)
        call_from(work, "north", number(9))
    return office


def over_the_application(office: Office, base: str) -> Transport:
    def transport(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        assert url.startswith(base)
        client = office.app.test_client()
        answer = client.open(
            url.removeprefix(base), method=method, headers=dict(headers), data=body, base_url=base
        )
        return Reply(answer.status_code, {}, answer.data)

    return transport


def path_of(notice: Notice) -> str:
    return f"/notices/{notice.id}/test-call"


def test_a_real_carrier_rings_and_the_page_says_how_it_went(office: Office) -> None:
    with twilio_api() as carrier:
        reached_by(office, carrier.transport)
        notice = office.gateway.notice()
        answer = office.person("clerk").post(path_of(notice), ASKED)
        assert answer.status_code == 303
        ringing = office.person("clerk").page(answer.headers["Location"])
        assert "Your phone rings now." in ringing
        assert "Look again" in ringing
        carrier.ring(over_the_application(office, BASE))
    heard = office.person("clerk").page(answer.headers["Location"])
    assert "It was picked up" in heard
    assert f"/prompts/{notice.recording_id}/sound.wav" in heard
    assert number(1)[-6:] not in heard


def test_on_this_machine_a_carrier_in_a_box_picks_up(office: Office) -> None:
    reached_by(office, over_the_application(office, HERE), HERE)
    notice = office.gateway.notice()
    page = office.person("clerk").page(path_of(notice))
    assert "a carrier in a box picks up instead of your phone" in page
    answer = office.person("clerk").post(path_of(notice), ASKED)
    told = office.person("clerk").page(answer.headers["Location"])
    assert "A carrier in a box picked up and heard 1 recording of 2.0 seconds." in told
    assert "It was picked up" in told


def test_a_call_that_nobody_took_is_told_after_a_while(office: Office) -> None:
    with twilio_api() as carrier:
        reached_by(office, carrier.transport)
        answer = office.person("clerk").post(path_of(office.gateway.notice()), ASKED)
    office.gateway.clock.forward(minutes=6)
    assert "Nobody picked up in time." in office.person("clerk").page(answer.headers["Location"])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"phone": "110"}, ["This is not a complete telephone number."]),
        ({"own_phone": ""}, ["Confirm that the phone is your own."]),
        ({"phone": number(9)}, ["This number cannot be called for a test."]),
        ({"connection": "south"}, ["This connection has no number to call from; ask the platform operator."]),
    ],
)
def test_every_refusal_stands_at_its_field(office: Office, changes: dict[str, str], told: list[str]) -> None:
    reached_by(office, TwilioApi().transport)
    sent = {name: value for name, value in (ASKED | changes).items() if value}
    found = errors(office.person("clerk").post(path_of(office.gateway.notice()), sent))
    assert found == told


def test_a_carrier_that_is_away_is_told_on_the_form(office: Office) -> None:
    def nobody(*_arguments: object) -> Reply:
        raise NoAnswer("TimeoutError")

    reached_by(office, nobody)
    answer = office.person("judge").post(path_of(office.gateway.notice()), ASKED)
    assert errors(answer) == ["The carrier could not be reached."]


def test_where_nothing_can_be_called_the_page_says_why(office: Office) -> None:
    notice = office.gateway.notice(state="draft", recording=office.gateway.recording(approved=False))
    page = office.person("clerk").page(path_of(notice))
    assert "No connection has a number of its own to call from." in page
    assert "Call me" not in page
    reached_by(office, TwilioApi().transport)
    page = office.person("clerk").page(path_of(notice))
    assert "Only approved recordings are played to a phone." in page
    assert "Call me" not in page


def test_a_recording_of_the_library_can_be_heard_on_the_phone(office: Office) -> None:
    with twilio_api() as carrier:
        reached_by(office, carrier.transport)
        row = office.gateway.recording()
        page = office.person("judge").page(f"/prompts/{row.id}")
        assert re.search(rf'href="/prompts/{row.id}/test-call"', page)
        answer = office.person("judge").post(f"/prompts/{row.id}/test-call", ASKED)
        assert answer.status_code == 303
        assert [each["To"] for each in carrier.orders] == [number(1)]


def test_nobody_sees_anothers_test_call(office: Office) -> None:
    with twilio_api() as carrier:
        reached_by(office, carrier.transport)
        notice = office.gateway.notice()
        placed = office.person("clerk").post(path_of(notice), ASKED).headers["Location"]
    for who, status in (("clerk2", 404), ("b_clerk", 404), ("auditor", 403), ("operator", 403)):
        assert office.person(who).get(placed).status_code == status
    assert office.person("b_clerk").get(path_of(notice)).status_code == 404
