"""What is taken from a genuine request of Twilio, and what makes it misshapen."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.carriers import CARRIERS, Misshapen, SignedRequest
from ivr.carriers.form import read_form
from ivr.facts import CallStatus
from tests.ivr.carriers.booth import fields_of, post
from tests.ivr.examples import ACCOUNT, CALL_ID, CALLER, GATEWAY, PUBLIC, a_call

TWILIO = CARRIERS["twilio"]
ORDINARY = fields_of(a_call())
DIALLED = ORDINARY | {"DialCallStatus": "completed", "DialCallSid": "CA" + "f" * 32}


def told(**fields: str) -> SignedRequest:
    return post(list((ORDINARY | fields).items()))


def without(name: str) -> SignedRequest:
    return post([(each, value) for each, value in ORDINARY.items() if each != name])


def twice(name: str, value: str) -> SignedRequest:
    return post([*ORDINARY.items(), (name, value)])


def test_the_least_that_says_whose_call_it_is_is_enough() -> None:
    least = [("AccountSid", ACCOUNT), ("CallSid", CALL_ID), ("From", CALLER), ("To", GATEWAY)]
    assert TWILIO.read_call(post(least)) == a_call()


@pytest.mark.parametrize(
    "caller",
    [
        "",
        "anonymous",
        "Anonymous",
        "restricted",
        "Restricted",
        "+266696687",
        "+7378742833",
        "+2562533",
        "266696687",
        "client:alice",
        "sip:alice@pbx.example",
        "unknown",
        "110",
        "17100000009",
        "+123456",
        "+1234567890123456",
        "*31#",
        "Müller",
    ],
)
def test_a_withheld_or_unusable_caller_is_nobody(caller: str) -> None:
    assert TWILIO.read_call(told(From=caller)).caller is None


@pytest.mark.parametrize("caller", ["+1234567", "+123456789012345", "+2562534"])
def test_any_e164_number_is_a_caller(caller: str) -> None:
    assert TWILIO.read_call(told(From=caller)).caller == caller


@pytest.mark.parametrize(
    ("diverting", "read"),
    [
        ("", ()),
        ("anonymous", ()),
        (PUBLIC, (PUBLIC,)),
        ("17100000001", ("17100000001",)),
        ("+266696687", ("+266696687",)),
        ("sip:debtor@pbx.example", ("sip:debtor@pbx.example",)),
    ],
)
def test_who_diverted_the_call(diverting: str, read: tuple[str, ...]) -> None:
    assert TWILIO.read_call(told(ForwardedFrom=diverting)).diverted_from == read


@pytest.mark.parametrize(
    ("verdict", "attested"),
    [
        ("TN-Validation-Passed-A", True),
        ("TN-Validation-Passed-B", False),
        ("TN-Validation-Passed-A-Diverted", False),
        ("TN-Validation-Failed-A", False),
        ("No-TN-Validation", False),
        ("something new", False),
        ("", False),
    ],
)
def test_only_the_highest_attestation_counts(verdict: str, attested: bool) -> None:
    assert TWILIO.read_call(told(StirVerstat=verdict)).attested is attested


@pytest.mark.parametrize("name", ["SipHeader_X-Court-Gateway", "SipHeader_x-court-gateway"])
@pytest.mark.parametrize("value", ["1", "", "1, 1"])
def test_our_own_header_is_known_in_any_spelling(name: str, value: str) -> None:
    assert TWILIO.read_call(told(**{name: value})).returned
    assert TWILIO.read_call(post([*ORDINARY.items(), (name, value), (name, value)])).returned


def test_unknown_fields_are_let_pass() -> None:
    extra = {
        "NewField": "x",
        "msg": "Gather End",
        "AddOns": '{"status":"successful"}',
        "SipHeader_X-Any": "é",
    }
    assert TWILIO.read_call(told(**extra)) == a_call()


MISSHAPEN = [
    pytest.param(without("CallSid"), GATEWAY, id="no call id"),
    pytest.param(twice("CallSid", CALL_ID), GATEWAY, id="the same call id twice"),
    pytest.param(twice("CallSid", "CA" + "1" * 32), GATEWAY, id="two call ids"),
    pytest.param(told(CallSid="CA" + "0" * 31), GATEWAY, id="a call id one digit short"),
    pytest.param(told(CallSid="CA" + "0" * 33), GATEWAY, id="a call id one digit long"),
    pytest.param(told(CallSid="CA" + "A" * 32), GATEWAY, id="a call id in capitals"),
    pytest.param(told(CallSid="CA" + "0" * 31 + "\n"), GATEWAY, id="a call id with a line end"),
    pytest.param(told(CallSid="CA" + "0" * 31 + "１"), GATEWAY, id="a call id with a full-width digit"),
    pytest.param(without("AccountSid"), GATEWAY, id="no account"),
    pytest.param(told(AccountSid="AC" + "0" * 31), GATEWAY, id="an account one digit short"),
    pytest.param(without("From"), GATEWAY, id="no caller at all"),
    pytest.param(twice("From", CALLER), GATEWAY, id="the caller twice"),
    pytest.param(told(From="+8617100000009x1"), GATEWAY, id="a number that goes on as something else"),
    pytest.param(told(From="+86１7100000009"), GATEWAY, id="a caller with a full-width digit"),
    pytest.param(told(ForwardedFrom="+86x"), GATEWAY, id="a diversion of no shape"),
    pytest.param(twice("ForwardedFrom", PUBLIC), None, id="not misshapen: one diversion"),
    pytest.param(told(CallStatus="RINGING"), GATEWAY, id="an unknown status"),
    pytest.param(told(Direction="sideways"), GATEWAY, id="an unknown direction"),
    pytest.param(told(ApiVersion="2008-08-01"), GATEWAY, id="another version of the interface"),
    pytest.param(told(**{"9lives": "x"}), GATEWAY, id="a name that begins with a digit"),
    pytest.param(told(**{"": "x"}), GATEWAY, id="no name"),
    pytest.param(told(**{"a b": "x"}), GATEWAY, id="a name with a space"),
    pytest.param(told(**{"A" * 64: "x"}), None, id="not misshapen: a name of 64"),
    pytest.param(told(**{"A" * 65: "x"}), GATEWAY, id="a name of 65"),
]


@pytest.mark.parametrize(("request_", "dialled"), MISSHAPEN)
def test_a_misshapen_call_names_at_least_what_was_dialled(
    request_: SignedRequest, dialled: str | None
) -> None:
    if dialled is None:
        assert TWILIO.read_call(request_).carrier_call_id == CALL_ID
        return
    with pytest.raises(Misshapen) as misshapen:
        TWILIO.read_call(request_)
    assert misshapen.value.dialled == dialled


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(without("To"), id="nothing dialled"),
        pytest.param(twice("To", GATEWAY), id="dialled twice"),
        pytest.param(twice("To", PUBLIC), id="two numbers dialled"),
        pytest.param(told(To=""), id="empty"),
        pytest.param(told(To="17100000002"), id="national form"),
        pytest.param(told(To="+123456"), id="too short"),
        pytest.param(told(To="+1234567890123456"), id="too long"),
        pytest.param(told(To="+8617100000002;ext=9"), id="an extension"),
        pytest.param(told(To="+8617100000002\n"), id="a line end"),
        pytest.param(told(To="client:alice"), id="a client"),
        pytest.param(told(To="sip:a@b.example;transport=tls"), id="a SIP address with parameters"),
        pytest.param(told(CallerName=f"xTo{PUBLIC}"), id="another number hidden in the caller's name"),
        pytest.param(SignedRequest.of("POST", "https://gw.court.example/", {}, b"To=%FF"), id="no form"),
    ],
)
def test_where_even_that_is_doubtful_nothing_is_named(request_: SignedRequest) -> None:
    with pytest.raises(Misshapen) as misshapen:
        TWILIO.read_call(request_)
    assert misshapen.value.dialled is None


@pytest.mark.parametrize(
    ("digits", "taken"),
    [
        ("1", True),
        ("*", True),
        ("#", True),
        ("1234567890*#", True),
        ("9" * 32, True),
        ("", False),
        ("9" * 33, False),
        ("a", False),
        ("1 ", False),
        ("１", False),
    ],
)
def test_keys_are_digits_star_and_hash(digits: str, taken: bool) -> None:
    request = told(Digits=digits)
    if taken:
        assert TWILIO.read_keys(request).event.digits == digits
    else:
        with pytest.raises(Misshapen) as misshapen:
            TWILIO.read_keys(request)
        assert misshapen.value.dialled == GATEWAY


def test_keys_without_digits_are_misshapen() -> None:
    with pytest.raises(Misshapen, match="Digits missing"):
        TWILIO.read_keys(told())


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("completed", CallStatus.completed),
        ("answered", CallStatus.completed),
        ("busy", CallStatus.busy),
        ("no-answer", CallStatus.no_answer),
        ("failed", CallStatus.failed),
        ("canceled", CallStatus.canceled),
    ],
)
def test_how_the_leg_ended(said: str, status: CallStatus) -> None:
    request = post(list((DIALLED | {"DialCallStatus": said, "DialCallDuration": "7"}).items()))
    assert (TWILIO.read_dialled(request).event.status, TWILIO.read_dialled(request).event.duration_s) == (
        status,
        7,
    )


@pytest.mark.parametrize(
    "spoilt",
    [
        {"DialCallStatus": "ringing"},
        {"DialCallStatus": ""},
        {"DialCallDuration": "7s"},
        {"DialCallDuration": "-1"},
        {"DialCallDuration": "1234567"},
        {"DialCallDuration": "７"},
    ],
)
def test_a_leg_of_no_shape_is_misshapen(spoilt: dict[str, str]) -> None:
    with pytest.raises(Misshapen):
        TWILIO.read_dialled(post(list((DIALLED | spoilt).items())))


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("queued", CallStatus.queued),
        ("initiated", CallStatus.queued),
        ("ringing", CallStatus.ringing),
        ("in-progress", CallStatus.in_progress),
        ("completed", CallStatus.completed),
        ("busy", CallStatus.busy),
        ("no-answer", CallStatus.no_answer),
        ("failed", CallStatus.failed),
        ("canceled", CallStatus.canceled),
    ],
)
def test_how_the_call_is_doing(said: str, status: CallStatus) -> None:
    assert TWILIO.read_status(told(CallStatus=said)).event.status is status


def test_when_a_status_was_true() -> None:
    when = TWILIO.read_status(told(Timestamp="Mon, 02 Nov 2026 09:30:00 +0000", SequenceNumber="2")).event
    assert when.at == datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    assert when.sequence == 2


def test_an_impossible_moment_is_no_moment() -> None:
    assert TWILIO.read_status(told(Timestamp="Mon, 99 Nov 2026 09:30:00 +0000")).event.at is None


def test_a_status_without_a_status_is_misshapen() -> None:
    with pytest.raises(Misshapen, match="CallStatus missing"):
        TWILIO.read_status(without("CallStatus"))


def test_the_account_is_read_by_itself() -> None:
    assert TWILIO.read_account(told(To="")) == ACCOUNT
    with pytest.raises(Misshapen):
        TWILIO.read_account(twice("AccountSid", ACCOUNT))


@given(
    st.binary(max_size=80) | st.lists(st.sampled_from(["To", "=", "&", "+86", "%", "From", "A"])).map("".join)
)
def test_no_body_raises_anything_but_misshapen(body: bytes | str) -> None:
    raw = body if isinstance(body, bytes) else body.encode()
    request = SignedRequest.of("POST", "https://gw.court.example/", {}, raw)
    for read in (
        TWILIO.read_call,
        TWILIO.read_keys,
        TWILIO.read_dialled,
        TWILIO.read_status,
        TWILIO.read_account,
    ):
        with pytest.raises(Misshapen) as misshapen:
            read(request)
        assert str(misshapen.value)
    assert read_form(raw) == request.form
