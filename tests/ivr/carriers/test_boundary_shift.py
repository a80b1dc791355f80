"""One signed text, cut into fields in every possible way, says the same or is refused.

Twilio signs names and values without separators. Whoever holds one genuine request, with free text of his
own in it (a caller's name, a SIP header), may cut it anew. Here every cut that could be taken is tried:
wherever a field's name stands in the signed text, with every length of its value, and with whatever lies
between as a field of another name.
"""

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ivr.carriers import CARRIERS, Misshapen, SignedRequest
from ivr.carriers.form import Form
from tests.ivr.carriers.booth import FORM

TWILIO = CARRIERS["twilio"]
Pairs = list[tuple[str, str]]
Meaning = tuple[str | None, ...]

CALL, LEG, OTHER = "CA" + "1" * 32, "CA" + "2" * 32, "CA" + "3" * 32
ACCOUNT, OTHER_ACCOUNT = "AC" + "1" * 32, "AC" + "3" * 32
CALLER, DIALLED, VICTIM = "+8617100000009", "+8617100000002", "+8617100000099"

FIXED = {"AccountSid": 34, "CallSid": 34, "DialCallSid": 34, "ParentCallSid": 34, "ApiVersion": 10}
MUST = ("AccountSid", "CallSid", "From", "To")
MAY = (
    "ApiVersion",
    "CallDuration",
    "CallStatus",
    "DialCallDuration",
    "DialCallSid",
    "DialCallStatus",
    "Digits",
    "Direction",
    "ForwardedFrom",
    "FromCity",
    "ParentCallSid",
    "StirVerstat",
)
PLACED = MUST + MAY


def cuts(text: str) -> Iterator[Pairs]:
    """Every way of cutting the text into sorted fields that has the fields that must be there, each once."""
    spots = [(start, name) for start in range(len(text)) for name in PLACED if text.startswith(name, start)]
    yield from _cut(text, 0, "", (), spots)


def _cut(
    text: str, at: int, last: str, done: tuple[str, ...], spots: list[tuple[int, str]]
) -> Iterator[Pairs]:
    for start, name in spots:
        if start < at or name <= last or name in done:
            continue
        for filler in _filler(text[at:start], last, name):
            for end in _ends(text, name, start + len(name)):
                value = text[start + len(name) : end]
                for rest in _cut(text, end, name, (*done, name), spots):
                    yield [*filler, (name, value), *rest]
    if set(MUST) <= set(done):
        yield from _filler(text[at:], last, "~")


def _filler(gap: str, after: str, before: str) -> Iterator[Pairs]:
    """What lies between, as one field: its name as short as the order of names allows."""
    if not gap:
        yield []
        return
    for length in range(1, min(len(gap), 64) + 1):
        if after < gap[:length] < before and gap[0].isalpha():
            yield [(gap[:length], gap[length:])]
            return


def _ends(text: str, name: str, start: int) -> Iterator[int]:
    """Where a value may end: before a letter, as names begin with one. No field that is read is longer."""
    if name in FIXED:
        yield from (end for end in [start + FIXED[name]] if end <= len(text))
        return
    for end in range(start, min(len(text), start + 30) + 1):
        if end == len(text) or text[end].isalpha():
            yield end


def meaning(pairs: Pairs, read: str) -> Meaning:
    request = SignedRequest.of("POST", "https://gw.court.example/", FORM, urlencode(pairs).encode())
    call = TWILIO.read_call(request)
    account = TWILIO.read_account(request)
    digits = TWILIO.read_keys(request).event.digits if read == "keys" else None
    leg = TWILIO.read_dialled(request).event.status if read == "dialled" else None
    status = TWILIO.read_status(request).event.status if read == "status" else None
    return account, call.carrier_call_id, call.caller, call.dialled, digits, leg, status


def taken(text: str, read: str) -> Iterator[tuple[Pairs, Meaning]]:
    for pairs in cuts(text):
        assert Form.of(tuple(pairs)).signed == text
        try:
            yield pairs, meaning(pairs, read)
        except Misshapen:
            continue


def a_captured(read: str, **free: str) -> Pairs:
    """A genuine request with somebody's free text in it."""
    fields = {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "CallSid": CALL,
        "CallStatus": "ringing",
        "Direction": "inbound",
        "From": CALLER,
        "To": DIALLED,
    }
    more = {
        "voice": {},
        "keys": {"Digits": "1"},
        "dialled": {"DialCallSid": LEG, "DialCallStatus": "busy"},
        "status": {},
    }[read]
    return sorted((fields | more | free).items())


TRUTH: dict[str, Meaning] = {
    "voice": (ACCOUNT, CALL, CALLER, DIALLED, None, None, None),
    "keys": (ACCOUNT, CALL, CALLER, DIALLED, "1", None, None),
    "dialled": (ACCOUNT, CALL, CALLER, DIALLED, None, "busy", None),
    "status": (ACCOUNT, CALL, CALLER, DIALLED, None, None, "ringing"),
}


def only_the_truth_is_taken(captured: Pairs, read: str, truth: Meaning | None = None) -> int:
    """How many cuts were taken; all of them must mean what the carrier meant."""
    found = list(taken(Form.of(tuple(captured)).signed, read))
    for pairs, meant in found:
        assert meant == (truth or TRUTH[read]), pairs
    return len(found)


READS = sorted(TRUTH)


@pytest.mark.parametrize("read", READS)
def test_an_innocent_request_is_taken(read: str) -> None:
    assert only_the_truth_is_taken(a_captured(read, CallerName="ZHANG SAN"), read) >= 1


def test_the_cutter_finds_the_cut_that_a_plain_reader_would_take() -> None:
    """The test itself can fail: without the guard the smuggled call id would be believed."""
    captured = a_captured("voice", CallDuration=f"xCallSid{OTHER}", SipHeader_X=f"xTo{VICTIM}")
    text = Form.of(tuple(captured)).signed
    found = [dict(pairs) for pairs in cuts(text)]
    assert any(pairs["CallSid"] == OTHER for pairs in found)
    assert any(pairs["To"] == VICTIM for pairs in found)


SMUGGLED = [
    f"xCallSid{OTHER}",
    f"xAccountSid{OTHER_ACCOUNT}",
    f"xTo{VICTIM}",
    f"xFrom{VICTIM}",
    "xDigits2",
    "xDialCallStatuscompleted",
    "xCallStatuscompleted",
    f"xForwardedFrom{VICTIM}",
    f"xAccountSid{OTHER_ACCOUNT}CallSid{OTHER}From{VICTIM}To{VICTIM}",
    f"xCallSid{OTHER}Dial",
    f"xCallSid{OTHER}Parent",
    f"xFrom{VICTIM}Forwarded",
    "xForwarded",
    "Dial",
    "Parent",
    f"xFrom{VICTIM}FromCity",
    "xTosip:a@b.example",
]


@pytest.mark.parametrize(
    ("read", "name"),
    [
        *((read, "CallerName") for read in READS),
        ("voice", "FromCity"),
        ("voice", "SipHeader_X-Reason"),
        ("voice", "Zone"),
        ("dialled", "FromCity"),
    ],
)
@pytest.mark.parametrize("text", SMUGGLED)
def test_nothing_smuggled_in_free_text_changes_the_meaning(read: str, name: str, text: str) -> None:
    only_the_truth_is_taken(a_captured(read, **{name: text}), read)


@pytest.mark.parametrize("text", SMUGGLED)
def test_nor_where_the_carrier_leaves_out_what_it_may(text: str) -> None:
    bare = [(name, value) for name, value in a_captured("voice", CallerName=text) if name not in OPTIONAL]
    only_the_truth_is_taken(bare, "voice")


OPTIONAL = ("ApiVersion", "Direction", "CallStatus")


@pytest.mark.parametrize("withheld", ["", "anonymous", "restricted", "+266696687", "client:x"])
@pytest.mark.parametrize(
    "more", [{}, {"FromCity": ""}, {"SipHeader_X-A": f"zFrom{VICTIM}"}, {"FromCity": "x"}]
)
def test_nor_does_a_withheld_caller_get_a_number(withheld: str, more: dict[str, str]) -> None:
    truth = (ACCOUNT, CALL, None, DIALLED, None, None, None)
    for name in (f"xFrom{VICTIM}", "ZHANG SAN", f"xFrom{VICTIM}Forwarded"):
        captured = a_captured("voice", From=withheld, CallerName=name, **more)
        only_the_truth_is_taken(captured, "voice", truth)
        bare = [(each, value) for each, value in captured if each not in OPTIONAL]
        only_the_truth_is_taken(bare, "voice", truth)


def test_a_dialled_sip_address_ends_where_a_name_begins_with_a_capital() -> None:
    truth = (ACCOUNT, CALL, CALLER, "sip:line7@gw.example", None, None, None)
    captured = a_captured("voice", To="sip:line7@gw.example", ToCity="x", Zone="y", CallerName="z")
    assert only_the_truth_is_taken(captured, "voice", truth) >= 1


def test_before_a_name_in_small_letters_a_sip_address_is_never_cut_short() -> None:
    captured = a_captured("voice", To="sip:line7@gw.example", lower="x")
    with pytest.raises(Misshapen, match="To ambiguous"):
        meaning(captured, "voice")
    dialled = {meant[3] for _, meant in taken(Form.of(tuple(captured)).signed, "voice")}
    assert dialled == {"sip:line7@gw.examplelowerx"}


PARTS = [
    "CallSid", "AccountSid", "From", "To", "Digits", "Forwarded", "Dial", "Parent", "CallStatus", "City",
    "Direction", CALL, OTHER, OTHER_ACCOUNT, CALLER, VICTIM, "+", "8", "1", "*", "x", "Z", " ", "张", "busy",
    "completed", "inbound",
]  # fmt: skip
hostile = st.lists(st.sampled_from(PARTS), max_size=5).map("".join)


@settings(deadline=None, max_examples=40)
@given(read=st.sampled_from(READS), name=hostile, header=hostile, bare=st.booleans())
@example(read="voice", name=f"xFrom{VICTIM}", header=f"xFrom{VICTIM}", bare=True)
def test_whatever_free_text_a_caller_sends(read: str, name: str, header: str, bare: bool) -> None:
    captured = a_captured(read, CallerName=name, **{"SipHeader_X-Reason": header})
    left_out = ("ApiVersion", "Direction") if bare else ()
    only_the_truth_is_taken([pair for pair in captured if pair[0] not in left_out], read)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda pairs: [*pairs, ("CallSid", OTHER)],
        lambda pairs: [*pairs, ("CallSid", CALL)],
        lambda pairs: [*pairs, ("To", VICTIM)],
        lambda pairs: [pair for pair in pairs if pair[0] != "To"],
        lambda pairs: [("To", value[:-1]) if name == "To" else (name, value) for name, value in pairs],
    ],
)
def test_fields_added_removed_or_changed_break_the_signature_or_the_shape(
    spoil: Callable[[Pairs], Pairs],
) -> None:
    def asked(pairs: Pairs, signature: dict[str, str]) -> SignedRequest:
        body = urlencode(pairs).encode()
        return SignedRequest.of("POST", "https://gw.court.example/", FORM | signature, body)

    captured = a_captured("voice")
    signature = TWILIO.sign(asked(captured, {}), "12345")
    assert TWILIO.is_genuine(asked(captured, signature), ["12345"])
    spoilt = asked(spoil(captured), signature)
    if TWILIO.is_genuine(spoilt, ["12345"]):
        with pytest.raises(Misshapen):
            TWILIO.read_call(spoilt)
